package dev.countergate.relay;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The daemon a relay belongs to: connects to it, starts it where that is allowed, and sees to it that its environment
 * is the relay's where that costs nobody anything.
 *
 * <p>Used by the relay's first thread alone.
 */
final class DaemonSource implements Questions.Source {
    /** How long a start that failed is not tried again: many requests may be waiting. */
    private static final long RETRY_NANOS = 2_000_000_000L;

    /** How long a relay whose catalogue has faults waits to tell the client in an answer. */
    private static final long TELL_MILLIS_MAX = 10_000;

    private final RelayOptions options;
    private final Map<String, String> environment;
    private final DaemonStarter starter;
    private String reason = "";
    private int exitCode;
    private volatile boolean failedBefore;
    private long failedAtNanos;
    private boolean connectedBefore;

    DaemonSource(RelayOptions options, Map<String, String> environment) {
        this.options = options;
        this.environment = environment;
        this.starter = new DaemonStarter(options.state(), options.catalogue(), environment);
    }

    @Override
    public @Nullable SocketChannel connect() {
        Path socket = options.socket();
        if (socket != null) {
            SocketChannel channel = DaemonStarter.open(socket);
            if (channel == null) {
                fail(
                        ExitCode.FAILED,
                        "no daemon answers at `"
                                + socket
                                + "`: start it with `countergate serve`, or connect without `--socket`");
            } else {
                succeed();
            }
            return channel;
        }
        if (failedBefore && System.nanoTime() - failedAtNanos < RETRY_NANOS) {
            return DaemonStarter.open(options.state().agentSocket());
        }
        DaemonStarter.Reached reached = starter.reach();
        if (reached instanceof DaemonStarter.Reached.Connected connected) {
            boolean first = !connectedBefore;
            succeed();
            return connected.started()
                    ? connected.channel()
                    : withOurEnvironment(connected.channel(), first);
        }
        if (reached instanceof DaemonStarter.Reached.Unreachable unreachable) {
            fail(unreachable.exitCode(), unreachable.message());
        }
        return null;
    }

    @Override
    public String reason() {
        return reason;
    }

    @Override
    public void refused(boolean opening) {
        if (opening && exitCode == ExitCode.INVALID_CONFIGURATION) {
            // The client has it in writing; nothing gets better while this process waits.
            System.exit(exitCode);
        }
    }

    /** How the relay ends: well, unless it never reached a daemon. */
    int exitCode() {
        return connectedBefore ? ExitCode.DONE : exitCode;
    }

    private void succeed() {
        connectedBefore = true;
        failedBefore = false;
        exitCode = ExitCode.DONE;
    }

    private void fail(int code, String message) {
        if (!message.equals(reason) || !failedBefore) {
            Relay.say(message);
        }
        reason = message;
        exitCode = code;
        boolean first = !failedBefore && !connectedBefore;
        failedBefore = true;
        failedAtNanos = System.nanoTime();
        if (first && code == ExitCode.INVALID_CONFIGURATION) {
            new Farewell().start();
        }
    }

    /** Ends the relay after a while in which the client asked nothing that could have been answered. */
    private final class Farewell extends Thread {
        Farewell() {
            super("farewell");
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                Thread.sleep(TELL_MILLIS_MAX);
            } catch (InterruptedException never) {
                throw new IllegalStateException(never);
            }
            if (failedBefore) {
                System.exit(ExitCode.INVALID_CONFIGURATION);
            }
        }
    }

    /**
     * The environment rule: another value here restarts an idle daemon, and is a warning otherwise. Only when a session
     * begins, else two sessions would restart the daemon from under each other with every call.
     */
    private SocketChannel withOurEnvironment(SocketChannel channel, boolean mayRestart) {
        List<String> differing =
                EnvironmentRecord.differences(options.state().environmentRecord(), environment);
        if (differing.isEmpty()) {
            return channel;
        }
        String names = "`" + String.join("`, `", differing) + "`";
        if (mayRestart && starter.askToStopIfIdle()) {
            Relay.say("the daemon had another value of " + names + ": starting it with this one");
            if (starter.reach() instanceof DaemonStarter.Reached.Connected restarted) {
                try {
                    channel.close();
                } catch (IOException gone) {
                    // So is the daemon it went to.
                }
                return restarted.channel();
            }
        } else {
            Relay.say(
                    "the daemon was started with another value of "
                            + names
                            + (mayRestart ? " and is busy" : "")
                            + ", and keeps its own: `countergate stop` when nothing runs");
        }
        return channel;
    }
}
