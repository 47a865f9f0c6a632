package dev.countergate.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WorkspaceTest {
    @TempDir private Path folder;

    private Path launcher;
    private Path calls;

    @BeforeEach
    void write_a_program_that_notes_how_it_is_called() throws IOException {
        calls = folder.resolve("calls");
        launcher =
                Files.writeString(
                        folder.resolve("launcher"), "#!/bin/sh\necho \"$*\" >>'" + calls + "'\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
        Files.createDirectory(folder.resolve("tmp"));
    }

    private Workspace workspace(Map<String, String> more) throws IOException {
        Map<String, String> caller = new HashMap<>(more);
        caller.put("TMPDIR", folder.resolve("tmp").toString());
        caller.put("PATH", "/usr/bin:/bin");
        return new Workspace(caller, launcher);
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("tmp"))) {
            return files.toList();
        }
    }

    @Test
    void its_programs_see_neither_the_users_home_nor_their_settings_nor_their_secrets()
            throws Exception {
        Map<String, String> users =
                Map.ofEntries(
                        Map.entry("HOME", "/home/ana"),
                        Map.entry("XDG_CONFIG_HOME", "/home/ana/.config"),
                        Map.entry("XDG_STATE_HOME", "/home/ana/.local/state"),
                        Map.entry("XDG_RUNTIME_DIR", "/run/user/7"),
                        Map.entry("COUNTERGATE_CONFIG", "/home/ana/tools.yaml"),
                        Map.entry("COUNTERGATE_STATE", "/home/ana/state"),
                        Map.entry("COUNTERGATE_SOCKET", "/home/ana/state/agent.sock"),
                        Map.entry("COUNTERGATE_KEY", "/home/ana/.ssh/approvals"),
                        Map.entry("SSH_AUTH_SOCK", "/tmp/agent"),
                        Map.entry("AWS_PROFILE", "production"),
                        Map.entry("AWS_SECRET_ACCESS_KEY", "secret"),
                        Map.entry("JIRA_TOKEN", "secret"),
                        Map.entry("LANG", "C.UTF-8"));
        try (Workspace workspace = workspace(users)) {
            Map<String, String> seen = workspace.environment();
            assertThat(seen)
                    .containsEntry("LANG", "C.UTF-8")
                    .containsEntry("COUNTERGATE_BUILD", "never")
                    .containsEntry("COUNTERGATE_LAUNCHER", launcher.toString())
                    .containsKeys("HOME", "COUNTERGATE_CONFIG", "COUNTERGATE_STATE");
            users.forEach(
                    (name, value) -> {
                        if (!name.equals("LANG")) {
                            assertThat(seen).doesNotContainEntry(name, value);
                        }
                    });
            assertThat(seen)
                    .doesNotContainKeys(
                            "COUNTERGATE_SOCKET",
                            "COUNTERGATE_KEY",
                            "SSH_AUTH_SOCK",
                            "AWS_PROFILE",
                            "XDG_RUNTIME_DIR");
        }
    }

    @Test
    void closing_it_stops_the_daemon_and_removes_everything() throws Exception {
        Workspace workspace = workspace(Map.of());
        Path made = Objects.requireNonNull(workspace.catalogue().getParent());
        assertThat(workspace.catalogue()).content().contains("countergate demo");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rwx------");
        Files.createDirectory(workspace.state());
        workspace.close();
        workspace.close();
        assertThat(made).doesNotExist();
        assertThat(left()).isEmpty();
        assertThat(calls).content().isEqualTo("stop --state " + workspace.state() + "\n");
    }

    @Test
    void where_no_daemon_was_started_none_is_looked_for() throws Exception {
        workspace(Map.of()).close();
        assertThat(left()).isEmpty();
        assertThat(calls).doesNotExist();
    }

    @Test
    void abandoning_it_leaves_nothing_either_not_even_what_comes_late() throws Exception {
        Workspace workspace = workspace(Map.of());
        Files.createDirectory(workspace.state());
        workspace.abandon();
        assertThat(left()).isEmpty();
        // As a daemon does that was about to start.
        Files.createDirectories(workspace.state());
        long end = System.nanoTime() + 20_000_000_000L;
        while (!left().isEmpty() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(left()).isEmpty();
        assertThat(Files.readAllLines(calls)).hasSize(2);
    }

    /** The folder for temporary files is everybody's, and the name is known by then. */
    @Test
    @Tag("long")
    void what_another_user_puts_in_its_place_afterwards_is_not_touched() throws Exception {
        Path theirs = Files.createDirectories(folder.resolve("theirs"));
        Path daemon = Files.createDirectory(theirs.resolve("s"));
        Set<ProcessHandle> others = ProcessHandle.current().children().collect(Collectors.toSet());
        Workspace workspace = workspace(Map.of());
        Path made = Objects.requireNonNull(workspace.catalogue().getParent());
        List<ProcessHandle> sweepers =
                ProcessHandle.current().children().filter(each -> !others.contains(each)).toList();
        assertThat(sweepers).hasSize(1);
        workspace.abandon();
        Files.createSymbolicLink(made, theirs);
        sweepers.getFirst().onExit().get(30, TimeUnit.SECONDS);
        assertThat(daemon).exists();
        assertThat(calls).doesNotExist();
    }

    @Test
    void the_programs_it_needs_are_found_on_the_path_alone() throws Exception {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        assertThat(Countersigner.keygen("")).isEmpty();
        assertThat(Countersigner.keygen("relative:" + bin + ":")).isEmpty();
        Path file = Files.writeString(bin.resolve("ssh-keygen"), "");
        assertThat(Countersigner.keygen(bin.toString())).isEmpty();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        assertThat(Countersigner.keygen("/nowhere:" + bin)).contains(file);
    }
}
