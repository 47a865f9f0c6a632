package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.authority.Freeze;
import dev.countergate.server.authority.FreezeFile;
import dev.countergate.testing.approval.FakeDaemon;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreezeTest {
    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void have_a_root() {
        environment.put("HOME", folder.toString());
        environment.put("XDG_STATE_HOME", folder.resolve("s").toString());
    }

    private Path root() {
        return folder.resolve("s/countergate");
    }

    private List<Freeze> file() {
        return new FreezeFile(root().resolve("freeze")).read();
    }

    private Typed run(String... arguments) {
        return Typed.run(folder, environment, arguments);
    }

    @Test
    void stops_daemons_that_are_not_running_yet() {
        Typed freeze = run("freeze", "--reason", "incident 4711");
        assertThat(freeze.out())
                .contains("every daemon of this account obeys `" + root().resolve("freeze") + "`");
        assertThat(file()).hasSize(1);
        assertThat(file().getFirst().environment()).isNull();
        assertThat(file().getFirst().reason()).isEqualTo("incident 4711");
        assertThat(file().getFirst().by()).isEqualTo(System.getProperty("user.name"));
    }

    /** It may be another account's that was meant, and that one looks at another file. */
    @Test
    void to_have_stopped_no_daemon_is_no_success() {
        for (List<String> more : List.of(List.<String>of(), List.of("--json"))) {
            List<String> typed = new ArrayList<>(List.of("freeze", "--reason", "incident 4711"));
            typed.addAll(more);
            Typed freeze = run(typed.toArray(String[]::new));
            assertThat(freeze.code()).isEqualTo(1);
            assertThat(freeze.err())
                    .contains("no daemon of this account runs")
                    .contains("another account goes on: `freeze --state DIRECTORY`");
            assertThat(file()).hasSize(1);
        }
    }

    @Test
    void says_that_the_file_is_written_before_a_daemon_is_waited_for() throws Exception {
        Files.createDirectories(root());
        try (FakeDaemon slow = new FakeDaemon(root().resolve("a"), environment)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            AtomicReference<String> before = new AtomicReference<>("");
            slow.lie("freeze", answer -> before.set(out.toString(UTF_8)));
            Console console =
                    new Console(
                            environment,
                            folder,
                            new PrintStream(out, true, UTF_8),
                            new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));

            assertThat(CommandTree.of(console).execute("freeze", "--reason", "x")).isZero();

            assertThat(before.get()).contains(root().resolve("freeze").toString());
        }
    }

    @Test
    void tells_every_daemon_that_runs_besides() throws Exception {
        Files.createDirectories(root());
        try (FakeDaemon one = new FakeDaemon(root().resolve("a"), environment);
                FakeDaemon two = new FakeDaemon(root().resolve("b"), environment)) {
            two.lie(
                    "freeze",
                    answer -> {
                        answer.withArray("/asked")
                                .addObject()
                                .put("proposal", "p-1")
                                .put("asked", true);
                        answer.withArray("/asked")
                                .addObject()
                                .put("proposal", "p-2\u001b[2J")
                                .put("asked", false);
                    });
            Typed freeze = run("freeze", "--reason", "stop", "--cancel");
            assertThat(freeze.code()).isZero();
            assertThat(one.asked("freeze").getLast().path("cancel").asBoolean()).isTrue();
            assertThat(freeze.out())
                    .contains("p-1: asked to stop (NOT stopped yet, maybe never)")
                    .contains("p-2\\u001b[2J: could NOT be asked to stop");
            assertThat(run("freeze", "--reason", "x", "--json").json().path("daemons").size())
                    .isEqualTo(2);
            assertThat(one.asked("freeze").getLast().path("cancel").asBoolean()).isFalse();
        }
    }

    @Test
    void a_daemon_that_does_not_answer_is_a_failure_and_the_file_is_there() throws Exception {
        Files.createDirectories(root());
        try (FakeDaemon one = new FakeDaemon(root().resolve("a"), environment)) {
            one.lie("freeze", answer -> answer.put("ok", false));
            Typed freeze = run("freeze", "--reason", "stop");
            assertThat(freeze.code()).isEqualTo(1);
            assertThat(freeze.err()).contains(one.state().path().toString());
            assertThat(file()).hasSize(1);
        }
    }

    /** A full disk, or another's folder: what runs is stopped all the same. */
    @Test
    void a_file_that_cannot_be_written_keeps_no_daemon_from_being_asked() throws Exception {
        Files.createDirectories(root().resolve("freeze.new/in-the-way"));
        try (FakeDaemon one = new FakeDaemon(root().resolve("a"), environment)) {
            Typed freeze = run("freeze", "--reason", "stop");
            assertThat(one.asked("freeze")).hasSize(1);
            assertThat(freeze.code()).isEqualTo(1);
            assertThat(freeze.out()).doesNotContain("every daemon");
            assertThat(freeze.err())
                    .contains("`" + root().resolve("freeze") + "` cannot be written");
            assertThat(file()).isEmpty();
            assertThat(run("freeze", "--reason", "stop", "--json").json().path("file").isNull())
                    .isTrue();
        }
    }

    @Test
    void one_that_stands_still_and_could_not_write_that_down_is_a_failure() throws Exception {
        Files.createDirectories(root());
        try (FakeDaemon one = new FakeDaemon(root().resolve("a"), environment)) {
            one.lie("freeze", answer -> answer.put("kept", false));
            Typed freeze = run("freeze", "--reason", "stop", "--state", one.state().path() + "");
            assertThat(freeze.code()).isEqualTo(1);
            assertThat(freeze.out()).contains("frozen: stop");
        }
    }

    @Test
    void with_a_state_stops_that_daemon_alone() throws Exception {
        Files.createDirectories(root());
        try (FakeDaemon one = new FakeDaemon(root().resolve("a"), environment);
                FakeDaemon two = new FakeDaemon(root().resolve("b"), environment)) {
            Typed freeze = run("freeze", "--reason", "x", "--state", one.state().path() + "");
            assertThat(freeze.code()).isZero();
            assertThat(one.asked("freeze")).hasSize(1);
            assertThat(two.asked("freeze")).isEmpty();
            assertThat(file()).isEmpty();
        }
        Typed none = run("freeze", "--reason", "x", "--state", root().resolve("a") + "");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err()).contains("nothing was frozen");
    }

    @Test
    void what_is_frozen_already_stays_as_it_was_frozen() throws Exception {
        var _ = run("freeze", "--reason", "first");
        var _ = run("freeze", "--reason", "second");
        assertThat(file()).hasSize(1);
        assertThat(file().getFirst().reason()).isEqualTo("first");
        Files.writeString(root().resolve("freeze"), "made in haste");
        try (FakeDaemon _ = new FakeDaemon(root().resolve("a"), environment)) {
            assertThat(run("freeze", "--reason", "third").code()).isZero();
        }
        assertThat(Files.readString(root().resolve("freeze"))).isEqualTo("made in haste");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "\u001b[2J", "tab\there", "\u202e"})
    void no_reason_is_too_odd_to_stop_for(String reason) throws Exception {
        Files.createDirectories(root());
        try (FakeDaemon _ = new FakeDaemon(root().resolve("a"), environment)) {
            assertThat(run("freeze", "--reason", reason).code()).isZero();
        }
        assertThat(file().getFirst().reason()).doesNotContain("\n", "\u001b").isNotBlank();
    }

    @Test
    void a_thaw_without_a_daemon_lifts_nothing() {
        var _ = run("freeze", "--reason", "x");
        Typed thaw = run("thaw");
        assertThat(thaw.code()).isEqualTo(1);
        assertThat(file()).hasSize(1);
    }
}
