package dev.countergate.testing.approval;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/**
 * A process that a pseudo-terminal controls, and a person before it who reads what it says and types. The terminal is made
 * by {@code script} of util-linux, which is part of every Debian and Ubuntu.
 */
public final class Pty implements AutoCloseable {
    private static final Path SCRIPT = Path.of("/usr/bin/script");
    private static final int SECONDS_MAX = 60;

    private final Process process;
    private final StringBuilder said = new StringBuilder();
    private final Thread reader;
    private int read;

    private Pty(Process process) {
        this.process = process;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    /** Skips the test, with the reason, where there is no {@code script} of util-linux. */
    public static void require() throws IOException, InterruptedException {
        boolean isThere = Files.isExecutable(SCRIPT);
        if (isThere) {
            Process version = new ProcessBuilder(SCRIPT.toString(), "--version").start();
            isThere =
                    new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .contains("util-linux");
            version.waitFor();
        }
        Assumptions.assumeTrue(
                isThere, "no pseudo-terminal: this machine has no `script` of util-linux");
    }

    /** Starts {@code command} at a terminal of its own, in {@code environment} and no other. */
    public static Pty start(List<String> command, Path folder, Map<String, String> environment)
            throws IOException {
        String line =
                command.stream()
                        .map(each -> "'" + each.replace("'", "'\\''") + "'")
                        .collect(Collectors.joining(" "));
        ProcessBuilder builder =
                new ProcessBuilder(SCRIPT.toString(), "-qefc", "exec " + line, "/dev/null")
                        .directory(folder.toFile())
                        .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("SHELL", "/bin/sh");
        return new Pty(builder.start());
    }

    /** The same, at a terminal of {@code columns} and 24 rows. */
    public static Pty start(
            int columns, List<String> command, Path folder, Map<String, String> environment)
            throws IOException {
        List<String> sized =
                new ArrayList<>(
                        List.of(
                                "/bin/sh",
                                "-c",
                                "stty cols " + columns + " rows 24 && exec \"$@\"",
                                "sh"));
        sized.addAll(command);
        return start(sized, folder, environment);
    }

    private void read() {
        byte[] bytes = new byte[4_096];
        try (InputStream in = process.getInputStream()) {
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                synchronized (said) {
                    said.append(new String(bytes, 0, count, StandardCharsets.UTF_8));
                    said.notifyAll();
                }
            }
        } catch (IOException ended) {
            // The process is gone.
        }
    }

    /** Waits until it says {@code text}, after what was waited for before. */
    public void await(String text) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        synchronized (said) {
            int at = said.indexOf(text, read);
            while (at < 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0 || (!reader.isAlive() && said.indexOf(text, read) < 0)) {
                    throw new AssertionError("never said `" + text + "` but: " + said);
                }
                said.wait(Math.min(left, 100));
                at = said.indexOf(text, read);
            }
            read = at + text.length();
        }
    }

    /** Types {@code line} and Enter. */
    public void type(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Everything it said so far, line ends as in a file. */
    public String said() {
        synchronized (said) {
            return said.toString().replace("\r\n", "\n");
        }
    }

    /** Waits for its end and gives its exit code. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new AssertionError("did not end; it said: " + said());
        }
        reader.join();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
