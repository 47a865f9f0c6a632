package dev.countergate.demo.ssm;

import dev.countergate.demo.http.HttpAnswer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An error answer of the API; thrown where the request is found wanting, turned into an answer in one place. */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;

    private ApiException(int status, String type, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
    }

    static ApiException of(String type, String message) {
        return new ApiException(400, type, message);
    }

    static ApiException validation(String member, String value, String constraint) {
        return of(
                "ValidationException",
                "1 validation error detected: Value '"
                        + value
                        + "' at '"
                        + member
                        + "' failed to satisfy constraint: Member must "
                        + constraint);
    }

    static ApiException internal() {
        return new ApiException(
                500, "InternalServerError", "An error occurred on the server side.");
    }

    HttpAnswer answer() {
        return new HttpAnswer.Complete(status, SsmSimulator.CONTENT_TYPE, body().toString());
    }

    /** The type, and the message under both spellings, as some operations of the service and its emulators do. */
    private JsonNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("__type", type);
        body.put("message", getMessage());
        body.put("Message", getMessage());
        return body;
    }
}
