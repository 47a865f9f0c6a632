package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.demo.Demo;
import dev.countergate.server.Main;
import dev.countergate.testing.approval.Pty;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code countergate demo}, whole: its agent, relay, daemon and approval as processes of their own. */
@Tag("long")
class DemoCommandTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin/java").toString();

    @TempDir private Path folder;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void stand_in_for_the_launcher() throws IOException {
        Path launcher =
                Files.writeString(
                        folder.resolve("countergate"),
                        """
                        #!/bin/sh
                        exec '%s' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
                            -cp '%s' %s "$@"
                        """
                                .formatted(
                                        JAVA,
                                        System.getProperty("java.class.path"),
                                        Main.class.getName()));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
        environment.put("COUNTERGATE_LAUNCHER", launcher.toString());
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("HOME", Files.createDirectory(folder.resolve("home")).toString());
        environment.put("TMPDIR", Files.createDirectory(folder.resolve("tmp")).toString());
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("TERM", "xterm");
    }

    private List<String> command(String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Objects.requireNonNull(environment.get("COUNTERGATE_LAUNCHER")),
                                "demo"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** No file of it is left, and no process that was started with one. */
    private void requireNothingLeft() throws IOException {
        for (String name : List.of("home", "tmp")) {
            try (Stream<Path> files = Files.list(folder.resolve(name))) {
                assertThat(files).isEmpty();
            }
        }
        assertThat(isNothingLeft()).isTrue();
    }

    private boolean isNothingLeft() {
        String name = folder.resolve("tmp").toString();
        return ProcessHandle.allProcesses()
                .map(DemoCommandTest::commandLine)
                .noneMatch(each -> each.contains(name));
    }

    /** The whole of it: what the JDK tells ends after a page, within the class path. */
    private static String commandLine(ProcessHandle process) {
        Path whole = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        try {
            return Files.readString(whole, ISO_8859_1);
        } catch (IOException goneOrNotLinux) {
            return process.info().commandLine().orElse("");
        }
    }

    @Test
    void unattended_it_goes_from_the_alert_to_the_verified_change_and_leaves_nothing()
            throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command("--yes")).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        // As where an agent runs it, with settings of the user's own that are none of its business.
        builder.environment().put("CLAUDECODE", "1");
        builder.environment().put("COUNTERGATE_STATE", folder.resolve("home/state").toString());
        Process demo = builder.redirectError(folder.resolve("err").toFile()).start();
        demo.getOutputStream().close();
        String said = new String(demo.getInputStream().readAllBytes(), UTF_8);
        assertThat(demo.waitFor()).as(said + Files.readString(folder.resolve("err"))).isZero();
        assertThat(folder.resolve("err")).isEmptyFile();
        assertThat(said)
                .containsSubsequence(
                        "SIMULATED",
                        "CheckoutFailing, critical",
                        "23.1% of the requests fail",
                        "AGENT: fix is approved",
                        "v2.4.1, 11 minutes ago",
                        "agent> restart_service",
                        "PRECONDITION_FAILED",
                        "the machines received 0 commands",
                        "agent> deploy service=checkout version=v2.4.0",
                        "APPROVAL_REQUIRED: nothing was sent",
                        "So far deployments received 0 calls",
                        "ssh-keygen -Y sign",
                        "accepted",
                        "APPLIED",
                        "VERIFIED",
                        "0.2%",
                        "good: ",
                        "received 1 call, the machines 0 commands",
                        "all that the demo made is removed")
                .doesNotContain("\u001b");
        assertThat(said.lines()).allMatch(line -> line.length() < 80);
        requireNothingLeft();
    }

    /** The demo at a terminal, told at once. */
    private Pty unpaced() throws IOException, InterruptedException {
        Pty.require();
        return Pty.start(
                List.of(
                        JAVA,
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        UnpacedDemo.class.getName()),
                folder,
                environment);
    }

    @Test
    void a_person_may_say_no_and_nothing_is_sent() throws Exception {
        try (Pty pty = unpaced()) {
            pty.await("to approve, type");
            pty.type("r");
            pty.await("Enter passphrase");
            pty.type("simulated");
            assertThat(pty.exitCode()).as(pty.said()).isEqualTo(2);
            assertThat(pty.said())
                    .containsSubsequence(
                            "countergate approve ",
                            "{\"version\":\"v2.4.0\"}",
                            "REJECTED: a person said no",
                            "REJECTED: rejected by you",
                            "You said no: nothing was sent",
                            "received 0 calls");
        }
        requireNothingLeft();
    }

    @Test
    void it_can_be_broken_off_while_it_asks_and_leaves_nothing() throws Exception {
        try (Pty pty = unpaced()) {
            pty.await("to approve, type");
            pty.type("\u0003");
            assertThat(pty.exitCode()).as(pty.said()).isEqualTo(130);
            assertThat(pty.said()).doesNotContain("The server tells");
        }
        Workplace.await("the end of what cleans up", this::isNothingLeft);
        requireNothingLeft();
    }

    @Test
    void without_a_person_at_a_terminal_it_begins_nothing() throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                                Stream.concat(
                                                Stream.of("/usr/bin/setsid", "-w"),
                                                command().stream())
                                        .toList())
                        .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process demo = builder.start();
        String said = new String(demo.getInputStream().readAllBytes(), UTF_8);
        assertThat(demo.waitFor()).isEqualTo(2);
        assertThat(said)
                .contains("countergate demo --yes")
                .contains("[NO_TERMINAL]")
                .hasLineCount(1);
        requireNothingLeft();
    }

    @Test
    void without_what_it_needs_it_says_so_and_begins_nothing() throws IOException {
        environment.put("PATH", folder.resolve("tmp").toString());
        Typed without = Typed.run(folder, environment, "demo", "--yes");
        assertThat(without.code()).isEqualTo(1);
        assertThat(without.err()).contains("no `ssh-keygen`").contains("install OpenSSH");
        environment.remove("COUNTERGATE_LAUNCHER");
        Typed bare = Typed.run(folder, environment, "demo", "--yes");
        assertThat(bare.code()).isEqualTo(1);
        assertThat(bare.err()).contains("COUNTERGATE_LAUNCHER");
        requireNothingLeft();
    }

    @Test
    void its_catalogue_is_one_that_check_finds_nothing_wrong_with() throws IOException {
        Path catalogue = folder.resolve("tools.yaml");
        try (InputStream resource =
                Objects.requireNonNull(Demo.class.getResourceAsStream("tools.yaml"))) {
            Files.copy(resource, catalogue);
        }
        for (String name : List.of("METRICS", "LOGS", "ALERTS", "DEPLOYMENTS", "MACHINES")) {
            environment.put("DEMO_" + name + "_URL", "http://127.0.0.1:1");
        }
        Typed check = Typed.run(folder, environment, "check", catalogue.toString());
        assertThat(check.code()).isZero();
        assertThat(check.err()).isEmpty();
        assertThat(check.out()).contains("restart_service", "deploy");
    }
}
