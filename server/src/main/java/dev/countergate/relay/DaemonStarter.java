package dev.countergate.relay;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the daemon of a state directory and starts it where none answers: once, however many processes try at the
 * same time, because only the holder of {@code start.lock} starts and the others wait for what comes of it.
 *
 * <p>The daemon runs in a session of its own, so it outlives the client that caused it; it writes to {@code daemon.log}.
 */
public final class DaemonStarter {
    /** How long a daemon may take from its start to its first answer. */
    public static final int READY_SECONDS_MAX = 30;

    private static final long POLL_MILLIS = 5;
    private static final int STOP_SECONDS_MAX = 15;
    private static final int FAULT_BYTES_MAX = 8 * 1024;
    private static final FileAttribute<?> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /** What came of trying. */
    public sealed interface Reached {
        /**
         * A daemon answers.
         *
         * @param channel connected to its {@code agent.sock}
         * @param started whether it was started just now, by this process or another one
         */
        record Connected(SocketChannel channel, boolean started) implements Reached {}

        /**
         * None answers and none could be started.
         *
         * @param exitCode how a command that needs it ends
         * @param message why, and what to do; several lines where the catalogue has faults
         */
        record Unreachable(int exitCode, String message) implements Reached {}
    }

    private final StateDirectory state;
    private final Path catalogue;
    private final @Nullable String launcher;

    /** Starts daemons for {@code catalogue} with the launcher {@code $COUNTERGATE_LAUNCHER}. */
    public DaemonStarter(StateDirectory state, Path catalogue, Map<String, String> environment) {
        this.state = state;
        this.catalogue = catalogue;
        this.launcher = environment.get("COUNTERGATE_LAUNCHER");
    }

    /** A connection to {@code socket}, or null when nobody answers there. */
    public static @Nullable SocketChannel open(Path socket) {
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException nobody) {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException closedAnyway) {
                // It was never open.
            }
            return null;
        }
    }

    /** Connects, starting a daemon where none answers; waits for it {@link #READY_SECONDS_MAX} at most. */
    public Reached reach() {
        SocketChannel channel = open(state.agentSocket());
        if (channel != null) {
            return new Reached.Connected(channel, false);
        }
        if (launcher == null || launcher.isEmpty()) {
            return new Reached.Unreachable(
                    ExitCode.FAILED,
                    "no daemon answers at `"
                            + state.agentSocket()
                            + "`, and `COUNTERGATE_LAUNCHER` does not say how to start one: run the"
                            + " `countergate` command itself, or `countergate serve` first");
        }
        try {
            state.create();
            return startOnce(launcher);
        } catch (IOException failure) {
            return new Reached.Unreachable(
                    ExitCode.FAILED,
                    "could not start a daemon in `"
                            + state.path()
                            + "`: "
                            + failure.getMessage()
                            + ": see `countergate doctor`");
        }
    }

    /**
     * Asks the running daemon to end if nothing runs or is open, and waits until it has.
     *
     * @return whether it ended
     */
    public boolean askToStopIfIdle() {
        try {
            String answer =
                    OperatorRequest.send(
                            state.operatorSocket(),
                            "{\"version\":1,\"op\":\"stop\",\"if_idle\":true}",
                            Duration.ofSeconds(STOP_SECONDS_MAX));
            if (!answer.contains("\"ok\":true")) {
                return false;
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS_MAX);
            while (System.nanoTime() < end) {
                SocketChannel channel = open(state.agentSocket());
                if (channel == null) {
                    return true;
                }
                channel.close();
                pause();
            }
            return false;
        } catch (IOException refused) {
            return false;
        }
    }

    private Reached startOnce(String command) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS_MAX);
        try (FileChannel file =
                FileChannel.open(
                        state.startLock(),
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                        FILE_MODE)) {
            FileLock lock = file.tryLock();
            while (lock == null && System.nanoTime() < end) {
                SocketChannel channel = open(state.agentSocket());
                if (channel != null) {
                    return new Reached.Connected(channel, true);
                }
                pause();
                lock = file.tryLock();
            }
            if (lock == null) {
                return new Reached.Unreachable(
                        ExitCode.FAILED,
                        "another process has been starting the daemon for "
                                + READY_SECONDS_MAX
                                + " seconds: see `"
                                + state.log()
                                + "`");
            }
            SocketChannel channel = open(state.agentSocket());
            return channel != null ? new Reached.Connected(channel, true) : start(command, end);
        }
    }

    private Reached start(String command, long end) throws IOException {
        Relay.say("no daemon answers at `" + state.agentSocket() + "`: starting one");
        createLog();
        long logged = Files.size(state.log());
        Process daemon =
                new ProcessBuilder(detached(command))
                        .directory(state.path().toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(state.log().toFile()))
                        .redirectError(ProcessBuilder.Redirect.appendTo(state.log().toFile()))
                        .start();
        while (System.nanoTime() < end) {
            boolean alive = daemon.isAlive();
            SocketChannel channel = open(state.agentSocket());
            if (channel != null) {
                return new Reached.Connected(channel, true);
            }
            if (!alive) {
                return ended(daemon.exitValue(), logged);
            }
            pause();
        }
        return new Reached.Unreachable(
                ExitCode.FAILED,
                "the daemon was started but does not answer after "
                        + READY_SECONDS_MAX
                        + " seconds: see `"
                        + state.log()
                        + "`");
    }

    /** The command in a session of its own, or where the system has no setsid, in a process group of its own. */
    private List<String> detached(String command) {
        List<String> words = new ArrayList<>();
        for (String setsid : List.of("/usr/bin/setsid", "/bin/setsid")) {
            if (words.isEmpty() && Files.isExecutable(Path.of(setsid))) {
                words.add(setsid);
            }
        }
        if (words.isEmpty()) {
            words.addAll(List.of("/bin/sh", "-c", "set -m; nohup \"$@\" & wait $!", "sh"));
        }
        words.addAll(
                List.of(
                        command,
                        "serve",
                        "--auto-started",
                        "--config",
                        catalogue.toString(),
                        "--state",
                        state.path().toString()));
        return words;
    }

    private Reached ended(int code, long logged) throws IOException {
        String said = logSince(logged);
        if (code == ExitCode.INVALID_CONFIGURATION) {
            return new Reached.Unreachable(
                    code,
                    "the daemon does not start, because its catalogue has faults: mend them, then connect again\n"
                            + said);
        }
        return new Reached.Unreachable(
                ExitCode.FAILED,
                "the daemon ended with exit code "
                        + code
                        + " before it answered: see `"
                        + state.log()
                        + "`"
                        + (said.isEmpty() ? "" : "\n" + said));
    }

    private String logSince(long from) throws IOException {
        try (FileChannel file = FileChannel.open(state.log())) {
            long size = file.size();
            ByteBuffer bytes =
                    ByteBuffer.allocate((int) Math.min(FAULT_BYTES_MAX, Math.max(0, size - from)));
            file.read(bytes, from);
            String text =
                    new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
            return size - from > FAULT_BYTES_MAX
                    ? text + "\n... more in `" + state.log() + "`"
                    : text;
        }
    }

    private void createLog() throws IOException {
        try {
            Files.createFile(state.log(), FILE_MODE);
        } catch (FileAlreadyExistsException there) {
            // A daemon before this one logged there.
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException never) {
            throw new IllegalStateException(never);
        }
    }
}
