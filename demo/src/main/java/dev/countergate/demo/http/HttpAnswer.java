package dev.countergate.demo.http;

import tools.jackson.databind.JsonNode;

/** What a request gets: an answer, or a connection reset without one. */
public sealed interface HttpAnswer {
    /** A complete answer with a Content-Length. */
    record Complete(int status, String contentType, String body) implements HttpAnswer {}

    /** The connection is reset; nothing is answered. */
    record Reset() implements HttpAnswer {}

    /** The connection is closed properly; nothing is answered. */
    record Close() implements HttpAnswer {}

    /** A complete answer in JSON. */
    static HttpAnswer json(int status, JsonNode body) {
        return new Complete(status, "application/json", body.toString());
    }
}
