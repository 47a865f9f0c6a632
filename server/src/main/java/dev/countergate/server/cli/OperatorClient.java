package dev.countergate.server.cli;

import dev.countergate.relay.OperatorRequest;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.daemon.OperatorListener;
import java.io.IOException;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Asks a daemon over {@code operator.sock}. */
final class OperatorClient {
    private static final JsonMapper JSON = new JsonMapper();

    private OperatorClient() {}

    /** What the daemon of {@code state} says of itself; empty when none runs. */
    static Optional<JsonNode> status(StateDirectory state) {
        try {
            return Optional.of(ask(state, "status").path("status"));
        } catch (IOException noDaemon) {
            return Optional.empty();
        }
    }

    /**
     * Asks for {@code operation} and gives the answer.
     *
     * @throws IOException when no daemon answers, or it refuses
     */
    static JsonNode ask(StateDirectory state, String operation) throws IOException {
        return ask(state, request(operation));
    }

    /** The start of a request for {@code operation}. */
    static ObjectNode request(String operation) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("version", OperatorListener.VERSION)
                .put("op", operation);
    }

    /** Asks {@code request}, in the same way. */
    static JsonNode ask(StateDirectory state, ObjectNode request) throws IOException {
        try {
            JsonNode answer =
                    JSON.readTree(
                            OperatorRequest.send(
                                    state.operatorSocket(), JSON.writeValueAsString(request)));
            if (!answer.path("ok").asBoolean(false)) {
                throw new IOException(answer.path("error").path("message").asString("refused"));
            }
            return answer;
        } catch (JacksonException malformed) {
            throw new IOException("the daemon's answer is not JSON", malformed);
        }
    }
}
