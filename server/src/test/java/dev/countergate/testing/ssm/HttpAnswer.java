package dev.countergate.testing.ssm;

import tools.jackson.databind.JsonNode;

/** What a request gets: an answer, or a connection reset without one. */
sealed interface HttpAnswer {
    /** A complete answer with a Content-Length. */
    record Complete(int status, String contentType, String body) implements HttpAnswer {}

    /** The connection is reset; nothing is answered. */
    record Reset() implements HttpAnswer {}

    /** The connection is closed properly; nothing is answered. */
    record Close() implements HttpAnswer {}

    static HttpAnswer amazonJson(int status, JsonNode body) {
        return new Complete(status, "application/x-amz-json-1.1", body.toString());
    }

    static HttpAnswer json(JsonNode body) {
        return new Complete(200, "application/json", body.toString());
    }
}
