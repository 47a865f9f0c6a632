package dev.countergate.server.mcp;

import static dev.countergate.server.mcp.ProtocolError.INVALID_REQUEST;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.mcp.LineReader.Line;
import dev.countergate.server.mcp.Message.Invalid;
import dev.countergate.server.mcp.RequestRoom.Share;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client on one connection, from its first line to its last answer.
 *
 * <p>One thread reads and decides what a line is; each request then has a virtual thread of its own, which also writes
 * the answer. A client that does not read its answers stops itself and nobody else.
 */
final class LineSession implements Replies {
    private static final Logger LOG = LoggerFactory.getLogger(LineSession.class);

    private final SessionLimits limits;
    private final InputStream in;
    private final OutputStream out;
    private final Protocol protocol;
    private final Outbox outbox;
    private final Session session;

    LineSession(
            String id, PrincipalId principal, Protocol protocol, InputStream in, OutputStream out) {
        this.limits = protocol.limits();
        this.in = in;
        this.out = out;
        this.protocol = protocol;
        this.outbox = new Outbox(out, this::cut);
        String thread = "mcp-" + id;
        this.session =
                protocol.open(id, principal, call -> Thread.ofVirtual().name(thread).start(call));
    }

    /** Serves until the end of input, and then until what is in flight is answered or the time for that is over. */
    void serve() throws InterruptedException {
        try (Share share = protocol.room(session.principal())) {
            LineReader lines = new LineReader(in, limits.messageBytesMax(), share);
            Optional<Line> next = lines.next();
            while (next.isPresent()) {
                receive(next.get());
                next = lines.next();
            }
        } catch (IOException gone) {
            LOG.debug("session {}: the connection broke: {}", session.id(), gone.toString());
        }
        session.drain();
    }

    @Override
    public void send(JsonLine answer) {
        outbox.send(answer);
    }

    @Override
    public void none() {}

    @Override
    public void notice(Object key, JsonLine message) {
        outbox.post(key, message);
    }

    /** Tells the client that its list of tools is another now, if it is ready to hear. */
    void announceChangedList() {
        if (session.isConfirmed()) {
            outbox.post("list_changed", Answers.listChanged());
        }
    }

    /** Closes the connection if the client has stopped reading. */
    void cutIfStalled(long nowNanos) {
        if (outbox.isStalled(nowNanos, limits.stall())) {
            LOG.warn(
                    "session {} of {}: closed: the client read nothing for {} ms",
                    session.id(),
                    session.principal(),
                    limits.stall().toMillis());
            cut();
        }
    }

    /** Ends the session at once: calls are taken back, nothing more is written. */
    void cut() {
        outbox.breakOff();
        session.takeBack();
        closeQuietly(in);
        closeQuietly(out);
    }

    private void closeQuietly(AutoCloseable stream) {
        try {
            stream.close();
        } catch (Exception alreadyGone) {
            LOG.debug("session {}: {}", session.id(), alreadyGone.toString());
        }
    }

    private void receive(Line line) throws InterruptedException {
        if (line.isTooLong()) {
            outbox.send(
                    Answers.error(
                            Invalid.NO_ID,
                            INVALID_REQUEST,
                            "a message of more than " + limits.messageBytesMax() + " bytes"));
        } else if (line.isWithoutRoom()) {
            outbox.send(Answers.error(Invalid.NO_ID, INVALID_REQUEST, Session.NO_ROOM));
        } else if (!line.isBlank()) {
            session.receive(protocol.read(line.bytes(), line.from(), line.length()), this);
        }
    }
}
