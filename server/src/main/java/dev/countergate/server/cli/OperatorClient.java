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

    /** What takes backends to answer: how the preconditions stand, and stopping what runs. */
    private static final Set<String> ASK_BACKENDS = Set.of("examine", "cancel", "freeze");

    /** How long a daemon may take over what it has at hand. */
    static final Duration AT_HAND = Duration.ofSeconds(10);

    /** How long over what it asks backends first, each of which has a deadline of its own. */
    private static final Duration FROM_BACKENDS = Duration.ofMinutes(5);

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
     * What the daemon of {@code state} says of itself.
     *
     * @throws NoDaemonException when nobody listens there
     * @throws IOException when no answer comes, or none that makes sense
     * @throws RefusedException when it does not say that to this user
     */
    static JsonNode told(StateDirectory state) throws IOException, RefusedException {
        return ask(state, request("status")).path("status");
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

    /** How long a daemon may take over {@code request} before it is taken to hang. */
    static Duration patience(ObjectNode request) {
        boolean asksBackends =
                ASK_BACKENDS.contains(request.path("op").asString(""))
                        && request.path("cancel").asBoolean(true);
        return (asksBackends ? FROM_BACKENDS : AT_HAND)
                .plusSeconds(request.path("wait_seconds").asLong(0));
    }

    /**
     * Asks, and gives the answer; a daemon that hangs is not waited for.
     *
     * @throws java.net.SocketTimeoutException when it hangs
     * @throws NoDaemonException when nobody listens there
     * @throws IOException when no answer comes, or none that makes sense
     * @throws RefusedException when the daemon does not do it, with its reason
     */
    static JsonNode ask(StateDirectory state, ObjectNode request)
            throws IOException, RefusedException {
        return ask(state, request, patience(request));
    }

    /** The same, waiting for {@code allowed}. */
    static JsonNode ask(StateDirectory state, ObjectNode request, Duration allowed)
            throws IOException, RefusedException {
        JsonNode answer;
        try {
            answer =
                    JSON.readTree(
                            OperatorRequest.send(
                                    state.operatorSocket(),
                                    JSON.writeValueAsString(request),
                                    allowed));
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
