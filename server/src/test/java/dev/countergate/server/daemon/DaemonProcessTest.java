package dev.countergate.server.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.relay.DaemonStarter;
import dev.countergate.relay.OperatorRequest;
import dev.countergate.relay.StateDirectory;
import dev.countergate.testing.process.RunningProcess;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Daemons as real processes. */
@Tag("long")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DaemonProcessTest {
    private static final String STATUS = "{\"version\":1,\"op\":\"status\"}";

    @TempDir private Path folder;

    @Test
    void a_second_daemon_says_who_has_the_state_directory() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess first = ready(place, place.daemon());
            RunningProcess second = place.daemon();
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.error())
                    .contains("in use by process " + first.handle().pid() + " since")
                    .contains("countergate stop");
            assertThat(place.daemonPid()).isEqualTo(first.handle().pid());
        }
    }

    @Test
    void a_signal_lets_calls_in_flight_finish_and_removes_the_sockets() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess daemon = ready(place, place.daemon());
            RunningProcess relay = place.relay().reading();
            relay.say("{\"id\":1,\"method\":\"slow\",\"n\":1500}");
            Workplace.await("the call runs", () -> asked(place).contains("\"running_calls\":1"));
            daemon.terminate();
            assertThat(relay.next()).contains("\"id\":1,\"result\":{\"slept\":1500}");
            assertThat(daemon.exitCode()).isEqualTo(143);
            assertThat(place.state().agentSocket()).doesNotExist();
            assertThat(place.state().operatorSocket()).doesNotExist();
        }
    }

    @Test
    void a_signal_cuts_off_what_does_not_finish_within_the_bound() throws Exception {
        try (Workplace place = new Workplace(folder, "drain 300\n")) {
            RunningProcess daemon = ready(place, place.daemon());
            RunningProcess relay = place.relay().reading();
            relay.say("{\"id\":1,\"method\":\"slow\",\"n\":600000}");
            Workplace.await("the call runs", () -> asked(place).contains("\"running_calls\":1"));
            daemon.terminate();
            assertThat(relay.next()).contains("\"id\":1,\"error\"").contains("went away");
            assertThat(daemon.exitCode()).isEqualTo(143);
        }
    }

    @Test
    void a_client_that_reads_nothing_does_not_hold_up_a_signal() throws Exception {
        // As little as the drain of a daemon may be, and a client that takes none of its answer.
        try (Workplace place = new Workplace(folder, "drain 60000\n")) {
            RunningProcess daemon = ready(place, place.daemon());
            try (SocketChannel deaf =
                            Objects.requireNonNull(
                                    DaemonStarter.open(place.state().agentSocket()));
                    SocketChannel good =
                            Objects.requireNonNull(
                                    DaemonStarter.open(place.state().agentSocket()))) {
                say(deaf, "{\"id\":1,\"method\":\"big\",\"n\":8000000}");
                say(good, "{\"id\":2,\"method\":\"slow\",\"n\":4000}");
                Workplace.await(
                        "both calls run", () -> asked(place).contains("\"running_calls\":2"));
                long start = System.nanoTime();
                daemon.terminate();
                // Who reads is waited for all the same.
                assertThat(line(good)).contains("\"id\":2,\"result\":{\"slept\":4000}");
                assertThat(daemon.exitCode()).isEqualTo(143);
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .isLessThan(Duration.ofSeconds(30));
            }
        }
    }

    @Test
    void stops_when_asked_to() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess daemon = ready(place, place.daemon());
            assertThat(place.ask("{\"version\":1,\"op\":\"stop\"}"))
                    .isEqualTo("{\"version\":1,\"ok\":true,\"pid\":" + daemon.pid() + "}");
            assertThat(daemon.exitCode()).isZero();
        }
    }

    @Test
    void restarts_when_asked_to_and_reads_the_catalogue_again() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            RunningProcess daemon = ready(place, place.daemon());
            assertThat(place.ask("{\"version\":1,\"op\":\"restart\"}")).contains("\"ok\":true");
            Workplace.await(
                    "it was ready twice",
                    () -> daemon.error().split("message=ready", -1).length == 3);
            assertThat(place.daemonPid()).isEqualTo(daemon.handle().pid());
            Files.writeString(place.catalogueFile(), "fault now broken\n");
            place.ask("{\"version\":1,\"op\":\"restart\"}");
            assertThat(daemon.exitCode()).isEqualTo(3);
            assertThat(daemon.error()).contains(":1:1: now broken");
        }
    }

    @Test
    void ends_by_itself_when_auto_started_and_idle() throws Exception {
        try (Workplace place = new Workplace(folder, "idle 400\n")) {
            RunningProcess relay = place.relay().reading();
            relay.ask("{\"id\":1,\"method\":\"x\"}");
            ProcessHandle daemon = ProcessHandle.of(place.daemonPid()).orElseThrow();
            relay.end();
            relay.exitCode();
            Workplace.await("the daemon has ended", () -> !daemon.isAlive());
            assertThat(Files.readString(place.state().log())).contains("reason=IDLE");
        }
    }

    @Test
    void sockets_and_files_are_closed_to_others() throws Exception {
        try (Workplace place = new Workplace(folder, "variable A\n")) {
            RunningProcess relay = place.relay().reading();
            relay.ask("{\"id\":1,\"method\":\"x\"}");
            StateDirectory state = place.state();
            assertThat(mode(state.path())).isEqualTo("rwx--x--x");
            try (var files = Files.list(state.path())) {
                assertThat(files.toList())
                        .hasSizeGreaterThanOrEqualTo(6)
                        .allSatisfy(file -> assertThat(mode(file)).isEqualTo("rw-------"));
            }
        }
    }

    @Test
    void serves_from_a_state_directory_with_a_very_long_path() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            Path runtime = Files.createDirectory(folder.resolve("run"));
            place.environment().put("XDG_RUNTIME_DIR", runtime.toString());
            Path state = folder.toRealPath().resolve("s".repeat(120)).resolve("t".repeat(120));
            RunningProcess relay = place.relay("--state", state.toString()).reading();
            assertThat(relay.ask("{\"id\":1,\"method\":\"x\"}")).contains("\"id\":1,\"result\"");
            StateDirectory moved = StateDirectory.at(state, place.environment());
            assertThat(moved.agentSocket()).exists().hasParent(moved.sockets());
            assertThat(moved.sockets()).startsWith(runtime);
            assertThat(mode(moved.sockets())).isEqualTo("rwx------");
            assertThat(mode(moved.agentSocket())).isEqualTo("rw-------");
            OperatorRequest.send(
                    moved.operatorSocket(),
                    "{\"version\":1,\"op\":\"stop\"}",
                    Duration.ofSeconds(20));
        }
    }

    @Test
    void survives_hostile_operators() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            ready(place, place.daemon());
            for (String line :
                    List.of(
                            "",
                            "x",
                            "[]",
                            "{}",
                            "null",
                            "{\"version\":2,\"op\":\"status\"}",
                            "{\"version\":\"1\",\"op\":\"status\"}",
                            "{\"version\":1}",
                            "{\"version\":1,\"op\":7}",
                            "{\"version\":1,\"op\":\"approve\"}",
                            "{\"version\":1,\"op\":" + "[".repeat(10_000),
                            "\u0000\u00ff",
                            "x".repeat(OperatorListener.LINE_BYTES_MAX + 1))) {
                assertThat(place.ask(line))
                        .startsWith("{\"version\":1,\"ok\":false,")
                        .contains("\"INVALID_REQUEST\"");
            }
            assertThat(place.ask(STATUS)).startsWith("{\"version\":1,\"ok\":true,");
        }
    }

    @Test
    void tells_one_agent_too_many_and_serves_the_others() throws Exception {
        try (Workplace place = new Workplace(folder, "")) {
            ready(place, place.daemon());
            List<SocketChannel> connected = new ArrayList<>();
            for (int i = 0; i < DaemonSettings.CONNECTIONS_MAX; i++) {
                connected.add(
                        Objects.requireNonNull(DaemonStarter.open(place.state().agentSocket())));
            }
            SocketChannel tooMany =
                    Objects.requireNonNull(DaemonStarter.open(place.state().agentSocket()));
            assertThat(line(tooMany)).contains("too many connections: at most 256");
            SocketChannel last = connected.getLast();
            say(last, "{\"id\":1,\"method\":\"x\"}");
            assertThat(line(last))
                    .contains("\"principal\":\"unix:" + System.getProperty("user.name") + "\"");
            for (SocketChannel each : connected) {
                each.close();
            }
            tooMany.close();
        }
    }

    private static RunningProcess ready(Workplace place, RunningProcess daemon)
            throws InterruptedException {
        Workplace.await("the daemon answers", () -> !asked(place).isEmpty());
        return daemon;
    }

    private static String asked(Workplace place) {
        try {
            return place.ask(STATUS);
        } catch (IOException none) {
            return "";
        }
    }

    private static void say(SocketChannel channel, String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static String line(SocketChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4_096);
        while (bytes.position() == 0 || bytes.get(bytes.position() - 1) != '\n') {
            if (channel.read(bytes) < 0) {
                break;
            }
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
    }

    private static String mode(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException gone) {
            return gone.toString();
        }
    }
}
