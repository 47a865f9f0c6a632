package dev.countergate.server.cli;

import dev.countergate.policy.result.VisibleText;
import dev.countergate.relay.OperatorRequest;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.daemon.OperatorListener;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Asks a daemon over {@code operator.sock}. */
final class OperatorClient {
    private static final JsonMapper JSON = new JsonMapper();

    /** Errors that are no decision of the daemon's: it, or its version, cannot do what was asked. */
    private static final Set<String> FAILURES = Set.of("INVALID_REQUEST", "INTERNAL");

    private static final Duration AT_HAND = Duration.ofSeconds(10);

    private OperatorClient() {}

    /** No daemon answers at a socket. */
    static final class NoDaemonException extends IOException {
        private static final long serialVersionUID = 1;

        NoDaemonException(StateDirectory state, IOException cause) {
            super(
                    "no daemon answers at `"
                            + state.operatorSocket()
                            + "`: start it with `countergate serve`",
                    cause);
        }
    }

    /**
     * What the daemon of {@code state} says of itself. It has that at hand, so one that hangs is not waited for.
     *
     * @throws java.net.SocketTimeoutException when it hangs
     * @throws NoDaemonException when nobody listens there
     * @throws IOException when no answer comes, or none that makes sense
     * @throws RefusedException when it does not say that to this user
     */
    static JsonNode told(StateDirectory state) throws IOException, RefusedException {
        return ask(
                        state,
                        request("status"),
                        line -> OperatorRequest.send(state.operatorSocket(), line, AT_HAND))
                .path("status");
    }

    /** The same; empty when none runs, or there is no answer. */
    static Optional<JsonNode> status(StateDirectory state) {
        try {
            return Optional.of(told(state));
        } catch (IOException | RefusedException noDaemon) {
            return Optional.empty();
        }
    }

    /** The start of a request for {@code operation}. */
    static ObjectNode request(String operation) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("version", OperatorListener.VERSION)
                .put("op", operation);
    }

    /**
     * Asks, and gives the answer.
     *
     * @throws NoDaemonException when nobody listens there
     * @throws IOException when no answer comes, or none that makes sense
     * @throws RefusedException when the daemon does not do it, with its reason
     */
    static JsonNode ask(StateDirectory state, ObjectNode request)
            throws IOException, RefusedException {
        return ask(state, request, line -> OperatorRequest.send(state.operatorSocket(), line));
    }

    /** How a line is sent and answered. */
    private interface Sending {
        String send(String line) throws IOException;
    }

    private static JsonNode ask(StateDirectory state, ObjectNode request, Sending sending)
            throws IOException, RefusedException {
        JsonNode answer;
        try {
            answer = JSON.readTree(sending.send(JSON.writeValueAsString(request)));
        } catch (JacksonException malformed) {
            throw new IOException("the daemon's answer is not JSON", malformed);
        } catch (ConnectException gone) {
            throw new NoDaemonException(state, gone);
        } catch (IOException failed) {
            if (Files.notExists(state.operatorSocket())) {
                throw new NoDaemonException(state, failed);
            }
            throw failed;
        }
        if (answer.path("ok").asBoolean(false)) {
            return answer;
        }
        String code = answer.path("error").path("code").asString("");
        String message = VisibleText.line(answer.path("error").path("message").asString("refused"));
        if (FAILURES.contains(code)) {
            throw new IOException(message);
        }
        throw new RefusedException(VisibleText.line(code), message);
    }
}
