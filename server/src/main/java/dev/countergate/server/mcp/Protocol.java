package dev.countergate.server.mcp;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.call.ToolService;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * What every session is served with, whatever carries it; and for a transport of single messages, such as HTTP, the way to
 * read them and to open sessions. Thread safe.
 */
public final class Protocol {
    /** The revisions that begin with a handshake, the newest last. */
    public static final List<String> VERSIONS = Handshake.VERSIONS;

    private final ToolService service;
    private final SessionLimits limits;
    private final Handshake handshake;
    private final ToolPages pages;
    private final MessageReader messages;

    /**
     * Serves {@code service}.
     *
     * @param serverVersion what clients are told of this program's version
     */
    public Protocol(ToolService service, String serverVersion, SessionLimits limits) {
        this.service = service;
        this.limits = limits;
        this.handshake = new Handshake(serverVersion);
        this.pages = new ToolPages(service);
        this.messages = new MessageReader(limits.batchMax());
    }

    /** Makes a message of exactly one JSON value; what is none is {@link Message.Invalid}. */
    public Message read(byte[] bytes, int from, int length) {
        return messages.read(bytes, from, length);
    }

    /**
     * Opens a session that nothing was said in yet.
     *
     * @param id names it in the log; no secret
     * @param principal who is at the other end, as the transport established it
     * @param calls where requests are worked on
     */
    public Session open(String id, PrincipalId principal, Executor calls) {
        return new Session(id, principal, this, calls);
    }

    /** Calls {@code listener} after each change of the list of tools. Closing ends that. */
    public AutoCloseable onListChanged(Runnable listener) {
        return service.onListChanged(listener);
    }

    /** What one session may use. */
    public SessionLimits limits() {
        return limits;
    }

    ToolService service() {
        return service;
    }

    ToolPages pages() {
        return pages;
    }

    Handshake handshake() {
        return handshake;
    }
}
