package dev.countergate.server.http;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.http.HttpSession.Carrier;
import dev.countergate.server.mcp.JsonLine;
import dev.countergate.server.mcp.Message;
import dev.countergate.server.mcp.Protocol;
import dev.countergate.server.mcp.ProtocolError;
import dev.countergate.server.mcp.Replies;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * HTTP with SSE (MCP 2024-11-05, basic/transports): a stream that is the session, and another path that takes its
 * messages. Each request is worked on by a thread of its own, since its answer goes elsewhere. Thread safe.
 */
final class SseEndpoint {
    static final String PATH = "/sse";
    static final String MESSAGES = "/sse/message";

    private static final String QUERY = "session=";

    private final Protocol protocol;
    private final HttpLimits limits;
    private final HttpSessions sessions;
    private final Departures departures;
    private final Work work;

    SseEndpoint(
            Protocol protocol,
            HttpLimits limits,
            HttpSessions sessions,
            Departures departures,
            Work work) {
        this.protocol = protocol;
        this.limits = limits;
        this.sessions = sessions;
        this.departures = departures;
        this.work = work;
    }

    /** Opens a session, which ends with its stream. */
    void open(Request request, Response response, PrincipalId principal, Callback callback)
            throws RefusedException {
        checkMethod(request, "GET");
        Posts.checkAccepted(request, MediaTypes.EVENTS);
        Posts.checkNoBody(request);
        HttpSession session = sessions.open(principal, Carrier.SSE, work.onThreadsOfTheirOwn());
        EventStream stream =
                new EventStream(response, Callback.from(() -> sessions.end(session), callback));
        session.listen(stream);
        stream.watch(departures, () -> {});
        stream.post("endpoint", MESSAGES + "?" + QUERY + session.id());
    }

    /** Takes a message of a session; the answer goes to its stream. */
    void post(Request request, Response response, PrincipalId principal, Callback callback)
            throws RefusedException, InterruptedException {
        checkMethod(request, "POST");
        Posts.checkContentType(request);
        Message message = Posts.message(request, principal, protocol, limits);
        String query = String.valueOf(request.getHttpURI().getQuery());
        HttpSession session =
                sessions.find(
                                query.startsWith(QUERY) ? query.substring(QUERY.length()) : "",
                                Carrier.SSE,
                                principal)
                        .orElseThrow(() -> unknown(message));
        EventStream stream = session.listening().orElseThrow(() -> unknown(message));
        session.session().receive(message, Posts.envelope(request), new StreamReplies(stream));
        Answering.empty(response, HttpStatus.ACCEPTED_202, callback);
    }

    private static RefusedException unknown(Message message) {
        return new RefusedException(
                HttpStatus.NOT_FOUND_404,
                ProtocolError.INVALID_REQUEST,
                Posts.idOf(message),
                "no such session: open one at " + PATH);
    }

    private static void checkMethod(Request request, String method) throws RefusedException {
        if (!request.getMethod().equals(method)) {
            throw new RefusedException(
                    HttpStatus.METHOD_NOT_ALLOWED_405,
                    "no such method here: " + method,
                    Map.of(HttpHeader.ALLOW.asString(), method));
        }
    }

    /** Answers on the session's stream. */
    private record StreamReplies(EventStream stream) implements Replies {
        @Override
        public void send(JsonLine answer) {
            stream.send(answer);
        }

        @Override
        public void none() {}

        @Override
        public void notice(Object key, JsonLine message) {
            stream.post(key, message);
        }
    }
}
