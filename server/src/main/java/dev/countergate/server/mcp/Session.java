package dev.countergate.server.mcp;

import static dev.countergate.server.mcp.ProtocolError.INTERNAL_ERROR;
import static dev.countergate.server.mcp.ProtocolError.INVALID_PARAMS;
import static dev.countergate.server.mcp.ProtocolError.INVALID_REQUEST;
import static dev.countergate.server.mcp.ProtocolError.METHOD_NOT_FOUND;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.server.mcp.Message.Batch;
import dev.countergate.server.mcp.Message.Invalid;
import dev.countergate.server.mcp.Message.Notification;
import dev.countergate.server.mcp.Message.Request;
import dev.countergate.server.mcp.Message.Response;
import dev.countergate.server.mcp.SdkDispatch.RefusedException;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * One client's conversation, whatever carries its messages: the handshake, the calls in flight, what it may ask for.
 *
 * <p>Where {@link SessionLimits#callsMax()} requests are in flight the next one waits, and with it the thread that brought
 * it. Thread safe, once {@code initialize} was answered.
 */
public final class Session {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** How long calls interrupted at the end may take to notice. */
    private static final Duration LAST_GRACE = Duration.ofSeconds(1);

    private static final int SHOWN_MAX = 128;

    private final String id;
    private final PrincipalId principal;
    private final Protocol protocol;
    private final Executor calls;
    private final SdkDispatch sdk;
    private final Semaphore places;
    private final ConcurrentHashMap<String, Pending> inFlight = new ConcurrentHashMap<>();
    private final AtomicLong callNumbers = new AtomicLong();

    /** Set once {@code initialize} was answered; read by the calls that follow. */
    private volatile @Nullable ClientSession client;

    private volatile boolean confirmed;
    private volatile boolean batchesAllowed;

    /**
     * A session that nothing was said in yet.
     *
     * @param id names it in the log; no secret
     * @param principal who is at the other end, as the transport established it
     * @param calls where requests are worked on; the handshake is always on the thread that brings it
     */
    Session(String id, PrincipalId principal, Protocol protocol, Executor calls) {
        this.id = id;
        this.principal = principal;
        this.protocol = protocol;
        this.calls = calls;
        this.sdk = new SdkDispatch(id, protocol.handshake(), this::callTool, this::answer);
        this.places = new Semaphore(protocol.limits().callsMax());
    }

    /** Names it in the log. */
    public String id() {
        return id;
    }

    /** Who is at the other end. */
    public PrincipalId principal() {
        return principal;
    }

    /** Whether the handshake was performed. */
    public boolean isInitialized() {
        return client != null;
    }

    /** Whether the revision spoken lets several messages come as one. */
    public boolean allowsBatches() {
        return batchesAllowed;
    }

    /** Whether the client has said that it is ready to be told things it did not ask for. */
    public boolean isConfirmed() {
        return confirmed;
    }

    /** Takes back every call in flight. */
    public void takeBack() {
        inFlight.values().forEach(Pending::takeBack);
    }

    /** Waits until what is in flight is answered, for as long as that may take; then takes it back. */
    void drain() throws InterruptedException {
        if (places.tryAcquire(
                protocol.limits().callsMax(),
                protocol.limits().drain().toMillis(),
                TimeUnit.MILLISECONDS)) {
            return;
        }
        LOG.warn(
                "session {} of {}: calls still running {} ms after the end of input are taken back",
                id,
                principal,
                protocol.limits().drain().toMillis());
        takeBack();
        boolean ended =
                places.tryAcquire(
                        protocol.limits().callsMax(), LAST_GRACE.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
            LOG.warn("session {} of {}: left with calls that go on", id, principal);
        }
    }

    /**
     * Deals with one message; each request in it is answered through {@code replies}, once or never.
     *
     * @throws InterruptedException when the calling thread was interrupted while it waited for a place
     */
    public void receive(Message message, Replies replies) throws InterruptedException {
        receive(message, Envelope.PLAIN, replies);
    }

    /** The same for a message whose transport says more of it than whose it is. */
    public void receive(Message message, Envelope envelope, Replies replies)
            throws InterruptedException {
        switch (message) {
            case Invalid(String invalidId, ProtocolError error, String problem) ->
                    replies.send(Answers.error(invalidId, error, problem));
            case Response() -> replies.none();
            case Notification notification -> {
                replies.none();
                notified(notification);
            }
            case Request request -> requested(request, envelope, replies);
            case Batch batch -> received(batch, envelope, replies);
        }
    }

    /** Only one revision has batches, and it must be the one spoken. */
    private void received(Batch batch, Envelope envelope, Replies replies)
            throws InterruptedException {
        if (!batchesAllowed) {
            replies.send(
                    Answers.error(
                            Invalid.NO_ID,
                            INVALID_REQUEST,
                            "batches belong to protocol version "
                                    + Handshake.WITH_BATCHES
                                    + " alone: send one message a line"));
            return;
        }
        BatchReplies together = new BatchReplies(batch.messages().size(), replies);
        for (Message message : batch.messages()) {
            receive(message, envelope, together);
        }
    }

    private void notified(Notification notification) {
        switch (notification.method()) {
            case "notifications/initialized" -> confirmed = client != null;
            case "notifications/cancelled" -> cancelled(notification);
            default -> LOG.debug("session {}: a notification nobody needs", id);
        }
    }

    private void cancelled(Notification notification) {
        if (notification.params() == null) {
            return;
        }
        JsonNode requestId = notification.params().path("requestId");
        if (!requestId.isString() && !requestId.isNumber()) {
            return;
        }
        String key =
                requestId.isString()
                        ? MessageReader.quoted(requestId.asString())
                        : requestId.asString();
        Pending pending = inFlight.remove(key);
        if (pending != null) {
            pending.takeBack();
        }
    }

    private void requested(Request request, Envelope envelope, Replies replies)
            throws InterruptedException {
        Optional<RefusedException> refusal = refusalOf(request);
        if (refusal.isPresent()) {
            replies.send(refusal.get().answer(request.id()));
            return;
        }
        places.acquire();
        Pending pending = new Pending(request, envelope, replies);
        if (inFlight.putIfAbsent(request.id(), pending) != null) {
            places.release();
            replies.send(
                    Answers.error(
                            request.id(), INVALID_REQUEST, "this `id` is still in use by a call"));
            return;
        }
        if (request.method().equals("initialize")) {
            // What follows depends on it.
            work(pending);
        } else {
            calls.execute(() -> work(pending));
        }
    }

    /** What can be refused without doing anything. */
    private Optional<RefusedException> refusalOf(Request request) {
        boolean initialized = client != null;
        return switch (request.method()) {
            case "ping" -> Optional.empty();
            case "initialize" ->
                    initialized
                            ? refused(INVALID_REQUEST, "this session is initialized already")
                            : Optional.empty();
            case "tools/list", "tools/call" ->
                    initialized
                            ? Optional.empty()
                            : refused(INVALID_REQUEST, "not initialized: send `initialize` first");
            default ->
                    refused(
                            METHOD_NOT_FOUND,
                            "no method `" + ShownText.of(request.method(), SHOWN_MAX) + "`");
        };
    }

    private static Optional<RefusedException> refused(ProtocolError error, String message) {
        return Optional.of(new RefusedException(error, message));
    }

    private void work(Pending pending) {
        Request request = pending.request();
        try {
            if (pending.begin()) {
                perform(pending);
            }
        } catch (RefusedException refused) {
            answer(pending, refused.answer(request.id()));
        } catch (RuntimeException | Error bug) {
            answer(pending, internalError(id, bug).answer(request.id()));
        } finally {
            inFlight.remove(request.id(), pending);
            pending.end();
            places.release();
        }
    }

    private void perform(Pending pending) throws RefusedException {
        switch (pending.request().method()) {
            case "initialize" -> initialize(pending);
            case "tools/call" -> sdk.call(pending);
            case "tools/list" -> answer(pending, toolPage(pending));
            default ->
                    answer(pending, Answers.end(Answers.result(pending.request().id()).raw("{}")));
        }
    }

    private void initialize(Pending pending) throws RefusedException {
        Optional<InitializeRequest> request = Handshake.request(pending.params());
        if (request.isEmpty()) {
            throw new RefusedException(INVALID_PARAMS, "`protocolVersion` must be a string");
        }
        client = Handshake.session(id, request.get());
        batchesAllowed = Handshake.negotiated(request.get()).equals(Handshake.WITH_BATCHES);
        sdk.initialize(pending, request.get());
    }

    private JsonLine toolPage(Pending pending) throws RefusedException {
        JsonNode cursor =
                pending.params() == null
                        ? JsonNodeFactory.instance.missingNode()
                        : pending.params().path("cursor");
        if (!cursor.isMissingNode() && !cursor.isString()) {
            throw new RefusedException(INVALID_PARAMS, "`cursor` must be a string");
        }
        Optional<byte[]> page =
                protocol.pages()
                        .page(caller(pending), cursor.isMissingNode() ? null : cursor.asString());
        if (page.isEmpty()) {
            throw new RefusedException(
                    INVALID_PARAMS,
                    "`cursor` is unknown, or the list has changed: list again without one");
        }
        return Answers.end(Answers.result(pending.request().id()).raw(page.get()));
    }

    /** The handler of {@code tools/call}, run by the SDK on the request's own thread. */
    private ToolResult callTool(Pending pending) throws RefusedException {
        JsonNode name =
                pending.params() == null
                        ? JsonNodeFactory.instance.missingNode()
                        : pending.params().path("name");
        ClientSession session = client;
        if (pending.params() == null || session == null || !name.isString()) {
            throw new RefusedException(INVALID_PARAMS, "`name` must be a string");
        }
        String callId = id + "-" + callNumbers.incrementAndGet();
        try {
            Optional<ToolResult> result = Optional.empty();
            if (ToolName.isValid(name.asString())) {
                JsonNode arguments = pending.params().path("arguments");
                result =
                        protocol.service()
                                .call(
                                        new ToolCall(
                                                callId,
                                                new ToolName(name.asString()),
                                                arguments.isMissingNode()
                                                        ? JsonNodeFactory.instance.objectNode()
                                                        : arguments,
                                                caller(pending),
                                                session,
                                                pending.trace()),
                                        ProgressNotices.of(pending));
            }
            if (result.isEmpty()) {
                throw new RefusedException(
                        INVALID_PARAMS,
                        "unknown tool `"
                                + ShownText.of(name.asString(), SHOWN_MAX)
                                + "`: see tools/list");
            }
            return result.get();
        } catch (InterruptedException takenBack) {
            // Reaches nobody, unless somebody else interrupted the call.
            throw new RefusedException(INTERNAL_ERROR, "the call was interrupted");
        } catch (RuntimeException | Error bug) {
            throw internalError(callId, bug);
        }
    }

    private Caller caller(Pending pending) {
        return new Caller(principal, pending.envelope().narrowing());
    }

    private RefusedException internalError(String callId, Throwable bug) {
        LOG.error("call {} of {}: internal error", callId, principal, bug);
        return new RefusedException(
                INTERNAL_ERROR, "internal error; see daemon.log, call " + callId);
    }

    private void answer(Pending pending, JsonLine line) {
        if (pending.claimAnswer()) {
            // Before it is sent, since the client may use the id again as soon as it reads the
            // answer.
            inFlight.remove(pending.request().id(), pending);
            pending.send(line);
        }
    }
}
