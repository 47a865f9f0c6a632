package dev.countergate.server.mcp;

import dev.countergate.policy.result.ToolResult;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpSchema.InitializeResult;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import io.modelcontextprotocol.spec.McpServerSession;
import io.modelcontextprotocol.spec.McpServerTransport;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One session of the SDK, which dispatches the handshake and the calls.
 *
 * <p>Its server class would want every tool registered, and its schema validator loaded; the session alone wants a
 * handler for {@code tools/call}, so a thousand tools cost nothing at the start. Everything runs on the calling thread:
 * no scheduler is involved. Requests bear numbers of ours inside the SDK, which knows fewer kinds of id than JSON-RPC.
 * Thread safe.
 */
final class SdkDispatch {
    /** Only for requests of the server's, and it makes none. */
    private static final Duration UNUSED_TIMEOUT = Duration.ofSeconds(10);

    private final ConcurrentHashMap<Long, Pending> pendings = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Handshake handshake;
    private final Outcome outcome;
    private final McpServerSession session;

    /** Handles a {@code tools/call} on the calling thread. */
    interface Calls {
        ToolResult call(Pending pending) throws RefusedException;
    }

    /** Where an answer goes. */
    interface Outcome {
        /** {@code answer} is the whole line. */
        void answer(Pending pending, JsonLine answer);
    }

    /** A request answered with an error of the protocol. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final ProtocolError error;
        private final transient @Nullable JsonLine data;

        RefusedException(ProtocolError error, String message) {
            this(error, message, null);
        }

        /**
         * An error with something for the client's program.
         *
         * @param data or null
         */
        RefusedException(ProtocolError error, String message, @Nullable JsonLine data) {
            super(message, null, false, false);
            this.error = error;
            this.data = data;
        }

        JsonLine answer(String id) {
            String message = String.valueOf(getMessage());
            return data == null
                    ? Answers.error(id, error, message)
                    : Answers.error(id, error, message, data);
        }
    }

    SdkDispatch(String sessionId, Handshake handshake, Calls calls, Outcome outcome) {
        this.handshake = handshake;
        this.outcome = outcome;
        this.session =
                new McpServerSession(
                        sessionId,
                        UNUSED_TIMEOUT,
                        new Transport(),
                        request -> Mono.just(handshake.answer(request)),
                        Map.of(
                                McpSchema.METHOD_TOOLS_CALL,
                                (exchange, params) ->
                                        Mono.<Object>create(
                                                sink -> {
                                                    try {
                                                        sink.success(calls.call((Pending) params));
                                                    } catch (RefusedException refused) {
                                                        sink.error(mcpError(refused));
                                                    }
                                                })),
                        Map.of(
                                McpSchema.METHOD_NOTIFICATION_INITIALIZED,
                                (exchange, params) -> Mono.empty()));
    }

    /** Performs the handshake; after it, calls are handled whether or not the client confirms it. */
    void initialize(Pending pending, InitializeRequest request) {
        dispatch(McpSchema.METHOD_INITIALIZE, pending, request);
        session.handle(new JSONRPCNotification(McpSchema.METHOD_NOTIFICATION_INITIALIZED)).block();
    }

    void call(Pending pending) {
        dispatch(McpSchema.METHOD_TOOLS_CALL, pending, pending);
    }

    private void dispatch(String method, Pending pending, Object params) {
        Long number = numbers.incrementAndGet();
        pendings.put(number, pending);
        try {
            session.handle(new JSONRPCRequest(method, number, params)).block();
        } finally {
            pendings.remove(number);
        }
    }

    private static McpError mcpError(RefusedException refused) {
        return new McpError(
                new JSONRPCError(refused.error.code(), String.valueOf(refused.getMessage())));
    }

    /** The SDK's way out. */
    private final class Transport implements McpServerTransport {
        @Override
        public Mono<Void> sendMessage(JSONRPCMessage message) {
            if (message instanceof JSONRPCResponse response
                    && response.id() instanceof Long number) {
                Pending pending = pendings.get(number);
                if (pending != null) {
                    outcome.answer(pending, line(pending.request().id(), response));
                }
            }
            return Mono.empty();
        }

        private JsonLine line(String id, JSONRPCResponse response) {
            JSONRPCError error = response.error();
            if (error != null) {
                return Answers.error(id, error.code(), error.message());
            }
            return switch (response.result()) {
                case ToolResult result -> Answers.toolResult(Frame.HANDSHAKEN, id, result);
                case InitializeResult result -> handshake.write(id, result);
                default -> throw new IllegalStateException("no handler gives such a result");
            };
        }

        /** The parameters are the SDK's own types already. */
        @Override
        @SuppressWarnings("unchecked")
        public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
            return (T) data;
        }

        @Override
        public Mono<Void> closeGracefully() {
            return Mono.empty();
        }
    }
}
