package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The real {@code ssh-keygen}, in a folder of the test's. */
final class SshKeygen {
    private final Path folder;

    SshKeygen(Path folder) {
        this.folder = folder;
    }

    /** Makes a key without a passphrase; returns its path, the public half beside it. */
    Path key(String name, String... options) throws IOException, InterruptedException {
        Path key = folder.resolve(name);
        List<String> command = new ArrayList<>(List.of("-q", "-N", "", "-f", key.toString()));
        command.addAll(List.of(options));
        require(run(command, ""));
        return key;
    }

    /** The armoured signature of {@code message}. */
    String sign(Path key, String namespace, String message, String... options)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("-Y", "sign", "-f", key.toString(), "-n", namespace));
        command.addAll(List.of(options));
        return require(run(command, message));
    }

    /** Whether stock {@code ssh-keygen -Y verify} takes the signature as one of {@code person}'s. */
    boolean verifies(
            String person, String publicKeyLine, String namespace, String message, String armoured)
            throws IOException, InterruptedException {
        Path signers =
                Files.writeString(folder.resolve("signers"), person + " " + publicKeyLine + "\n");
        Path signature = Files.writeString(folder.resolve("signature"), armoured);
        List<String> command =
                List.of(
                        "-Y",
                        "verify",
                        "-f",
                        signers.toString(),
                        "-I",
                        person,
                        "-n",
                        namespace,
                        "-s",
                        signature.toString());
        return run(command, message).exitCode() == 0;
    }

    private static String require(Outcome outcome) {
        if (outcome.exitCode() != 0) {
            throw new AssertionError(outcome.output());
        }
        return outcome.output();
    }

    private Outcome run(List<String> arguments, String input)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ssh-keygen"));
        command.addAll(arguments);
        Path output = folder.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(folder.resolve("errors").toFile());
        builder.environment().remove("SSH_AUTH_SOCK");
        Process process = builder.start();
        try (var standardInput = process.getOutputStream()) {
            standardInput.write(input.getBytes(UTF_8));
        }
        int exitCode = process.waitFor();
        return new Outcome(exitCode, Files.readString(output));
    }

    private record Outcome(int exitCode, String output) {}
}
