package dev.countergate.server.call;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.server.backend.CallContext.Progress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a protocol needs of the tools: which there are, and calls to them. Thread safe. */
public interface ToolService {
    /** The tools {@code caller} may see, in the catalogue's order. */
    Listing list(Caller caller);

    /**
     * Calls a tool on the calling thread; interrupting it takes the call back.
     *
     * @return empty when the caller has no such tool, whether or not others have
     * @throws InterruptedException when the calling thread was interrupted
     */
    Optional<ToolResult> call(ToolCall call, Progress progress) throws InterruptedException;

    /** What a client must be able to do for {@code tool}, by the names of MCP's client capabilities. */
    Set<String> needs(ToolName tool);

    /** Calls {@code listener} after each change of the list, on a thread of the service's. Closing ends that. */
    AutoCloseable onListChanged(Runnable listener);

    /**
     * The tools at one moment.
     *
     * @param revision another one for each change
     * @param tools in the catalogue's order
     */
    record Listing(long revision, List<Description> tools) {
        public Listing {
            tools = List.copyOf(tools);
        }
    }

    /**
     * A tool as advertised (MCP 2025-11-25, server/tools).
     *
     * @param outputSchema or null where the tool gives text only
     * @param annotations {@code readOnlyHint}, {@code destructiveHint}, {@code idempotentHint}, {@code openWorldHint}
     */
    record Description(
            String name,
            String description,
            JsonNode inputSchema,
            @Nullable JsonNode outputSchema,
            JsonNode annotations) {}
}
