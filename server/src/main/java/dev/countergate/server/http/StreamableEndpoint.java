package dev.countergate.server.http;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.http.Departures.Watched;
import dev.countergate.server.http.HttpSession.Carrier;
import dev.countergate.server.mcp.Envelope;
import dev.countergate.server.mcp.JsonLine;
import dev.countergate.server.mcp.Message;
import dev.countergate.server.mcp.MirroredHeaders;
import dev.countergate.server.mcp.Protocol;
import dev.countergate.server.mcp.ProtocolError;
import dev.countergate.server.mcp.Replies;
import dev.countergate.server.mcp.Session;
import dev.countergate.server.mcp.Stateless;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Streamable HTTP (MCP 2025-11-25, basic/transports). A request is worked on by the thread that brings it. Thread safe.
 */
final class StreamableEndpoint {
    static final String PATH = "/mcp";

    private static final String SESSION = "Mcp-Session-Id";
    private static final String VERSION = MirroredHeaders.VERSION;

    private final Protocol protocol;
    private final HttpLimits limits;
    private final HttpSessions sessions;
    private final Departures departures;

    /** What is being answered without a session. */
    private final Map<Session, Exchange> alone = new ConcurrentHashMap<>();

    private final Places placesAlone;

    StreamableEndpoint(
            Protocol protocol, HttpLimits limits, HttpSessions sessions, Departures departures) {
        this.protocol = protocol;
        this.limits = limits;
        this.sessions = sessions;
        this.departures = departures;
        this.placesAlone = new Places(limits.sessionsOfOneMax());
    }

    /** Ends what only listens, each with an answer. */
    void endListening() {
        alone.keySet().forEach(Session::endListening);
    }

    /** Takes back what is being answered without a session. */
    void takeBack() {
        alone.keySet().forEach(Session::takeBack);
    }

    /** How many requests are being answered without a session. */
    int aloneCount() {
        return alone.size();
    }

    /** Keeps their silent streams alive. */
    void keepAlive(long sinceNanos) {
        alone.values().forEach(each -> each.keepAlive(sinceNanos));
    }

    void handle(Request request, Response response, PrincipalId principal, Callback callback)
            throws RefusedException, InterruptedException {
        switch (request.getMethod()) {
            case "POST" -> post(request, response, principal, callback);
            case "GET" -> listen(request, response, principal, callback);
            case "DELETE" -> {
                checkVersion(request.getHeaders());
                sessions.end(session(request, principal, Message.Invalid.NO_ID));
                Answering.empty(response, HttpStatus.NO_CONTENT_204, callback);
            }
            default ->
                    throw new RefusedException(
                            HttpStatus.METHOD_NOT_ALLOWED_405,
                            "no such method here: POST, GET or DELETE",
                            Map.of(HttpHeader.ALLOW.asString(), "POST, GET, DELETE"));
        }
    }

    private void post(Request request, Response response, PrincipalId principal, Callback callback)
            throws RefusedException, InterruptedException {
        Posts.checkContentType(request);
        Posts.checkAccepted(request, MediaTypes.JSON, MediaTypes.EVENTS);
        Message message = Posts.message(request, principal, protocol, limits);
        if (message instanceof Message.Request single && isStateless(single, request)) {
            answerAlone(single, request, response, principal, callback);
            return;
        }
        checkVersion(request.getHeaders());
        if (message instanceof Message.Request first
                && first.method().equals("initialize")
                && !request.getHeaders().contains(SESSION)) {
            initialize(first, response, principal, callback);
            return;
        }
        HttpSession session = session(request, principal, Posts.idOf(message));
        if (message instanceof Message.Batch && !session.session().allowsBatches()) {
            throw new RefusedException(
                    HttpStatus.BAD_REQUEST_400,
                    "batches belong to protocol version 2025-03-26 alone: send one message a"
                            + " request");
        }
        Envelope envelope = Posts.envelope(request);
        session.begin();
        try {
            if (Posts.isAnswered(message)) {
                session.session()
                        .receive(
                                message,
                                envelope,
                                new Exchange(response, callback, () -> {}, () -> {}));
            } else {
                session.session().receive(message, envelope, Unanswered.REPLIES);
                Answering.empty(response, HttpStatus.ACCEPTED_202, callback);
            }
        } finally {
            session.end();
        }
    }

    /**
     * A header alone means it too: a request whose body disagrees is refused for that, and judged by nothing else on its
     * way. In a session only what the body says counts.
     */
    private static boolean isStateless(Message.Request single, Request request) {
        return Stateless.isMeant(single)
                || request.getHeaders().getValuesList(VERSION).contains(Stateless.VERSION);
    }

    /** A request of the revision that has no sessions. It is taken back when its client hangs up. */
    private void answerAlone(
            Message.Request single,
            Request request,
            Response response,
            PrincipalId principal,
            Callback callback)
            throws RefusedException, InterruptedException {
        Envelope envelope = Posts.envelope(request);
        Optional<Stateless.Refusal> refusal =
                protocol.stateless()
                        .refusal(single, new MirroredHeaders(request.getHeaders()::getValuesList));
        if (refusal.isPresent()) {
            Answering.json(response, refusal.get().httpStatus(), refusal.get().answer(), callback);
            return;
        }
        Places.Place place = placesAlone.place();
        if (!place.take(principal)) {
            throw new RefusedException(
                    HttpStatus.TOO_MANY_REQUESTS_429,
                    ProtocolError.INVALID_REQUEST,
                    single.id(),
                    "too many requests at once: at most "
                            + limits.sessionsOfOneMax()
                            + " of one principal");
        }
        Session session = protocol.openForOne(principal, Runnable::run);
        Watched watch = departures.watch(request, session::takeBack);
        Exchange exchange = new Exchange(response, callback, () -> {}, watch::end);
        alone.put(session, exchange);
        try {
            session.receive(single, envelope, exchange);
        } finally {
            watch.end();
            place.leave();
            alone.remove(session);
        }
    }

    /** A session is known to its client only once the handshake is performed. */
    private void initialize(
            Message.Request first, Response response, PrincipalId principal, Callback callback)
            throws RefusedException, InterruptedException {
        HttpSession session = sessions.open(principal, Carrier.STREAMABLE, Runnable::run);
        session.begin();
        try {
            Runnable nameSession =
                    () -> {
                        if (session.session().isInitialized()) {
                            response.getHeaders().put(SESSION, session.id());
                        }
                    };
            session.session()
                    .receive(first, new Exchange(response, callback, nameSession, () -> {}));
        } finally {
            session.end();
            if (!session.session().isInitialized()) {
                sessions.end(session);
            }
        }
    }

    /** The stream for what nobody asked for. */
    private void listen(
            Request request, Response response, PrincipalId principal, Callback callback)
            throws RefusedException {
        Posts.checkAccepted(request, MediaTypes.EVENTS);
        checkVersion(request.getHeaders());
        Posts.checkNoBody(request);
        HttpSession session = session(request, principal, Message.Invalid.NO_ID);
        EventStream stream = new EventStream(response, callback);
        session.listen(stream);
        stream.watch(departures, () -> session.unlisten(stream));
        stream.comment();
    }

    /** Another principal's session answers as one that never was. */
    private HttpSession session(Request request, PrincipalId principal, String requestId)
            throws RefusedException {
        String id =
                Headers.one(request.getHeaders(), SESSION)
                        .orElseThrow(
                                () ->
                                        new RefusedException(
                                                HttpStatus.BAD_REQUEST_400,
                                                ProtocolError.INVALID_REQUEST,
                                                requestId,
                                                "no `"
                                                        + SESSION
                                                        + "`: send `initialize` first, then the one"
                                                        + " it was answered with"));
        return sessions.find(id, Carrier.STREAMABLE, principal)
                .orElseThrow(
                        () ->
                                new RefusedException(
                                        HttpStatus.NOT_FOUND_404,
                                        ProtocolError.INVALID_REQUEST,
                                        requestId,
                                        "no such session: send `initialize` again"));
    }

    /** Where no version is named, the session's own is meant. */
    private static void checkVersion(HttpFields headers) throws RefusedException {
        String version = Headers.one(headers, VERSION).orElse(Protocol.VERSIONS.getLast());
        if (!Protocol.VERSIONS.contains(version)) {
            throw new RefusedException(
                    HttpStatus.BAD_REQUEST_400,
                    "unsupported `"
                            + VERSION
                            + "`: it may be one of "
                            + String.join(", ", Protocol.VERSIONS));
        }
    }

    /** For messages that nobody answers. */
    private enum Unanswered implements Replies {
        REPLIES;

        @Override
        public void send(JsonLine answer) {
            throw new IllegalStateException("only a request is answered");
        }

        @Override
        public void none() {}

        @Override
        public void notice(Object key, JsonLine message) {}
    }
}
