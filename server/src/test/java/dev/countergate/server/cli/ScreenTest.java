package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.Main;
import dev.countergate.testing.approval.FakeDaemon;
import dev.countergate.testing.approval.Keys;
import dev.countergate.testing.approval.Pty;
import dev.countergate.testing.approval.SampleCore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** What commands look like on terminals of 80 and of 200 columns, and what of it is for a terminal alone. */
@Tag("long")
class ScreenTest {
    private static final SampleCore CORE = SampleCore.MODERATE;

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private FakeDaemon daemon;

    @BeforeAll
    static void need_a_terminal() throws Exception {
        Pty.require();
    }

    @BeforeEach
    void start() throws Exception {
        environment.put("HOME", folder.toString());
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("TERM", "xterm-256color");
        environment.put("XDG_STATE_HOME", folder.resolve("s").toString());
        environment.put("COUNTERGATE_LAUNCHER", "/bin/sh");
        Files.createDirectories(folder.resolve("s/countergate"));
        Files.writeString(
                folder.resolve("tools.yaml"),
                """
                tools:
                  - name: restart_the_service_everywhere
                    description: restarts
                    url: http://127.0.0.1:9/restart/{service}
                    method: POST
                    params: [{name: service, pattern: "[a-z]{1,20}", required: true}]
                guards:
                  restart_the_service_everywhere:
                    risk: high
                    limits: [{calls: 3, per: 1h, by: [service]}, {calls: 30, per: 1d}]
                    approvals: {count: 2}
                """);
        daemon = new FakeDaemon(folder.resolve("s/countergate/ops-1"), environment);
        daemon.propose(CORE, "SENDING", "APPLIED", "VERIFIED");
        daemon.lie(
                "pending",
                answer ->
                        ((ObjectNode) answer.path("proposals").path(0))
                                .put("summary", "停止服务 \u001b[2J " + "restart 日本 ".repeat(20))
                                .put("risk", "high"));
    }

    @AfterEach
    void stop() throws InterruptedException {
        daemon.close();
    }

    private Pty at(int columns, String line) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        command.addAll(Arrays.asList(line.split(" ")));
        return Pty.start(columns, command, folder, environment);
    }

    private String shown(int columns, String line) throws Exception {
        try (Pty pty = at(columns, line)) {
            var _ = pty.exitCode();
            return pty.said();
        }
    }

    private static String plain(String text) {
        return text.replaceAll("\u001b\\[[0-9;]*m", "");
    }

    /** A line is wider only where one word of it is: a path or command that nobody could use in two pieces. */
    private static void assertFits(String text, int columns) {
        assertThat(plain(text).lines())
                .allSatisfy(
                        line ->
                                assertThat(
                                                Layout.width(line) <= columns
                                                        || !line.strip().contains(" "))
                                        .as(line)
                                        .isTrue());
        assertThat(plain(text).replace("\n", "").codePoints())
                .noneMatch(each -> each < ' ' || (each >= 0x7f && each < 0xa0));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 200})
    void a_leaf_goes_on_below_itself(int columns) throws Exception {
        AtomicBoolean told = new AtomicBoolean();
        daemon.lie(
                "audit_read",
                answer -> {
                    answer.putArray("lines");
                    if (!told.getAndSet(true)) {
                        answer.withArray("lines")
                                .add(
                                        "{\"index\":0,\"kind\":\"proposed\",\"time\":\"2026-01-02T03:04:05.678Z\","
                                                + "\"reason\":\""
                                                + "漢字 \\u001b[31m ".repeat(30)
                                                + "\",\"tool\":\"restart_service\"}");
                    }
                });
        String shown = shown(columns, "audit tail --state s/countergate/ops-1");
        assertThat(plain(shown)).contains("漢字 \\u001b[31m").contains("[420 characters]");
        assertFits(shown, columns);
    }

    @ParameterizedTest
    @CsvSource({
        "80,  pending",
        "200, pending",
        "80,  tools",
        "200, tools",
        "80,  check",
        "200, check",
        "80,  doctor --state s/countergate/ops-1",
        "200, doctor --state s/countergate/ops-1",
    })
    void no_line_is_wider_than_the_terminal(int columns, String line) throws Exception {
        String shown = shown(columns, line);
        assertThat(shown.lines().count()).isPositive();
        assertFits(shown, columns);
    }

    @Test
    void a_narrow_inbox_has_everything_that_a_wide_one_has() throws Exception {
        String narrow = shown(80, "pending");
        assertThat(plain(narrow))
                .contains("CODE         " + CORE.digest().code() + "\n")
                .contains("REQUESTER    ")
                .contains("停止服务 \\u001b[2J restart")
                .contains("[cut: `countergate show CODE` has it whole]");
        assertThat(plain(shown(200, "pending")).lines().findFirst().orElseThrow())
                .startsWith("CODE      RISK  ENVIRONMENT");
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 200})
    void watch_goes_on_below_what_does_not_fit(int columns) throws Exception {
        daemon.lie(
                "proposal",
                answer ->
                        ((ObjectNode) answer.path("status"))
                                .put("tool", "restart_the_service_of_everybody")
                                .put("why", "because \u001b[2J it waits ".repeat(20)));
        try (Pty pty = at(columns, "watch")) {
            pty.await("why: because");
            pty.await("\n");
            assertFits(pty.said(), columns);
        }
    }

    /** What is signed for is shown to the byte: whatever the screen, it is what `view` hashes. */
    @ParameterizedTest
    @ValueSource(ints = {80, 200})
    void show_writes_the_signed_text_and_nothing_else(int columns) throws Exception {
        String code = CORE.digest().code();
        String view = Typed.run(folder, environment, "show", code).out();
        assertThat(shown(columns, "show " + code)).isEqualTo(view);
        daemon.enrol("ana", Keys.line(Keys.ed25519(folder.resolve(".ssh/approvals"), "sesame")));
        try (Pty pty = at(columns, "approve " + code)) {
            pty.await("type the environment's name");
            assertThat(pty.said()).contains(view).doesNotContain("\u001b");
            assertFits(pty.said().replace(view, ""), columns);
        }
    }

    @Test
    void colours_are_for_a_terminal_that_wants_them() throws Exception {
        assertThat(shown(80, "pending")).contains("\u001b[33m");
        assertThat(Typed.run(folder, environment, "pending").out()).doesNotContain("\u001b");
        environment.put("NO_COLOR", "1");
        assertThat(shown(80, "pending")).doesNotContain("\u001b");
        environment.put("NO_COLOR", "");
        environment.put("TERM", "dumb");
        assertThat(shown(80, "pending")).doesNotContain("\u001b");
    }

    @Test
    void json_is_the_same_for_a_terminal_and_obeyed_by_none() throws Exception {
        daemon.lie(
                "pending",
                answer ->
                        ((ObjectNode) answer.path("proposals").path(0))
                                .put("summary", "a\u009b2J\u202e\udb40\udc41 b"));
        String shown = shown(80, "pending --json");
        Typed piped = Typed.run(folder, environment, "pending", "--json");
        assertThat(shown).isEqualTo(piped.out());
        assertThat(shown).contains("a\\u009b2J\\u202e\\udb40\\udc41 b");
        assertThat(piped.json().path(0).path("summary").asString())
                .isEqualTo("a\u009b2J\u202e\udb40\udc41 b");
    }
}
