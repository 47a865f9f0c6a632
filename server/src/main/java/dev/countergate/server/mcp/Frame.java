package dev.countergate.server.mcp;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a revision of the protocol puts around the members of a result. With the stateless one, each says that it is
 * complete and who gave it (MCP 2026-07-28, basic). Thread safe.
 */
final class Frame {
    /** Of the revisions with a handshake. */
    static final Frame HANDSHAKEN = new Frame("", null);

    /** How long a client may keep a list or a runbook: what changes in a catalogue is seen at most this late. */
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final String first;
    private final @Nullable String server;

    private Frame(String first, @Nullable String server) {
        this.first = first;
        this.server = server;
    }

    /** Of the stateless revision. */
    static Frame stateless(ServerCard card) {
        return new Frame(
                "\"resultType\":\"complete\",",
                "\"" + Stateless.META + "serverInfo\":" + card.implementation());
    }

    /** The error of an address that nothing is at. */
    ProtocolError noResource() {
        return server == null ? ProtocolError.RESOURCE_NOT_FOUND : ProtocolError.INVALID_PARAMS;
    }

    /** The start of an answer; its members, at least one, and an end follow. */
    JsonLine begin(String id) {
        return Answers.result(id).raw("{").raw(first);
    }

    /** A whole answer without a member, save {@code meta} in its {@code _meta}. */
    JsonLine empty(String id, String meta) {
        JsonLine answer = Answers.result(id).raw("{").raw(first).raw("\"_meta\":{").raw(meta);
        return Answers.end(answer.raw(server == null ? "" : "," + server).raw("}}"));
    }

    JsonLine end(JsonLine answer) {
        return end(answer, null);
    }

    /** Ends an answer that a client may keep for a while, and share with nobody else. */
    JsonLine endKept(JsonLine answer) {
        if (server != null) {
            answer.raw(",\"ttlMs\":" + FRESH.toMillis() + ",\"cacheScope\":\"private\"");
        }
        return end(answer);
    }

    /**
     * Ends an answer.
     *
     * @param meta members of its {@code _meta}, or null
     */
    JsonLine end(JsonLine answer, @Nullable JsonLine meta) {
        if (server != null || meta != null) {
            answer.raw(",\"_meta\":{");
            if (meta != null) {
                answer.raw(meta.part());
            }
            if (server != null) {
                answer.raw(meta == null ? "" : ",").raw(server);
            }
            answer.raw("}");
        }
        return Answers.end(answer.raw("}"));
    }
}
