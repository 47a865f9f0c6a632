package dev.countergate.server.mcp;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A line, as far as JSON-RPC 2.0 understands it. */
public sealed interface Message {
    /**
     * A request.
     *
     * @param id a string or a number, as JSON, exactly as it came
     * @param params or null where none were given
     * @param weightBytes about what it takes up in memory
     */
    record Request(String id, String method, @Nullable ObjectNode params, int weightBytes)
            implements Message {}

    /**
     * A notification: never answered, whatever is wrong with it.
     *
     * @param params or null where none, or no object, were given
     */
    record Notification(String method, @Nullable ObjectNode params) implements Message {}

    /** The answer to something we never asked. */
    record Response() implements Message {}

    /**
     * Several messages on one line (MCP 2025-03-26 alone has them).
     *
     * @param messages none of them a batch
     */
    record Batch(List<Message> messages) implements Message {
        public Batch {
            messages = List.copyOf(messages);
        }
    }

    /**
     * Nothing that can be handled.
     *
     * @param id as JSON, {@code null} where it could not be found out
     * @param problem fit for the client
     */
    record Invalid(String id, ProtocolError error, String problem) implements Message {
        /** The id of an answer to nothing that has one. */
        public static final String NO_ID = "null";
    }
}
