package dev.countergate.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.testing.process.RunningProcess;
import dev.countergate.testing.process.Workplace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Relays and daemons as real processes over real sockets. */
@Tag("long")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RelayProcessTest {
    private static final String INITIALIZE =
            "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}";
    private static final String INITIALIZED =
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";

    @TempDir private Path folder;

    @Test
    void starts_a_daemon_of_its_own_session_and_speaks_through_it() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess relay = place.relay().reading();
            assertThat(relay.ask(INITIALIZE)).contains("\"id\":0");
            long daemon = place.daemonPid();
            assertThat(session(daemon)).isNotEqualTo(session(ProcessHandle.current().pid()));
            relay.end();
            assertThat(relay.exitCode()).isZero();
            assertThat(ProcessHandle.of(daemon)).isPresent();
            assertThat(relay.error()).contains("starting one");
        }
    }

    @Test
    void ten_relays_at_once_make_one_daemon() throws Exception {
        assertOneDaemonFor(10);
    }

    @Test
    @Tag("slow")
    void fifty_relays_at_once_make_one_daemon() throws Exception {
        assertOneDaemonFor(50);
    }

    private void assertOneDaemonFor(int count) throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            List<RunningProcess> relays = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                relays.add(place.relay().reading());
            }
            Set<String> daemons = new HashSet<>();
            for (RunningProcess relay : relays) {
                daemons.add(relay.ask(request("1", "pid")).replaceAll(".*\"pid\":(\\d+).*", "$1"));
            }
            assertThat(daemons).hasSize(1);
            assertThat(place.starts()).isEqualTo(1);
        }
    }

    @Test
    void answers_calls_in_flight_when_the_daemon_is_killed_and_resumes_with_the_next()
            throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess relay = place.relay().reading();
            relay.ask(INITIALIZE);
            relay.say(INITIALIZED);
            assertThat(relay.ask(request("1", "pid"))).contains("\"opened\":0");
            relay.say(request("\"a \\\" b\"", "slow", 60_000));
            relay.say(request("17", "slow", 60_000));
            Workplace.await("both calls run", () -> running(place) == 2);
            long killed = place.daemonPid();
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            List<String> answers = List.of(relay.next(), relay.next());
            assertThat(answers)
                    .anySatisfy(
                            each ->
                                    assertThat(each)
                                            .startsWith(
                                                    "{\"jsonrpc\":\"2.0\",\"id\":17,\"error\":{\"code\":-32000,"))
                    .anySatisfy(
                            each ->
                                    assertThat(each)
                                            .startsWith(
                                                    "{\"jsonrpc\":\"2.0\",\"id\":\"a \\\" b\",\"error\":"));

            // The session goes on in another daemon, which has heard the opening lines; the client
            // saw one answer to them.
            String next = relay.ask(request("18", "pid"));
            assertThat(next).contains("\"id\":18").contains("\"opened\":0");
            assertThat(place.daemonPid()).isNotEqualTo(killed);
            relay.end();
            assertThat(relay.exitCode()).isZero();
            assertThat(relay.pending()).isZero();
        }
    }

    @Test
    void resumes_with_the_opening_that_was_taken_whatever_the_client_sent_later() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess relay = place.relay().reading();
            relay.ask(INITIALIZE);
            relay.say(INITIALIZED);
            relay.ask(
                    "{\"jsonrpc\":\"2.0\",\"id\":\"again\",\"method\":\"initialize\",\"params\":{}}");
            relay.say(request("17", "slow", 60_000));
            Workplace.await("the call runs", () -> running(place) == 1);
            ProcessHandle.of(place.daemonPid()).orElseThrow().destroyForcibly();
            relay.next();

            // The id of the opening a daemon heard and had confirmed.
            assertThat(relay.ask(request("1", "pid"))).contains("\"opened\":0");
        }
    }

    /** Of 2026-07-28: there is nothing to replay, since each request says all there is to know. */
    @Test
    void a_client_without_a_handshake_goes_on_with_the_next_daemon() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess relay = place.relay().reading();
            assertThat(relay.ask(stateless("\"a\"", "pid"))).contains("\"opened\":false");
            relay.say(stateless("17", "slow"));
            Workplace.await("the call runs", () -> running(place) == 1);
            long killed = place.daemonPid();
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            assertThat(relay.next())
                    .startsWith("{\"jsonrpc\":\"2.0\",\"id\":17,\"error\":{\"code\":-32000,");

            assertThat(relay.ask(stateless("18", "pid"))).contains("\"id\":18", "\"opened\":false");
            assertThat(place.daemonPid()).isNotEqualTo(killed);
            relay.end();
            assertThat(relay.exitCode()).isZero();
            assertThat(relay.pending()).isZero();
        }
    }

    @Test
    void leaves_a_stopped_daemon_stopped_until_the_client_asks_again() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess relay = place.relay().reading();
            relay.ask(INITIALIZE);
            assertThat(place.ask("{\"version\":1,\"op\":\"stop\"}")).contains("\"ok\":true");
            Workplace.await("the socket is gone", () -> !Files.exists(place.state().agentSocket()));
            assertThat(place.starts()).isEqualTo(1);
            assertThat(relay.ask(request("1", "pid"))).contains("\"id\":1,\"result\"");
            assertThat(place.starts()).isEqualTo(2);
        }
    }

    @Test
    void heals_what_a_killed_daemon_left_behind() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            place.state().create();
            try (ServerSocketChannel stale =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                stale.bind(UnixDomainSocketAddress.of(place.state().agentSocket()));
            }
            Files.writeString(place.state().lock(), "process 1 since long ago");
            Files.writeString(place.state().startLock(), "");
            Files.createDirectory(place.state().sockets().resolve(".bind"));
            RunningProcess relay = place.relay().reading();
            assertThat(relay.ask(request("1", "pid"))).contains("\"id\":1,\"result\"");
        }
    }

    @Test
    void delivers_what_is_in_flight_at_the_end_of_input() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess relay = place.relay().reading();
            for (int i = 0; i < 20; i++) {
                relay.say(request("" + i, "slow", 300));
            }
            relay.end();
            assertThat(relay.exitCode()).isZero();
            assertThat(relay.pending()).isEqualTo(20);
        }
    }

    @Test
    void passes_hostile_lines_untouched() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess relay = place.relay().reading();
            for (byte[] line : hostileLines()) {
                relay.send(line);
                relay.send(new byte[] {'\n'});
                String text = new String(line, StandardCharsets.ISO_8859_1);
                // The far end takes a carriage return for the end of a line; send none.
                assertThat(relay.next())
                        .isEqualTo(
                                "{\"echo\":"
                                        + text.length()
                                        + ",\"hash\":"
                                        + text.hashCode()
                                        + "}");
            }
            assertThat(relay.ask(request("1", "pid"))).contains("\"id\":1,\"result\"");
        }
    }

    private static List<byte[]> hostileLines() throws IOException {
        ByteArrayOutputStream huge = new ByteArrayOutputStream();
        huge.write("{\"id\":7,\"method\":\"x\",\"params\":\"".getBytes(StandardCharsets.US_ASCII));
        huge.write(new byte[20 * 1024 * 1024]);
        huge.write("\"}".getBytes(StandardCharsets.US_ASCII));
        byte[] noise = new byte[200_000];
        new java.util.Random(3).nextBytes(noise);
        for (int i = 0; i < noise.length; i++) {
            if (noise[i] == '\n' || noise[i] == '\r') {
                noise[i] = 0;
            }
        }
        return List.of(
                new byte[0],
                "   ".getBytes(StandardCharsets.US_ASCII),
                "not json".getBytes(StandardCharsets.US_ASCII),
                "{\"id\":1,".getBytes(StandardCharsets.US_ASCII),
                "[{\"jsonrpc\":\"2.0\",\"id\":1}]".getBytes(StandardCharsets.US_ASCII),
                new byte[] {0, 0, 0},
                new byte[] {(byte) 0xff, (byte) 0xfe, (byte) 0xc0, (byte) 0x80, '{'},
                ("[".repeat(70_000) + "\"id\":1").getBytes(StandardCharsets.US_ASCII),
                huge.toByteArray(),
                noise);
    }

    @Test
    void a_client_that_does_not_read_costs_bounded_memory() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess relay = place.relay();
            for (int i = 0; i < 40; i++) {
                relay.say(request("" + i, "big", 4_000_000));
            }
            // 160 MB are on their way to a process with a heap of 64 MB, and nobody takes them.
            Workplace.await("the answers wait", () -> running(place) > 0);
            assertThat(relay.handle().isAlive()).isTrue();
            relay.reading();
            for (int i = 0; i < 40; i++) {
                assertThat(relay.next()).hasSizeGreaterThan(4_000_000);
            }
            relay.end();
            assertThat(relay.exitCode()).isZero();
        }
    }

    @Test
    void never_starts_a_daemon_when_told_which_socket_to_use() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            Path socket = folder.resolve("other.sock");
            RunningProcess relay = place.relay("--socket", socket.toString()).reading();
            assertThat(relay.ask(INITIALIZE))
                    .startsWith("{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32000,")
                    .contains("no daemon answers at `" + socket + "`")
                    .contains("countergate serve");
            assertThat(relay.ask(request("\"x\"", "tools/list")))
                    .contains("\"id\":\"x\",\"error\"");
            relay.end();
            assertThat(relay.exitCode()).isEqualTo(1);
            assertThat(place.starts()).isZero();
        }
    }

    @Test
    void a_catalogue_with_faults_is_told_to_the_client_and_ends_the_relay() throws Exception {
        try (Workplace place =
                new Workplace(folder, "fault key `tols`: unknown\nfault another\n")) {
            place.state().create();
            Files.writeString(place.state().log(), "of a daemon before\n");
            RunningProcess relay = place.relay().reading();
            assertThat(relay.ask(request("1", "server/discover"))).contains("\"id\":1,\"error\"");
            String fault = place.catalogueFile() + ":1:1: key `tols`: unknown";
            assertThat(relay.ask(INITIALIZE))
                    .contains("\"id\":0,\"error\"")
                    .contains(fault + "\\n" + place.catalogueFile() + ":1:1: another")
                    .doesNotContain("of a daemon before");
            long told = System.nanoTime();
            assertThat(relay.exitCode()).isEqualTo(3);
            assertThat(Duration.ofNanos(System.nanoTime() - told))
                    .as("sooner than one that nobody asks")
                    .isLessThan(Duration.ofSeconds(5));
            assertThat(relay.error()).contains(fault);
        }
    }

    @Test
    void a_catalogue_with_faults_ends_a_relay_without_input() throws Exception {
        try (Workplace place = new Workplace(folder, "fault x\n")) {
            RunningProcess relay = place.relay().reading();
            relay.end();
            assertThat(relay.exitCode()).isEqualTo(3);
        }
    }

    @Test
    void a_catalogue_with_faults_ends_a_relay_whose_client_says_nothing() throws Exception {
        try (Workplace place = new Workplace(folder, "fault x\n")) {
            RunningProcess relay = place.relay().reading();
            assertThat(relay.exitCode()).isEqualTo(3);
        }
    }

    @Test
    void restarts_an_idle_daemon_that_has_another_value_of_a_variable() throws Exception {
        try (Workplace place = new Workplace(folder, "variable TOKEN\n")) {
            place.environment().put("TOKEN", "old");
            RunningProcess first = place.relay().reading();
            assertThat(first.ask(request("1", "pid"))).contains("TOKEN=old");
            place.environment().put("TOKEN", "new");
            RunningProcess second = place.relay().reading();
            assertThat(second.ask(request("1", "pid"))).contains("TOKEN=new");
            assertThat(second.error())
                    .contains("`TOKEN`")
                    .doesNotContain("old")
                    .doesNotContain("new\n");
            // The session before goes on in the new daemon, and does not take it back.
            assertThat(first.ask(request("2", "pid"))).contains("\"id\":2").contains("TOKEN=new");
        }
    }

    @Test
    void leaves_a_busy_daemon_its_environment_and_warns() throws Exception {
        try (Workplace place = new Workplace(folder, "variable TOKEN\n")) {
            place.environment().put("TOKEN", "old");
            RunningProcess first = place.relay().reading();
            first.say(request("1", "slow", 60_000));
            Workplace.await("the call runs", () -> running(place) == 1);
            place.environment().put("TOKEN", "new");
            RunningProcess second = place.relay().reading();
            assertThat(second.ask(request("1", "pid"))).contains("TOKEN=old");
            assertThat(second.error()).contains("another value of `TOKEN`").contains("busy");
            place.environment().remove("TOKEN");
            RunningProcess third = place.relay().reading();
            assertThat(third.ask(request("1", "pid"))).contains("TOKEN=old");
            assertThat(third.error()).doesNotContain("TOKEN");
        }
    }

    @Test
    void never_takes_a_catalogue_from_the_working_directory() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            // The relays here run in the folder that holds this file.
            Files.writeString(folder.resolve("tools.yaml"), "");
            RunningProcess relay = place.java("dev.countergate.relay.Relay", List.of()).reading();
            relay.say(INITIALIZE);
            relay.next();
            relay.end();
            relay.exitCode();
            assertThat(Files.readString(folder.resolve("starts"))).contains("started");
            try (var states = Files.list(StateDirectory.root(place.environment()))) {
                assertThat(states)
                        .containsExactly(
                                StateDirectory.of(
                                                StateDirectory.userCatalogue(place.environment()),
                                                place.environment())
                                        .path());
            }
        }
    }

    @Test
    void a_wrong_command_line_says_so() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess relay =
                    place.java("dev.countergate.relay.Relay", List.of("--verbose")).reading();
            assertThat(relay.exitCode()).isEqualTo(64);
            assertThat(relay.error()).contains("unknown argument `--verbose`");
        }
    }

    private static int running(Workplace place) {
        try {
            return Integer.parseInt(
                    place.ask("{\"version\":1,\"op\":\"status\"}")
                            .replaceAll(".*\"running_calls\":([0-9]+).*", "$1"));
        } catch (IOException gone) {
            return 0;
        }
    }

    private static String session(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[3];
    }

    private static String stateless(String id, String method) {
        return "{\"jsonrpc\":\"2.0\",\"id\":"
                + id
                + ",\"method\":\""
                + method
                + "\",\"params\":{\"n\":60000,\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}";
    }

    private static String request(String id, String method) {
        return request(id, method, 0);
    }

    private static String request(String id, String method, int n) {
        return "{\"jsonrpc\":\"2.0\",\"id\":"
                + id
                + ",\"method\":\""
                + method
                + "\",\"params\":{\"n\":"
                + n
                + "}}";
    }
}
