package dev.countergate.testing.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A process with its standard streams, read line by line as ISO 8859-1 so that no byte is lost. */
public final class RunningProcess {
    private static final int SECONDS_MAX = 60;

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final StringBuilder error = new StringBuilder();
    private final Thread errorReader;
    private final Thread outputReader;

    RunningProcess(Process process) {
        this.process = process;
        this.errorReader = Thread.ofVirtual().start(this::readError);
        this.outputReader = Thread.ofVirtual().unstarted(this::readOutput);
    }

    /** Its number. */
    public long pid() {
        return process.pid();
    }

    /** Begins to read what the process says; until then it may come to wait. */
    public RunningProcess reading() {
        outputReader.start();
        return this;
    }

    /** Sends {@code text} and a line break. */
    public void say(String text) throws IOException {
        send((text + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends these bytes. */
    public void send(byte[] bytes) throws IOException {
        OutputStream in = process.getOutputStream();
        in.write(bytes);
        in.flush();
    }

    /** Ends the process's input. */
    public void end() throws IOException {
        process.getOutputStream().close();
    }

    /** The next line it says. */
    public String next() throws InterruptedException {
        String line = lines.poll(SECONDS_MAX, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("no line within " + SECONDS_MAX + " s; it said: " + error());
        }
        return line;
    }

    /** Sends a line and gives the next one back. */
    public String ask(String text) throws IOException, InterruptedException {
        say(text);
        return next();
    }

    /** How many lines were said and not taken yet. */
    public int pending() {
        return lines.size();
    }

    /** Waits for the end of the process and of what it says, and gives its exit code. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            throw new AssertionError("did not end; it said: " + error());
        }
        errorReader.join(1_000);
        if (outputReader.getState() != Thread.State.NEW) {
            outputReader.join(5_000);
        }
        return process.exitValue();
    }

    /** What it said on standard error so far. */
    public String error() {
        synchronized (error) {
            return error.toString();
        }
    }

    /** The process itself. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Sends SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** Sends SIGKILL. */
    public void kill() {
        process.destroyForcibly();
    }

    private void readOutput() {
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(
                                process.getInputStream(), StandardCharsets.ISO_8859_1))) {
            String line = reader.readLine();
            while (line != null) {
                lines.add(line);
                line = reader.readLine();
            }
        } catch (IOException closed) {
            // The process ended.
        }
    }

    private void readError() {
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (line != null) {
                synchronized (error) {
                    error.append(line).append('\n');
                }
                line = reader.readLine();
            }
        } catch (IOException closed) {
            // The process ended.
        }
    }
}
