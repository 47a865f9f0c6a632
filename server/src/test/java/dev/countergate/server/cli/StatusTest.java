package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of a daemon that cannot be asked. */
class StatusTest {
    @TempDir private Path folder;

    private Path state;

    @BeforeEach
    void make_the_state_directory() throws IOException {
        state = Files.createDirectory(folder.resolve("d"));
    }

    private Typed status() {
        return Typed.run(
                folder, Map.of("HOME", folder.toString()), "status", "--state", state.toString());
    }

    @Test
    void a_daemon_that_is_not_there_does_not_run() {
        assertThat(status().out()).contains("not running");
        assertThat(status().code()).isEqualTo(1);
    }

    @Test
    void nor_does_one_that_left_its_socket_behind() throws IOException {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(state.resolve("operator.sock")))
                .close();
        assertThat(status().out()).contains("not running");
    }

    @Test
    void a_freeze_that_a_restart_would_lift_is_said_to_be_one() throws Exception {
        try (ServerSocketChannel operators =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(state.resolve("operator.sock")))) {
            Thread.ofVirtual()
                    .start(
                            () ->
                                    answer(
                                            operators,
                                            "{\"version\":1,\"ok\":true,\"status\":{\"frozen\":[{\"reason\":\"incident\","
                                                    + "\"since\":\"S\",\"by\":\"ana\",\"written\":false}]}}"));
            assertThat(status().out())
                    .contains(
                            "FROZEN      everything since S by ana: incident; NOT WRITTEN DOWN:"
                                    + " holds until this daemon ends");
        }
    }

    @Test
    void one_that_refuses_is_not_said_to_be_gone() throws Exception {
        try (ServerSocketChannel operators =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(state.resolve("operator.sock")))) {
            Thread.ofVirtual().start(() -> refuse(operators));
            Typed status = status();
            assertThat(status.out())
                    .contains("no answer   operator.sock answers the user `countergate` alone")
                    .doesNotContain("not running");
            assertThat(status.code()).isEqualTo(1);
        }
    }

    /** As a process that was stopped, or that has no memory left, does: its sockets stay. */
    @ParameterizedTest
    @ValueSource(strings = {"status", "doctor", "stop"})
    @Tag("long")
    void one_that_hangs_is_not_waited_for(String command) throws Exception {
        Path catalogue = Files.writeString(folder.resolve("t.yaml"), "tools: []\n");
        try (ServerSocketChannel operators =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(state.resolve("operator.sock")))) {
            assertThat(operators.isOpen()).isTrue();
            Typed hanging =
                    assertTimeoutPreemptively(
                            Duration.ofSeconds(30),
                            () ->
                                    Typed.run(
                                            folder,
                                            Map.of(
                                                    "HOME",
                                                    folder.toString(),
                                                    "COUNTERGATE_CONFIG",
                                                    catalogue.toString()),
                                            command,
                                            "--state",
                                            state.toString()));
            assertThat(hanging.code()).isEqualTo(1);
            assertThat(hanging.out() + hanging.err())
                    .contains("the daemon gave no answer in 10 s")
                    .doesNotContain("not running")
                    .doesNotContain("none runs")
                    .doesNotContain("no daemon runs");
        }
    }

    @Test
    void nor_is_it_said_to_have_been_stopped() throws Exception {
        try (ServerSocketChannel operators =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(state.resolve("operator.sock")))) {
            Thread.ofVirtual().start(() -> refuse(operators));
            Typed stop =
                    Typed.run(
                            folder,
                            Map.of("HOME", folder.toString()),
                            "stop",
                            "--state",
                            state.toString());
            assertThat(stop.out()).doesNotContain("no daemon runs");
            assertThat(stop.err()).contains("answers the user `countergate` alone");
            assertThat(stop.code()).isEqualTo(1);
        }
    }

    @Test
    void a_catalogue_that_cannot_be_loaded_any_more_is_told_with_its_first_fault()
            throws Exception {
        try (ServerSocketChannel operators =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(state.resolve("operator.sock")))) {
            Thread.ofVirtual()
                    .start(
                            () ->
                                    answer(
                                            operators,
                                            "{\"version\":1,\"ok\":true,\"status\":{\"catalogue_in_use\":"
                                                    + "{\"revision\":1,\"tools\":2,\"reload_faults\":["
                                                    + "\"t.yaml:3:1: unknown key `tols`\",\"t.yaml:9:4: b\"]}}}"));
            assertThat(status().out())
                    .contains(
                            "CANNOT BE LOADED as it is now, so what was there before is served:"
                                    + " t.yaml:3:1: unknown key `tols` (and 1 more: `countergate"
                                    + " check` names them)\n");
        }
    }

    @Test
    void one_is_stopped_whatever_it_cannot_tell_of_itself() throws Exception {
        try (ServerSocketChannel operators =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(state.resolve("operator.sock")))) {
            long gone = new ProcessBuilder("true").start().onExit().get().pid();
            CompletableFuture<String> asked = new CompletableFuture<>();
            Thread.ofVirtual()
                    .start(
                            () ->
                                    asked.complete(
                                            answer(
                                                    operators,
                                                    "{\"ok\":true,\"pid\":" + gone + "}")));
            Typed stop =
                    Typed.run(
                            folder,
                            Map.of("HOME", folder.toString()),
                            "stop",
                            "--state",
                            state.toString());
            assertThat(stop.out()).isEqualTo("stopped process " + gone + " of " + state + "\n");
            assertThat(asked.get()).contains("\"op\":\"stop\"");
        }
    }

    @Test
    void doctor_tells_it_too_where_the_file_is_good_for_whoever_asks() throws Exception {
        Path catalogue = Files.writeString(folder.resolve("t.yaml"), "tools: []\n");
        try (ServerSocketChannel operators =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(state.resolve("operator.sock")))) {
            Thread.ofVirtual()
                    .start(
                            () -> {
                                while (operators.isOpen()) {
                                    answer(
                                            operators,
                                            "{\"ok\":true,\"status\":{\"catalogue_in_use\":{\"reload_faults\":"
                                                    + "[\"t.yaml:1:1: the environment variable `NEW` is not set\"]}}}");
                                }
                            });
            Typed doctor =
                    Typed.run(
                            folder,
                            Map.of("HOME", folder.toString()),
                            "doctor",
                            "--config",
                            catalogue.toString(),
                            "--state",
                            state.toString());
            assertThat(doctor.out())
                    .containsPattern(
                            "problem +catalogue +the daemon serves an earlier one.*t.yaml:1:1: the"
                                    + " environment variable `NEW` is not set");
        }
    }

    private static void refuse(ServerSocketChannel operators) {
        answer(
                operators,
                "{\"version\":1,\"ok\":false,\"error\":{\"code\":\"FORBIDDEN\",\"message\":"
                        + "\"operator.sock answers the user `countergate` alone\"}}");
    }

    /** Gives the question. */
    private static String answer(ServerSocketChannel operators, String line) {
        try (SocketChannel asking = operators.accept()) {
            ByteBuffer question = ByteBuffer.allocate(4_096);
            asking.read(question);
            asking.write(UTF_8.encode(line + "\n"));
            return UTF_8.decode(question.flip()).toString();
        } catch (ClosedChannelException over) {
            return ""; // the test has ended
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }
}
