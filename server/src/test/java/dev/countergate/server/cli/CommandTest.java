package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.testing.process.RunningProcess;
import dev.countergate.testing.process.Workplace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandTest {
    /** They are about no daemon and no catalogue of the user's. */
    private static final Set<String> OF_NO_CATALOGUE = Set.of("completion", "demo");

    private static final List<String> NOW =
            List.of(
                    "serve",
                    "stdio",
                    "status",
                    "stop",
                    "check",
                    "tools",
                    "call",
                    "pending",
                    "watch",
                    "show",
                    "approve",
                    "reject",
                    "statement",
                    "submit",
                    "done",
                    "cancel",
                    "resolve",
                    "freeze",
                    "thaw",
                    "reload",
                    "approver",
                    "token",
                    "policy",
                    "audit",
                    "connect",
                    "doctor",
                    "completion",
                    "demo");

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();

    private record Outcome(int code, String out, String err) {
        JsonNode json() {
            return new JsonMapper().readTree(out);
        }
    }

    private Outcome run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        environment.putIfAbsent("HOME", folder.toString());
        int code =
                CommandTree.of(
                                new Console(
                                        environment,
                                        folder,
                                        new PrintStream(out, true, StandardCharsets.UTF_8),
                                        new PrintStream(err, true, StandardCharsets.UTF_8)))
                        .execute(arguments);
        return new Outcome(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void lists_the_commands_there_are_and_no_others() {
        Outcome help = run("--help");
        assertThat(help.code()).isZero();
        assertThat(help.out()).contains(NOW).doesNotContain("enroll", "confirm");
    }

    @Test
    void each_command_has_usage_options_and_a_session_to_paste() {
        for (String command : NOW) {
            Outcome help = run(command, "--help");
            assertThat(help.code()).as(command).isZero();
            assertThat(help.out())
                    .as(command)
                    .contains("Usage: countergate " + command)
                    .contains("--help")
                    .contains("\n  $ ");
            if (!OF_NO_CATALOGUE.contains(command)) {
                assertThat(help.out()).as(command).contains("catalogue");
            }
        }
    }

    @Test
    void prints_the_schema_that_editors_are_given() throws IOException {
        Outcome schema = run("check", "--schema");

        assertThat(schema.code()).isZero();
        assertThat(schema.json())
                .isEqualTo(
                        new JsonMapper()
                                .readTree(Files.readString(Path.of("../docs/tools.schema.json"))));
    }

    @Test
    void takes_for_a_relays_daemon_only_what_a_relay_asks_for() {
        Console console = new Console(environment, folder, System.out, System.err);
        String[] asked = {"serve", "--auto-started", "--config", "c.yaml", "--state", "st"};

        DaemonStart start = DaemonStart.ofRelay(asked, console).orElseThrow();

        assertThat(start.catalogue()).isEqualTo(folder.resolve("c.yaml"));
        assertThat(start.state().path()).isEqualTo(folder.resolve("st"));
        assertThat(start.autoStarted()).isTrue();
        for (int changed = 0; changed < asked.length; changed++) {
            String[] others = asked.clone();
            others[changed] = "--help";
            boolean isValue = changed == 3 || changed == 5;
            assertThat(DaemonStart.ofRelay(others, console).isPresent())
                    .as(String.join(" ", others))
                    .isEqualTo(isValue);
        }
        assertThat(DaemonStart.ofRelay(new String[] {"serve"}, console)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "approve p-1",
                "status --nonsense",
                "call",
                "call tool novalue",
                "call tool =v",
                "connect emacs",
                "serve --idle-minutes many",
                "check one two",
            })
    void wrong_usage_is_said_in_one_line_and_ends_with_64(String line) {
        Outcome outcome = run(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(outcome.code()).isEqualTo(64);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith("countergate: ").contains("--help`").hasLineCount(1);
    }

    @Test
    void check_tells_every_fault_with_its_place() throws IOException {
        Files.writeString(
                folder.resolve("tools.yaml"), "tols: []\ntools:\n  - name: a b\n    nonsense: 1\n");
        Outcome outcome = run("check");
        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err().lines())
                .hasSizeGreaterThan(1)
                .allMatch(each -> each.matches(".*tools.yaml:\\d+:\\d+: .*"));
        Outcome json = run("check", "--json");
        assertThat(json.code()).isEqualTo(3);
        assertThat(json.json().path("faults").size())
                .isEqualTo((int) outcome.err().lines().count());
        assertThat(json.json().path("tools").isEmpty()).isTrue();
    }

    @Test
    void check_and_tools_show_what_tools_do() throws IOException {
        Files.writeString(
                folder.resolve("tools.yaml"),
                """
                tools:
                  - name: up
                    url: http://127.0.0.1:9/up
                  - name: page
                    url: http://127.0.0.1:9/page
                    method: POST
                guards:
                  page: {risk: high, limits: [{calls: 3, per: 1h}]}
                """);
        for (String command : List.of("check", "tools")) {
            Outcome outcome = run(command);
            assertThat(outcome.code()).as(outcome.err()).isZero();
            assertThat(outcome.out())
                    .isEqualTo(
                            """
                            TOOL  EFFECT  GUARD
                            up    read    -
                            page  write   high risk, 3 per 1h
                            """);
        }
        assertThat(run("tools", "--json").json().path(1).path("effect").asString())
                .isEqualTo("write");
    }

    @Test
    void check_lists_runbooks_and_warns_of_files_that_agents_do_not_see() throws IOException {
        Files.writeString(folder.resolve("tools.yaml"), "runbooks: books\n");
        Path books = Files.createDirectory(folder.resolve("books"));
        Files.writeString(books.resolve("web.md"), "# The web is down\n");
        Files.write(books.resolve("odd.md"), new byte[] {(byte) 0xff});

        Outcome outcome = run("check");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).contains("RUNBOOK  TITLE\nweb.md   The web is down\n");
        assertThat(outcome.err())
                .isEqualTo("warning: " + books + ": left out: odd.md: not text in UTF-8\n");
        JsonNode json = run("check", "--json").json();
        assertThat(json.path("runbooks").toString())
                .isEqualTo(
                        "[{\"uri\":\"runbook:///web.md\",\"title\":\"The web is down\",\"bytes\":18}]");
        assertThat(json.path("warnings").size()).isEqualTo(1);
    }

    @Test
    void check_without_a_catalogue_says_where_it_looked() {
        Outcome outcome = run("check");
        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.err())
                .contains(folder.resolve(".config/countergate/tools.yaml").toString());
    }

    @Test
    void status_and_stop_span_every_daemon_and_agree_with_the_daemon() throws Exception {
        assertThat(run("status").code()).isEqualTo(1);
        try (Workplace place = new Workplace(folder, "")) {
            environment.putAll(place.environment());
            RunningProcess relay = place.relay().reading();
            relay.ask("{\"id\":1,\"method\":\"x\"}");
            Outcome status = run("status");
            assertThat(status.code()).isZero();
            assertThat(status.out())
                    .contains("process " + place.daemonPid())
                    .contains(place.catalogueFile().toString())
                    .contains("S0: agent and daemon share an account")
                    .contains("1 connected");
            JsonNode json = run("status", "--json").json();
            assertThat(json.path(0).path("running").asBoolean()).isTrue();
            assertThat(json.path(0).path("agent_socket").asString())
                    .isEqualTo(place.state().agentSocket().toString());
            assertThat(json.path(0).path("started_at").asString())
                    .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
            Outcome stop = run("stop");
            assertThat(stop.code()).isZero();
            assertThat(stop.out()).startsWith("stopped process ");
            assertThat(run("status").code()).isEqualTo(1);
            assertThat(run("stop", "--json").json().isEmpty()).isTrue();
        }
    }

    @Test
    void call_without_a_daemon_and_without_leave_to_start_one_says_what_to_do() {
        Outcome outcome = run("call", "up", "--socket", "none.sock");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("countergate serve");
    }

    /** Options go before variables. */
    @Test
    void call_asks_the_daemon_whose_place_was_typed_whatever_socket_the_environment_names() {
        environment.put("COUNTERGATE_SOCKET", folder.resolve("other.sock").toString());
        assertThat(run("call", "up").err()).contains("no daemon answers at", "other.sock");
        for (String option : List.of("--state", "--config")) {
            Outcome typed = run("call", "up", option, "place");
            assertThat(typed.code()).isEqualTo(1);
            assertThat(typed.err())
                    .contains("agent.sock", "COUNTERGATE_LAUNCHER")
                    .doesNotContain("other.sock");

            Outcome both = run("call", "up", option, "place", "--socket", "typed.sock");
            assertThat(both.code()).isEqualTo(64);
            assertThat(both.err()).contains("--socket stands in place of --config and --state");
        }
    }

    @Test
    void doctor_names_who_approves_what_stands_still_and_what_s0_does_not_stop() throws Exception {
        environment.put("COUNTERGATE_LAUNCHER", "/bin/sh");
        Files.writeString(folder.resolve("tools.yaml"), "tools: []\n");
        Path state = Files.createDirectory(folder.resolve("state"));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx--x--x"));
        assertThat(run("doctor", "--state", "state").out())
                .contains("no key is enrolled", "nothing is frozen")
                .contains("an agent can enrol a key by writing to `approvers`");

        Path approvers = state.resolve("approvers");
        Files.writeString(
                approvers,
                "ana valid-before=\"20200101\" ssh-ed25519"
                        + " AAAAC3NzaC1lZDI1NTE5AAAAICVFbCvZVTFvfaPMmL06rFqfUP5BO8gXrCp8VbvK6nhD\n");
        Files.setPosixFilePermissions(approvers, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(state.resolve("freeze"), "stop");
        Outcome expired = run("doctor", "--state", "state");
        assertThat(expired.out())
                .contains("1 keys of 1 persons, 0 of them in hardware")
                .contains("the key of `ana` is not valid after")
                .contains("everything is frozen")
                .contains("it is not JSON");

        Files.setPosixFilePermissions(approvers, PosixFilePermissions.fromString("rw-rw-rw-"));
        Outcome open = run("doctor", "--state", "state");
        assertThat(open.code()).isEqualTo(1);
        assertThat(open.out()).contains("nobody can approve").contains("written to by others");
    }

    @Test
    void doctor_names_what_is_unsafe_with_its_mend() throws Exception {
        environment.put("COUNTERGATE_LAUNCHER", "/bin/sh");
        Files.writeString(folder.resolve("tools.yaml"), "tools: []\n");
        Path state = Files.createDirectory(folder.resolve("state"));
        Files.writeString(state.resolve("environment"), "");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        Outcome outcome = run("doctor", "--state", "state");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out())
                .contains("`" + state + "` has mode rwxrwxrwx: `chmod 711 " + state + "`")
                .contains("chmod 600 " + state.resolve("environment"))
                .contains(
                        "separation S0: agent and daemon share an account (the default; guards"
                                + " against accident, not against an agent that attacks its own"
                                + " machine)");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx--x--x"));
        Files.delete(state.resolve("environment"));
        assertThat(run("doctor", "--state", "state").code()).isZero();
        assertThat(run("doctor", "--state", "state", "--json").json().path("checks").size())
                .isPositive();
    }
}
