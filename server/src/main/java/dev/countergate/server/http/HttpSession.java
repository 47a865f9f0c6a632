package dev.countergate.server.http;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.mcp.Answers;
import dev.countergate.server.mcp.Session;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A session that its requests name by an id. Thread safe. */
final class HttpSession {
    /** The transport whose requests may name it. */
    enum Carrier {
        STREAMABLE,
        SSE
    }

    private final String id;
    private final Carrier carrier;
    private final Session session;
    private int uses;
    private long usedNanos = System.nanoTime();
    private @Nullable EventStream listening;

    HttpSession(String id, Carrier carrier, Session session) {
        this.id = id;
        this.carrier = carrier;
        this.session = session;
    }

    String id() {
        return id;
    }

    Carrier carrier() {
        return carrier;
    }

    Session session() {
        return session;
    }

    PrincipalId principal() {
        return session.principal();
    }

    /** A request of the session begins. */
    synchronized void begin() {
        uses++;
    }

    /** A request of the session is over. */
    synchronized void end() {
        uses--;
        usedNanos = System.nanoTime();
    }

    /** Has {@code stream} told what nobody asked for; the one before it ends, since the client has given it up. */
    void listen(EventStream stream) {
        EventStream before;
        synchronized (this) {
            before = listening;
            listening = stream;
        }
        if (before != null) {
            before.end();
        }
    }

    /** What the client listens to, if it does. */
    synchronized Optional<EventStream> listening() {
        return Optional.ofNullable(listening);
    }

    /** {@code stream} is over. */
    synchronized void unlisten(EventStream stream) {
        if (listening == stream) {
            listening = null;
            usedNanos = System.nanoTime();
        }
    }

    synchronized boolean isIdle() {
        return uses == 0 && listening == null;
    }

    /** Whether it has been idle since before {@code nanos}. */
    synchronized boolean isIdleSince(long nanos) {
        return isIdle() && usedNanos - nanos < 0;
    }

    /** When it was last used. */
    synchronized long usedNanos() {
        return usedNanos;
    }

    void keepAlive(long sinceNanos) {
        listening().ifPresent(stream -> stream.keepAlive(sinceNanos));
    }

    /** Tells the client that its list of tools is another now, if it listens. */
    void announceChangedList() {
        if (session.isConfirmed()) {
            listening().ifPresent(stream -> stream.post("list_changed", Answers.listChanged()));
        }
    }

    /** Ends what the client listens to; calls go on. */
    void hangUp() {
        listening().ifPresent(EventStream::end);
    }

    /** Ends everything. */
    void close() {
        session.takeBack();
        hangUp();
    }
}
