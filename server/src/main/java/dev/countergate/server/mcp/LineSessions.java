package dev.countergate.server.mcp;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.call.ToolService;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MCP over lines (MCP 2025-11-25, basic/transports, "stdio"), for any number of connections.
 *
 * <p>A session survives whatever its client sends: malformed, oversized, ambiguous and blank lines are answered or
 * ignored, as JSON-RPC asks. Nothing from an exception reaches a client. Thread safe.
 */
public final class LineSessions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LineSessions.class);
    private static final long STALL_CHECKS = 4;

    private final Protocol protocol;
    private final Set<LineSession> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private final AutoCloseable subscription;
    private final ScheduledExecutorService watch;

    /**
     * Serves {@code service}.
     *
     * @param serverVersion what clients are told of this program's version
     */
    public LineSessions(ToolService service, String serverVersion, SessionLimits limits) {
        this(new Protocol(service, serverVersion, limits));
    }

    /** Speaks {@code protocol}. */
    public LineSessions(Protocol protocol) {
        this.protocol = protocol;
        this.watch =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("mcp-watch").factory());
        long everyMillis = Math.max(1, protocol.limits().stall().toMillis() / STALL_CHECKS);
        // The watch runs until close, which ends the executor itself.
        var _ =
                watch.scheduleWithFixedDelay(
                        this::cutStalled, everyMillis, everyMillis, TimeUnit.MILLISECONDS);
        this.subscription =
                protocol.onListChanged(() -> open.forEach(LineSession::announceChangedList));
    }

    /**
     * Serves one client on the calling thread until the end of its input, then until the calls in flight are answered,
     * at most {@link SessionLimits#drain()}. To end a session gently, end its input: for a socket channel, {@code
     * shutdownInput}. The streams stay open, unless the client stopped reading or writing to it failed.
     *
     * <p>Interrupting the calling thread ends the session too, but closes a channel under its streams.
     *
     * @param principal who is at the other end, as the transport established it
     * @throws InterruptedException when the calling thread was interrupted while it waited for calls
     */
    public void serve(InputStream in, OutputStream out, PrincipalId principal)
            throws InterruptedException {
        LineSession session =
                new LineSession("s" + numbers.incrementAndGet(), principal, protocol, in, out);
        open.add(session);
        try {
            session.serve();
        } finally {
            open.remove(session);
        }
    }

    /** How many clients are connected. */
    public int openCount() {
        return open.size();
    }

    /** Ends every session still open, at once. */
    @Override
    public void close() {
        watch.shutdownNow();
        try {
            subscription.close();
        } catch (Exception bug) {
            LOG.warn("the tool service did not let go", bug);
        }
        open.forEach(LineSession::cut);
    }

    private void cutStalled() {
        long now = System.nanoTime();
        open.forEach(session -> session.cutIfStalled(now));
    }
}
