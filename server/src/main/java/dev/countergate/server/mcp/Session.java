package dev.countergate.server.mcp;

import static dev.countergate.server.mcp.ProtocolError.INVALID_PARAMS;
import static dev.countergate.server.mcp.ProtocolError.INVALID_REQUEST;
import static dev.countergate.server.mcp.ProtocolError.METHOD_NOT_FOUND;

import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.server.mcp.Message.Batch;
import dev.countergate.server.mcp.Message.Invalid;
import dev.countergate.server.mcp.Message.Notification;
import dev.countergate.server.mcp.Message.Request;
import dev.countergate.server.mcp.Message.Response;
import dev.countergate.server.mcp.RequestRoom.Share;
import dev.countergate.server.mcp.SdkDispatch.RefusedException;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * One client's conversation, whatever carries its messages: the handshake, the calls in flight, what it may ask for.
 *
 * <p>Where {@link SessionLimits#callsMax()} requests are in flight the next one waits, and with it the thread that brought
 * it; where the {@link RequestRoom} has no room for it, it is refused. Thread safe, once {@code initialize} was answered.
 */
public final class Session {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** How long calls interrupted at the end may take to notice. */
    private static final Duration LAST_GRACE = Duration.ofSeconds(1);

    private static final int SHOWN_MAX = 128;

    /** What a request is refused with that there is no memory for. */
    public static final String NO_ROOM =
            "too much at once: requests may take up "
                    + (RequestRoom.BYTES_OF_ONE_MAX >> 20)
                    + " MiB of one principal: wait for answers first";

    private final String id;
    private final String newsId;
    private final PrincipalId principal;
    private final Protocol protocol;
    private final Executor calls;
    private final Methods methods;
    private final Listening listening;
    private final Semaphore places;
    private final ConcurrentHashMap<String, Pending> inFlight = new ConcurrentHashMap<>();

    /** Set once {@code initialize} was answered; read by the calls that follow. */
    private volatile @Nullable Handshaken handshaken;

    private volatile boolean confirmed;
    private volatile boolean batchesAllowed;

    /** Who the client said it is, and the SDK's side of what it asks. */
    private record Handshaken(ClientSession client, SdkDispatch sdk) {}

    /**
     * A session that nothing was said in yet.
     *
     * @param id names it in the log; no secret
     * @param newsId what proposals made by the stateless revision are remembered by, so that it is told what becomes of them
     * @param principal who is at the other end, as the transport established it
     * @param calls where requests are worked on; the handshake is always on the thread that brings it
     */
    Session(String id, String newsId, PrincipalId principal, Protocol protocol, Executor calls) {
        this.id = id;
        this.newsId = newsId;
        this.principal = principal;
        this.protocol = protocol;
        this.calls = calls;
        this.methods = new Methods(id, principal, protocol);
        this.listening = new Listening(protocol.service());
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
        return handshaken != null;
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

    /** Ends what only listens, each with an answer. */
    public void endListening() {
        listening.end();
    }

    /** Waits until what is in flight is answered, for as long as that may take; then takes it back. */
    void drain() throws InterruptedException {
        endListening();
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
        try (Share share = protocol.room(principal)) {
            // Where one of them waits for a place, the whole batch does.
            if (!share.resize(weightBytes(batch))) {
                replies.send(Answers.error(Invalid.NO_ID, INVALID_REQUEST, NO_ROOM));
                return;
            }
            BatchReplies together = new BatchReplies(batch.messages().size(), replies);
            for (Message message : batch.messages()) {
                if (message instanceof Request request && Stateless.isMeant(request)) {
                    together.send(
                            Answers.error(
                                    request.id(),
                                    INVALID_REQUEST,
                                    "a request of protocol version "
                                            + Stateless.VERSION
                                            + " stands on a line of its own"));
                } else {
                    receive(message, envelope, together);
                }
            }
        }
    }

    private static int weightBytes(Batch batch) {
        return batch.messages().stream()
                .mapToInt(each -> each instanceof Request request ? request.weightBytes() : 0)
                .sum();
    }

    private void notified(Notification notification) {
        switch (notification.method()) {
            case "notifications/initialized" -> confirmed = handshaken != null;
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
        Optional<JsonLine> refusal = refusalOf(request);
        if (refusal.isPresent()) {
            replies.send(refusal.get());
            return;
        }
        Share share = protocol.room(principal);
        if (!share.resize(request.weightBytes())) {
            replies.send(Answers.error(request.id(), INVALID_REQUEST, NO_ROOM));
            return;
        }
        try {
            places.acquire();
        } catch (InterruptedException givenUp) {
            share.close();
            throw givenUp;
        }
        Pending pending = new Pending(request, envelope, replies);
        if (inFlight.putIfAbsent(request.id(), pending) != null) {
            places.release();
            share.close();
            replies.send(
                    Answers.error(
                            request.id(), INVALID_REQUEST, "this `id` is still in use by a call"));
            return;
        }
        if (request.method().equals("initialize")) {
            // What follows depends on it.
            work(pending, share);
        } else {
            calls.execute(() -> work(pending, share));
        }
    }

    /** What can be refused without doing anything. */
    private Optional<JsonLine> refusalOf(Request request) {
        if (Stateless.isMeant(request)) {
            return protocol.stateless().refusal(request).map(Stateless.Refusal::answer);
        }
        return switch (request.method()) {
            case "ping" -> Optional.empty();
            case "initialize" ->
                    isInitialized()
                            ? refused(
                                    request, INVALID_REQUEST, "this session is initialized already")
                            : Optional.empty();
            case "tools/list", "tools/call", "prompts/list", "prompts/get" ->
                    uninitialized(request);
            case "resources/list", "resources/templates/list", "resources/read" ->
                    protocol.resources().isOffered() ? uninitialized(request) : unknown(request);
            default -> unknown(request);
        };
    }

    private Optional<JsonLine> uninitialized(Request request) {
        return isInitialized()
                ? Optional.empty()
                : refused(request, INVALID_REQUEST, "not initialized: send `initialize` first");
    }

    private static Optional<JsonLine> unknown(Request request) {
        return refused(
                request,
                METHOD_NOT_FOUND,
                "no method `" + ShownText.of(request.method(), SHOWN_MAX) + "`");
    }

    private static Optional<JsonLine> refused(
            Request request, ProtocolError error, String message) {
        return Optional.of(Answers.error(request.id(), error, message));
    }

    private void work(Pending pending, Share share) {
        Request request = pending.request();
        try {
            if (pending.begin()) {
                perform(pending);
            }
        } catch (RefusedException refused) {
            answer(pending, refused.answer(request.id()));
        } catch (InterruptedException takenBack) {
            LOG.debug("session {}: a request that listened was taken back", id);
        } catch (RuntimeException | Error bug) {
            answer(pending, methods.internalError(id, bug).answer(request.id()));
        } finally {
            inFlight.remove(request.id(), pending);
            pending.end();
            share.close();
            places.release();
        }
    }

    private void perform(Pending pending) throws RefusedException, InterruptedException {
        boolean isStateless = Stateless.isMeant(pending.request());
        Frame frame = isStateless ? protocol.statelessFrame() : Frame.HANDSHAKEN;
        switch (pending.request().method()) {
            case "initialize" -> initialize(pending);
            case "tools/call" -> {
                if (isStateless) {
                    ClientSession session = Stateless.session(newsId, pending.request());
                    ToolResult result = methods.call(pending, session);
                    answer(pending, Answers.toolResult(frame, pending.request().id(), result));
                } else {
                    handshaken().sdk().call(pending);
                }
            }
            case "subscriptions/listen" ->
                    answer(pending, listening.listen(pending, methods, frame));
            default -> answer(pending, told(pending, frame));
        }
    }

    /** The answer of what only tells. */
    private JsonLine told(Pending pending, Frame frame) throws RefusedException {
        String requestId = pending.request().id();
        return switch (pending.request().method()) {
            case "server/discover" -> protocol.handshake().discovered(frame, requestId);
            case "tools/list" -> methods.tools(pending, frame);
            case "prompts/list" -> methods.prompts(pending, frame);
            case "prompts/get" -> methods.prompt(pending, frame);
            case "resources/list" -> methods.resources(pending, frame);
            case "resources/templates/list" -> methods.resourceTemplates(pending, frame);
            case "resources/read" -> methods.resource(pending, frame);
            default -> Answers.end(Answers.result(requestId).raw("{}")); // ping
        };
    }

    private void initialize(Pending pending) throws RefusedException {
        Optional<InitializeRequest> request = Handshake.request(pending.params());
        if (request.isEmpty()) {
            throw new RefusedException(INVALID_PARAMS, "`protocolVersion` must be a string");
        }
        SdkDispatch sdk = new SdkDispatch(id, protocol.handshake(), this::callTool, this::answer);
        handshaken = new Handshaken(Handshake.session(id, request.get()), sdk);
        batchesAllowed = Handshake.negotiated(request.get()).equals(Handshake.WITH_BATCHES);
        sdk.initialize(pending, request.get());
    }

    /** The handler of {@code tools/call}, run by the SDK on the request's own thread. */
    private ToolResult callTool(Pending pending) throws RefusedException {
        return methods.call(pending, handshaken().client());
    }

    private Handshaken handshaken() {
        return Objects.requireNonNull(handshaken, "refused before the handshake");
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
