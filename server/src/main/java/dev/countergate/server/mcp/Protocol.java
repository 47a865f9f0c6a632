package dev.countergate.server.mcp;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.call.PromptService;
import dev.countergate.server.call.Prompts;
import dev.countergate.server.call.ResourceService;
import dev.countergate.server.call.ToolService;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What every session is served with, whatever carries it; and for a transport of single messages, such as HTTP, the way to
 * read them and to open sessions. Thread safe.
 */
public final class Protocol {
    /** The revisions that begin with a handshake, the newest last. */
    public static final List<String> VERSIONS = Handshake.VERSIONS;

    private final ToolService service;
    private final PromptService prompts;
    private final ResourceService resources;
    private final SessionLimits limits;
    private final Handshake handshake;
    private final Stateless stateless;
    private final Frame statelessFrame;
    private final ToolPages pages;
    private final MessageReader messages;
    private final RequestRoom room = new RequestRoom();
    private final AtomicLong single = new AtomicLong();

    /**
     * Serves all that there is.
     *
     * @param serverVersion what clients are told of this program's version
     */
    public Protocol(
            ToolService service,
            PromptService prompts,
            ResourceService resources,
            String serverVersion,
            SessionLimits limits) {
        this.service = service;
        this.prompts = prompts;
        this.resources = resources;
        this.limits = limits;
        ServerCard card = new ServerCard(serverVersion, resources::isOffered);
        this.handshake = new Handshake(card);
        this.stateless = new Stateless(card, service);
        this.statelessFrame = Frame.stateless(card);
        this.pages = new ToolPages(service);
        this.messages = new MessageReader(limits.batchMax());
    }

    /** Serves tools, prompts made of them, and no resources. */
    public Protocol(ToolService service, String serverVersion, SessionLimits limits) {
        this(
                service,
                new Prompts(service, () -> false),
                ResourceService.NONE,
                serverVersion,
                limits);
    }

    /** Makes a message of exactly one JSON value; what is none is {@link Message.Invalid}. */
    public Message read(byte[] bytes, int from, int length) {
        return messages.read(bytes, from, length);
    }

    /** Room for what {@code principal} sends, of which nothing is taken yet. */
    public RequestRoom.Share room(PrincipalId principal) {
        return room.share(principal);
    }

    /**
     * Opens a session that nothing was said in yet.
     *
     * @param id names it in the log; no secret
     * @param principal who is at the other end, as the transport established it
     * @param calls where requests are worked on
     */
    public Session open(String id, PrincipalId principal, Executor calls) {
        return new Session(id, id, principal, this, calls);
    }

    /**
     * Opens what serves one message of the stateless revision, where nothing tells that two come from the same client: what
     * became of a principal's proposals is told with the next answer to that principal, whoever asks.
     */
    public Session openForOne(PrincipalId principal, Executor calls) {
        return new Session(
                "r" + single.incrementAndGet(), principal.value(), principal, this, calls);
    }

    /** The revision without a handshake. */
    public Stateless stateless() {
        return stateless;
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

    PromptService prompts() {
        return prompts;
    }

    ResourceService resources() {
        return resources;
    }

    Frame statelessFrame() {
        return statelessFrame;
    }

    Handshake handshake() {
        return handshake;
    }
}
