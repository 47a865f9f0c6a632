package dev.countergate.server.http;

import dev.countergate.server.mcp.Answers;
import dev.countergate.server.mcp.JsonLine;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/** Answers that are written in one go. */
final class Answering {
    private static final HttpField JSON =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json");

    private Answering() {}

    /** The whole of {@code message}, with its length. */
    static void json(Response response, int status, JsonLine message, Callback callback) {
        ByteBuffer body = message.buffer();
        response.setStatus(status);
        HttpFields.Mutable headers = response.getHeaders();
        headers.put(JSON);
        headers.put(HttpHeader.CONTENT_LENGTH, body.remaining());
        response.write(true, body, callback);
    }

    /** No body. */
    static void empty(Response response, int status, Callback callback) {
        response.setStatus(status);
        if (status != HttpStatus.NO_CONTENT_204) {
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 0);
        }
        response.write(true, BufferUtil.EMPTY_BUFFER, callback);
    }

    /** What is wrong with a request, as JSON-RPC says it. */
    static void refusal(Response response, RefusedException refused, Callback callback) {
        refused.headers().forEach(response.getHeaders()::put);
        json(
                response,
                refused.status(),
                Answers.error(refused.id(), refused.error(), String.valueOf(refused.getMessage())),
                callback);
    }
}
