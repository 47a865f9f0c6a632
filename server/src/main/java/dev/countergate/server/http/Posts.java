package dev.countergate.server.http;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Narrowing;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.TraceContext;
import dev.countergate.server.mcp.Envelope;
import dev.countergate.server.mcp.Message;
import dev.countergate.server.mcp.Protocol;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** What holds for every request that brings a message, whatever the endpoint. */
final class Posts {
    private static final String TOOLS = "X-MCP-Tools";
    private static final String READONLY = "X-MCP-Readonly";

    private Posts() {}

    static void checkContentType(Request request) throws RefusedException {
        if (!MediaTypes.isJson(request.getHeaders().getValuesList(HttpHeader.CONTENT_TYPE))) {
            throw new RefusedException(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE_415,
                    "`Content-Type` must be application/json, in UTF-8");
        }
        if (request.getHeaders().contains(HttpHeader.CONTENT_ENCODING)) {
            throw new RefusedException(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE_415, "no `Content-Encoding` is understood");
        }
    }

    static void checkAccepted(Request request, String... types) throws RefusedException {
        List<String> accepted = request.getHeaders().getValuesList(HttpHeader.ACCEPT);
        for (String type : types) {
            if (!MediaTypes.accept(accepted, type)) {
                throw new RefusedException(
                        HttpStatus.NOT_ACCEPTABLE_406,
                        "`Accept` must name " + String.join(" and ", types));
            }
        }
    }

    /** Nothing is read of a request that opens a stream, so nothing may be left of it. */
    static void checkNoBody(Request request) throws RefusedException {
        if (request.getLength() > 0
                || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)) {
            throw new RefusedException(HttpStatus.BAD_REQUEST_400, "this method takes no body");
        }
    }

    /** The message a request brings. */
    static Message message(
            Request request, PrincipalId principal, Protocol protocol, HttpLimits limits)
            throws RefusedException {
        Message message;
        try (Body body =
                Body.read(
                        request,
                        protocol.limits().messageBytesMax(),
                        limits.bodyPatience(),
                        protocol.room(principal))) {
            message = protocol.read(body.bytes(), 0, body.length());
        }
        if (message instanceof Message.Invalid invalid) {
            throw new RefusedException(
                    HttpStatus.BAD_REQUEST_400, invalid.error(), invalid.id(), invalid.problem());
        }
        return message;
    }

    /** What the headers say of a message beside whose it is. */
    static Envelope envelope(Request request) throws RefusedException {
        HttpFields headers = request.getHeaders();
        Narrowing narrowing =
                switch (Narrowing.parse(
                        headers.getValuesList(TOOLS), headers.getValuesList(READONLY))) {
                    case Checked.Valid<Narrowing>(Narrowing asked) -> asked;
                    case Checked.Invalid<Narrowing> _ ->
                            throw new RefusedException(
                                    HttpStatus.BAD_REQUEST_400,
                                    "`" + READONLY + "` must be true or false");
                };
        TraceContext trace = trace(headers);
        return trace == null && narrowing.equals(Narrowing.NONE)
                ? Envelope.PLAIN
                : new Envelope(narrowing, trace);
    }

    /** Of two parents neither holds; a state may come in parts (W3C Trace Context, sections 3.2 and 3.3). */
    private static @Nullable TraceContext trace(HttpFields headers) {
        List<String> parents = headers.getValuesList("traceparent");
        return parents.size() == 1
                ? TraceContext.parse(
                                parents.getFirst(),
                                String.join(",", headers.getValuesList("tracestate")))
                        .orElse(null)
                : null;
    }

    /** The id to refuse {@code message} by. */
    static String idOf(Message message) {
        return message instanceof Message.Request request ? request.id() : Message.Invalid.NO_ID;
    }

    /** Whether anything in {@code message} is answered. */
    static boolean isAnswered(Message message) {
        return switch (message) {
            case Message.Request _, Message.Invalid _ -> true;
            case Message.Notification _, Message.Response _ -> false;
            case Message.Batch batch -> batch.messages().stream().anyMatch(Posts::isAnswered);
        };
    }
}
