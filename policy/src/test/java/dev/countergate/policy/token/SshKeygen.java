package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
        return verifies(
                person + " " + publicKeyLine + "\n",
                person,
                namespace,
                message,
                armoured,
                Map.of());
    }

    /**
     * Whether stock {@code ssh-keygen -Y verify} takes the signature as one of {@code person}'s.
     *
     * @param signers the content of the allowed_signers file
     * @param settings {@code TZ} for its environment, {@code verify-time} for its option; both may be absent
     */
    boolean verifies(
            String signers,
            String person,
            String namespace,
            String message,
            String armoured,
            Map<String, String> settings)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("-Y", "verify", "-I", person));
        Path file = Files.writeString(folder.resolve("signers"), signers);
        Path signature = Files.writeString(folder.resolve("signature"), armoured);
        command.addAll(List.of("-f", file.toString(), "-n", namespace, "-s", signature.toString()));
        if (settings.containsKey("verify-time")) {
            command.addAll(List.of("-O", "verify-time=" + settings.get("verify-time")));
        }
        return run(command, message, settings.getOrDefault("TZ", "UTC")).exitCode() == 0;
    }

    private static String require(Outcome outcome) {
        if (outcome.exitCode() != 0) {
            throw new AssertionError(outcome.output());
        }
        return outcome.output();
    }

    private Outcome run(List<String> arguments, String input)
            throws IOException, InterruptedException {
        return run(arguments, input, "UTC");
    }

    private Outcome run(List<String> arguments, String input, String zone)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ssh-keygen"));
        command.addAll(arguments);
        Path output = folder.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(folder.resolve("errors").toFile());
        builder.environment().remove("SSH_AUTH_SOCK");
        builder.environment().put("TZ", zone);
        Process process = builder.start();
        try (var standardInput = process.getOutputStream()) {
            standardInput.write(input.getBytes(UTF_8));
        }
        int exitCode = process.waitFor();
        return new Outcome(exitCode, Files.readString(output));
    }

    private record Outcome(int exitCode, String output) {}
}
