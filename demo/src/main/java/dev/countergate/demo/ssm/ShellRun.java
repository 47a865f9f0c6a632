package dev.countergate.demo.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A script running under {@code sh}, in a process group of its own where {@code setsid} exists.
 *
 * <p>Platform threads read its pipes: such a read blocks the carrier of a virtual one for as long as the script is silent.
 */
final class ShellRun {
    private static final Path SETSID = Path.of("/usr/bin/setsid");
    private static final int KEPT_BYTES_MAX = 256 << 10;
    private static final int KILLED = 137;

    /** How it ended; output beyond what is kept was read and thrown away. */
    record Ended(int exitCode, String standardOutput, String standardError) {}

    private final Process process;
    private final boolean ownGroup;

    private ShellRun(Process process, boolean ownGroup) {
        this.process = process;
        this.ownGroup = ownGroup;
    }

    /**
     * Starts the script; {@code whenEnded} is told once, on a thread of the run's own.
     *
     * @param script a file the run may read; it stays
     */
    static ShellRun start(Path script, Path directory, Path home, Consumer<Ended> whenEnded) {
        boolean ownGroup = Files.isExecutable(SETSID);
        ProcessBuilder builder =
                new ProcessBuilder(
                        ownGroup
                                ? List.of(SETSID.toString(), "/bin/sh", script.toString())
                                : List.of("/bin/sh", script.toString()));
        builder.directory(directory.toFile());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.put(
                "PATH", home.resolve("bin") + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
        environment.put("HOME", home.toString());
        environment.put("LANG", "C.UTF-8");
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            ShellRun run = new ShellRun(process, ownGroup);
            Thread.ofPlatform()
                    .daemon()
                    .name("ssm-simulator-run")
                    .start(() -> whenEnded.accept(run.waitForEnd()));
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills the whole group, or the process and its descendants; what escaped both lives on, as on a real host. */
    void kill() {
        if (!process.isAlive()) {
            return;
        }
        List<ProcessHandle> descendants = process.descendants().toList();
        if (ownGroup) {
            signalGroup();
        }
        descendants.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        if (ownGroup) {
            // Once more: a script killed while it was still starting may have had a child in
            // between.
            signalGroup();
        }
    }

    private void signalGroup() {
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -s KILL -- -" + process.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Ended waitForEnd() {
        CompletableFuture<String> error = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> error.complete(drain(process.getErrorStream())));
        String output = drain(process.getInputStream());
        try {
            return new Ended(process.waitFor(), output, error.join());
        } catch (InterruptedException e) {
            kill();
            return new Ended(KILLED, output, error.join());
        }
    }

    private static String drain(InputStream stream) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        byte[] buffer = new byte[8 << 10];
        try (stream) {
            int read = stream.read(buffer);
            while (read != -1) {
                kept.write(buffer, 0, Math.min(read, KEPT_BYTES_MAX - kept.size()));
                read = stream.read(buffer);
            }
        } catch (IOException e) {
            // A killed process may close its pipe under the reader; what was read stands.
            return kept.toString(UTF_8);
        }
        return kept.toString(UTF_8);
    }
}
