package dev.countergate.server.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A key that the real {@code ssh-keygen} made and signs with. */
record TestKey(Path path) {
    static TestKey make(Path folder, String name) throws IOException, InterruptedException {
        Path path = folder.resolve(name);
        run(List.of("-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path.toString()), "");
        return new TestKey(path);
    }

    /** The line of its {@code .pub} file. */
    String line() throws IOException {
        return Files.readString(Path.of(path + ".pub")).strip();
    }

    /** The armoured signature of {@code text} as an approval's. */
    String sign(String text) throws IOException, InterruptedException {
        return run(
                List.of("-Y", "sign", "-f", path.toString(), "-n", "approval-v1@countergate.dev"),
                text);
    }

    private static String run(List<String> arguments, String input)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ssh-keygen"));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().remove("SSH_AUTH_SOCK");
        Process process = builder.start();
        try (var standardInput = process.getOutputStream()) {
            standardInput.write(input.getBytes(UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(command + " failed");
        }
        return output;
    }
}
