package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.testing.approval.Pty;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionTest {
    private static final Path BASH = Path.of("/bin/bash");

    @TempDir private Path folder;

    private String script() {
        return Typed.run(folder, Map.of("HOME", folder.toString()), "completion").out();
    }

    /** A person at a bash, who types and presses Tab; what is run tells what the line came to. */
    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "conn\\tcu\\t--wr\\t,            connect cursor --write",
        "audit verif\\tlo\\t,            audit verify log.jsonl",
        "show 4f1c09ab --as c\\t,        show 4f1c09ab --as curl",
        "resolve p-1 no\\t--no\\t'x y',  resolve p-1 not-applied --note x y",
        "policy ex\\trestart --fro\\tx,  policy explain restart --frozen x",
        "nothing\\t,                     nothing",
        "approve --ye\\t,                approve --ye", // there is nothing of the kind to complete
    })
    void bash_completes_what_is_typed(String typed, String line) throws Exception {
        Pty.require();
        Assumptions.assumeTrue(Files.isExecutable(BASH), "no bash");
        Files.writeString(folder.resolve("completion"), script());
        Files.writeString(folder.resolve("log.jsonl"), "");
        Path stub = folder.resolve("countergate");
        Files.writeString(stub, "#!/bin/sh\necho \"<$*>\"\n");
        Files.setPosixFilePermissions(stub, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Pty pty =
                Pty.start(
                        List.of(BASH.toString(), "--norc", "--noprofile", "-i"),
                        folder,
                        Map.of(
                                "HOME",
                                folder.toString(),
                                "PATH",
                                folder + ":/usr/bin:/bin",
                                "PS1",
                                "ready> ",
                                "TERM",
                                "dumb"))) {
            pty.await("ready> ");
            pty.type("source ./completion");
            pty.await("ready> ");
            pty.type("countergate " + typed.replace("\\t", "\t"));
            pty.await("<" + line + ">");
            pty.type("exit");
            assertThat(pty.exitCode()).isZero();
        }
    }

    @Test
    void it_names_every_command_and_runs_none() {
        String script = script();
        CommandTree.of(new Console(Map.of(), folder, System.out, System.err))
                .getSubcommands()
                .keySet()
                .forEach(command -> assertThat(script).contains("_picocli_countergate_" + command));
        assertThat(script.lines().filter(line -> !line.startsWith("#")))
                .noneMatch(line -> line.matches(".*[(`]\\s*countergate.*"));
    }
}
