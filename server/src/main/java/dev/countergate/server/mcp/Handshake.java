package dev.countergate.server.mcp;

import dev.countergate.policy.call.ClientSession;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpSchema.InitializeResult;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code initialize} (MCP 2025-11-25, basic/lifecycle): the version spoken, and what each side says of itself.
 *
 * <p>Reads and writes the SDK's types by hand: binding them by reflection costs a quarter of the time a cold start has.
 */
final class Handshake {
    /** The one revision that lets several messages share a line. */
    static final String WITH_BATCHES = "2025-03-26";

    /** The revisions spoken, the newest last. */
    static final List<String> VERSIONS =
            List.of("2024-11-05", WITH_BATCHES, "2025-06-18", "2025-11-25");

    private static final int CLIENT_TEXT_MAX = 128;
    private static final String UNKNOWN = "unknown";

    private final ServerCard card;

    Handshake(ServerCard card) {
        this.card = card;
    }

    /**
     * What the client asks for.
     *
     * @return empty when it names no version, or not by a string
     */
    static Optional<InitializeRequest> request(@Nullable ObjectNode params) {
        if (params == null
                || !params.path("protocolVersion").isString()
                || params.path("protocolVersion").asString().isBlank()) {
            return Optional.empty();
        }
        JsonNode client = params.path("clientInfo");
        Implementation said =
                Implementation.builder(said(client.path("name")), said(client.path("version")))
                        .build();
        return Optional.of(
                InitializeRequest.builder(
                                params.path("protocolVersion").asString(),
                                ClientCapabilities.builder().build(),
                                said)
                        .build());
    }

    /** What a client says of itself, fit to be shown. */
    static String said(JsonNode text) {
        String shown = text.isString() ? ShownText.of(text.asString(), CLIENT_TEXT_MAX) : "";
        return shown.isBlank() ? UNKNOWN : shown;
    }

    static ClientSession session(String id, InitializeRequest request) {
        return new ClientSession(id, request.clientInfo().name(), request.clientInfo().version());
    }

    /** The version asked for where it is spoken here, else the newest that is. */
    static String negotiated(InitializeRequest request) {
        String asked = request.protocolVersion();
        return VERSIONS.contains(asked) ? asked : VERSIONS.getLast();
    }

    InitializeResult answer(InitializeRequest request) {
        return InitializeResult.builder(
                        negotiated(request),
                        ServerCapabilities.builder().build(),
                        Implementation.builder(ServerCard.NAME, card.version()).build())
                .build();
    }

    /** The whole answer: what the SDK's types hold of the server is not asked. */
    JsonLine write(String id, InitializeResult result) {
        JsonLine line =
                Frame.HANDSHAKEN
                        .begin(id)
                        .raw("\"protocolVersion\":")
                        .string(result.protocolVersion());
        line.raw(",\"capabilities\":").raw(card.capabilities());
        line.raw(",\"serverInfo\":").raw(card.implementation());
        return Frame.HANDSHAKEN.end(line.raw(",\"instructions\":").string(card.instructions()));
    }

    /** What {@code server/discover} is answered with: the same, and no session of it (MCP 2026-07-28, server/discover). */
    JsonLine discovered(Frame frame, String id) {
        JsonLine line = frame.begin(id);
        line.raw("\"supportedVersions\":[\"" + Stateless.VERSION + "\"]");
        line.raw(",\"capabilities\":").raw(card.capabilities());
        return frame.endKept(line.raw(",\"instructions\":").string(card.instructions()));
    }
}
