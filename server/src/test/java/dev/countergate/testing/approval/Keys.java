package dev.countergate.testing.approval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Real keys, made by this machine's own {@code ssh-keygen}. */
public final class Keys {
    private Keys() {}

    /** Makes an Ed25519 key at {@code file}; an empty passphrase is none. */
    public static Path ed25519(Path file, String passphrase)
            throws IOException, InterruptedException {
        return make(file, passphrase, "ed25519");
    }

    /** Makes a key of another type. */
    public static Path make(Path file, String passphrase, String... type)
            throws IOException, InterruptedException {
        Files.createDirectories(file.getParent());
        List<String> command =
                new ArrayList<>(List.of("/usr/bin/ssh-keygen", "-q", "-C", "test", "-t"));
        command.addAll(List.of(type));
        command.addAll(List.of("-N", passphrase, "-f", file.toString()));
        run(command);
        return file;
    }

    /** The line of its public half. */
    public static String line(Path file) throws IOException {
        return Files.readString(Path.of(file + ".pub")).strip();
    }

    /** Signs {@code data} with a key that has no passphrase. */
    public static String sign(Path file, byte[] data) throws IOException, InterruptedException {
        Path signed = Files.write(file.resolveSibling("to-sign"), data);
        Files.deleteIfExists(file.resolveSibling("to-sign.sig"));
        run(
                List.of(
                        "/usr/bin/ssh-keygen",
                        "-q",
                        "-Y",
                        "sign",
                        "-n",
                        "approval-v1@countergate.dev",
                        "-f",
                        file.toString(),
                        signed.toString()));
        return Files.readString(file.resolveSibling("to-sign.sig"));
    }

    /** Runs a command to its end. */
    public static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(command + " said " + said);
        }
        return said;
    }
}
