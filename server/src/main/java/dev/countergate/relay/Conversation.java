package dev.countergate.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client and a daemon have said to each other that matters when the daemon goes away: the requests without an
 * answer yet, and the lines that opened the session.
 *
 * <p>Shared by the two threads of a relay; thread safe. One connection at a time.
 */
final class Conversation {
    /** Requests in flight that are followed; more pass, but are not answered should the daemon go away. */
    static final int IN_FLIGHT_MAX = 16_384;

    /** How long a restarted daemon may take to answer the session's opening line once more. */
    private static final long REPLAY_MILLIS_MAX = 10_000;

    private static final String WENT_AWAY =
            "the countergate daemon went away while this request was running, and its answer is lost:"
                    + " ask again if it only reads, look first whether it took effect if it changes something";

    /** What a daemon that comes later is asked where no session was opened, to know that it is not one that is dying. */
    private static final String PROBE_ID = "\"countergate relay\"";

    private static final byte[] PROBE =
            ("{\"jsonrpc\":\"2.0\",\"id\":" + PROBE_ID + ",\"method\":\"ping\"}\n")
                    .getBytes(StandardCharsets.US_ASCII);

    private final ClientOutput output;
    private final Set<String> inFlight = new LinkedHashSet<>();
    private byte @Nullable [] initialize;
    private @Nullable String initializeId;
    private byte @Nullable [] initialized;
    private @Nullable String swallowed;
    private @Nullable SocketChannel connection;
    private boolean wasLost;
    private boolean over;

    Conversation(ClientOutput output) {
        this.output = output;
    }

    /** The client's opening request, kept for a daemon that comes later. */
    synchronized void opened(byte[] line, String id) {
        if (initialized != null) {
            return; // The session is open, and the daemon refuses to open it again.
        }
        initialize = line;
        initializeId = id;
    }

    /** The client's notification that the session is open, kept likewise. */
    synchronized void confirmed(byte[] line) {
        initialized = line;
    }

    /** A request is about to be sent to the daemon. */
    synchronized void asked(String id) {
        if (inFlight.size() < IN_FLIGHT_MAX) {
            inFlight.add(id);
        }
    }

    /** The daemon answered a request; whether the client must not see that, having seen an earlier answer. */
    synchronized boolean answered(String id) {
        inFlight.remove(id);
        if (id.equals(swallowed)) {
            swallowed = null;
            notifyAll();
            return true;
        }
        return false;
    }

    /** The live connection, if there is one. */
    synchronized @Nullable SocketChannel connection() {
        return connection;
    }

    /**
     * Takes up a new connection and brings its session to where the one before was. A client of 2026-07-28 has none, so its
     * daemon is only asked whether it lives.
     */
    synchronized void resume(SocketChannel channel) throws IOException {
        connection = channel;
        byte[] opening = initialize != null ? initialize : wasLost ? PROBE : null;
        swallowed = opening == null ? null : initialize == null ? PROBE_ID : initializeId;
        notifyAll();
        if (opening == null) {
            return;
        }
        write(channel, opening);
        long end = System.nanoTime() + REPLAY_MILLIS_MAX * 1_000_000;
        try {
            while (swallowed != null && channel.equals(connection)) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    lost(channel);
                    throw new IOException("the daemon does not answer the relay's opening line");
                }
                wait(left);
            }
        } catch (InterruptedException never) {
            // Nobody interrupts the relay's threads; its process ends instead.
            throw new IllegalStateException(never);
        }
        if (initialized != null) {
            write(channel, initialized);
        }
    }

    /**
     * The connection broke or was closed: what was in flight is answered, once. Either thread may notice first, and the
     * one that asks may have noted a request after the other noticed; so this is for both to call.
     */
    synchronized void lost(SocketChannel channel) {
        if (connection != null && !channel.equals(connection)) {
            return;
        }
        connection = null;
        wasLost = true;
        swallowed = null;
        close(channel);
        output.endLine();
        for (String id : inFlight) {
            if (id.equals(initializeId)) {
                initialize = null;
            }
            output.error(id, WENT_AWAY);
        }
        inFlight.clear();
        notifyAll();
    }

    /** Waits until there is a connection; null when there will be none any more. */
    synchronized @Nullable SocketChannel awaitConnection() {
        try {
            while (connection == null && !over) {
                wait();
            }
        } catch (InterruptedException never) {
            throw new IllegalStateException(never);
        }
        return connection;
    }

    /** The client will say no more: the daemon is told so, and still answers what is in flight. */
    synchronized void end() {
        over = true;
        notifyAll();
        if (connection != null) {
            try {
                connection.shutdownOutput();
            } catch (IOException goneAlready) {
                lost(connection);
            }
        }
    }

    private static void write(SocketChannel channel, byte[] line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(line);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException closedAnyway) {
            // Nothing is left to be done with it.
        }
    }
}
