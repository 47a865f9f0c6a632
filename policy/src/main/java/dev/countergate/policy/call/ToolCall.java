package dev.countergate.policy.call;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One call as it was asked, before anything about it was checked.
 *
 * @param id names this call in logs and records; unique within the daemon's life
 * @param tool the tool's name; whether there is one is found out later
 * @param arguments the call's {@code arguments} member as received; not yet known to be an object. Nobody changes it
 * @param caller who calls
 * @param session the session it came through
 * @param trace the trace it belongs to, or null
 */
public record ToolCall(
        String id,
        ToolName tool,
        JsonNode arguments,
        Caller caller,
        ClientSession session,
        @Nullable TraceContext trace) {
    /** Who calls, however much they ask for. */
    public PrincipalId principal() {
        return caller.principal();
    }
}
