package dev.countergate.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.Wiring;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.daemon.DaemonProcess.Built;
import dev.countergate.server.daemon.DaemonSettings;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import dev.countergate.server.mcp.LineClient;
import dev.countergate.testing.ApproverKey;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A daemon as it is wired, in this process: an agent speaks MCP with it over a pipe, and a person's signature goes to the
 * operations of its other plane.
 */
final class SampleDaemon implements AutoCloseable {
    private static final String AGENT = "ana";
    private static final String PERSON = "sam";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Built.Ready built;
    private final ApproverKey key;
    private final LineClient client;
    private final Pipe toServer = Pipe.open();
    private final Pipe toClient = Pipe.open();

    /** Serves {@code catalogue} from a new state directory in {@code folder}. */
    SampleDaemon(Path folder, Path catalogue, Map<String, String> variables) throws Exception {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("HOME", folder.toString());
        StateDirectory state = StateDirectory.at(folder.resolve("state"), environment);
        state.create();
        key = new ApproverKey();
        Files.writeString(state.approvers(), key.line(PERSON, "") + "\n");
        DaemonSettings settings =
                new DaemonSettings(
                        "1",
                        catalogue,
                        state,
                        null,
                        null,
                        false,
                        DaemonSettings.IDLE_ALLOWED,
                        DaemonSettings.DRAIN_ALLOWED,
                        DaemonSettings.CONNECTIONS_MAX);
        built =
                switch (Wiring.daemon(settings, false, null, null, environment)) {
                    case Built.Ready ready -> ready;
                    case Built.Faulty faulty -> throw new AssertionError(faulty);
                };
        Thread.ofVirtual().start(this::serve);
        client =
                LineClient.connect(
                        Channels.newInputStream(toClient.source()),
                        Channels.newOutputStream(toServer.sink()),
                        "sample",
                        "1");
    }

    private void serve() {
        try {
            built.service()
                    .serve(
                            Channels.newInputStream(toServer.source()),
                            Channels.newOutputStream(toClient.sink()),
                            PrincipalId.unix(AGENT));
        } catch (IOException | InterruptedException gone) {
            Thread.currentThread().interrupt();
        }
    }

    /** What an agent's call is answered. */
    JsonNode call(String tool, ObjectNode arguments) throws IOException {
        return switch (client.call(tool, arguments, Progress.NONE)) {
            case LineClient.Answer.Result(JsonNode result) -> result;
            case LineClient.Answer.Refusal refusal -> throw new AssertionError(refusal);
        };
    }

    /** The text a person decides by. */
    String view(String proposal) throws RefusedException {
        return ask("show", NODES.objectNode().put("proposal", proposal)).path("view").asString();
    }

    /** Has the person sign for {@code proposal}, and gives its state. */
    String approve(String proposal) throws Exception {
        String statement =
                ask(
                                "statement",
                                NODES.objectNode()
                                        .put("proposal", proposal)
                                        .put("approver", PERSON))
                        .path("statement")
                        .asString();
        ObjectNode token =
                NODES.objectNode()
                        .put("proposal", proposal)
                        .put("statement", statement)
                        .put("signature", key.sign(statement.getBytes(UTF_8)));
        return ask("submit", token).path("status").path("state").asString();
    }

    private ObjectNode ask(String operation, ObjectNode request) throws RefusedException {
        ObjectNode answer = NODES.objectNode();
        Objects.requireNonNull(built.operations().get(operation)).perform(request, "root", answer);
        return answer;
    }

    /** How the proposal stands when nothing follows any more, as the agent is told. */
    JsonNode settled(String proposal) throws IOException {
        ObjectNode asked = NODES.objectNode().put("proposal", proposal).put("wait_seconds", 20);
        long end = System.nanoTime() + PATIENCE.toNanos();
        JsonNode status = call("proposal_status", asked).path("structuredContent");
        // It answers each time something has changed.
        while (isOpen(status.path("state").asString(""))) {
            assertThat(System.nanoTime() - end).as(status.toString()).isNegative();
            status = call("proposal_status", asked).path("structuredContent");
        }
        return status;
    }

    private static boolean isOpen(String state) {
        return switch (state) {
            case "PENDING", "APPROVED", "CLAIMED", "SENDING", "APPLIED", "PARTLY_APPLIED" -> true;
            default -> false;
        };
    }

    @Override
    public void close() throws IOException {
        toServer.sink().close();
        built.service().close();
        toServer.source().close();
        toClient.source().close();
        toClient.sink().close();
    }
}
