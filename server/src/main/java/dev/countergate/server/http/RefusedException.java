package dev.countergate.server.http;

import dev.countergate.server.mcp.Message;
import dev.countergate.server.mcp.ProtocolError;
import java.util.Map;

/** A request answered with an HTTP error: {@code getMessage()} is ours, fit for the client. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final ProtocolError error;
    private final String id;
    private final transient Map<String, String> headers;

    RefusedException(int status, String message) {
        this(status, message, Map.of());
    }

    RefusedException(int status, String message, Map<String, String> headers) {
        this(status, ProtocolError.INVALID_REQUEST, Message.Invalid.NO_ID, message, headers);
    }

    /**
     * A refusal of a message that could be read in part.
     *
     * @param id as JSON
     */
    RefusedException(int status, ProtocolError error, String id, String message) {
        this(status, error, id, message, Map.of());
    }

    private RefusedException(
            int status,
            ProtocolError error,
            String id,
            String message,
            Map<String, String> headers) {
        // No trace: a flood of bad requests costs little, and nothing inside can leak.
        super(message, null, false, false);
        this.status = status;
        this.error = error;
        this.id = id;
        this.headers = headers;
    }

    int status() {
        return status;
    }

    ProtocolError error() {
        return error;
    }

    String id() {
        return id;
    }

    Map<String, String> headers() {
        return headers;
    }
}
