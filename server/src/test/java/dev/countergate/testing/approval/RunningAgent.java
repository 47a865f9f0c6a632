package dev.countergate.testing.approval;

import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real {@code ssh-agent} of a test's own. */
public final class RunningAgent implements AutoCloseable {
    private final Process process;
    private final Path socket;

    /** Starts one that listens at {@code socket}. */
    public RunningAgent(Path socket) throws IOException, InterruptedException {
        this.socket = socket;
        this.process =
                new ProcessBuilder("/usr/bin/ssh-agent", "-D", "-a", socket.toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        Workplace.await("the agent's socket", () -> Files.exists(socket));
    }

    /** Where it listens. */
    public String socket() {
        return socket.toString();
    }

    /** Gives it a key that has no passphrase. */
    public void add(Path key) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(List.of("/usr/bin/ssh-add", "-q", key.toString()));
        builder.environment().put("SSH_AUTH_SOCK", socket.toString());
        if (builder.start().waitFor() != 0) {
            throw new AssertionError("the agent does not take " + key);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }
}
