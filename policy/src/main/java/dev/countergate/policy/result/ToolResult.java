package dev.countergate.policy.result;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an agent gets: bounded, free of secrets, foreign text marked as such.
 *
 * @param texts the text blocks in order, at least one
 * @param structured what MCP calls {@code structuredContent}, or null; never with an error
 * @param error why the call failed, or null
 */
public record ToolResult(
        List<String> texts, @Nullable JsonNode structured, @Nullable ErrorBody error) {
    public ToolResult {
        texts = List.copyOf(texts);
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("a result has at least one text block");
        }
        if (structured != null && error != null) {
            throw new IllegalArgumentException(
                    "clients check structured content even of an error: give none");
        }
    }

    /** Whether this is an error to MCP. */
    public boolean isError() {
        return error != null;
    }

    /**
     * An error an agent can act on; stands in {@code _meta["dev.countergate/error"]}.
     *
     * @param code stable, such as {@code INVALID_ARGUMENT}
     * @param message one sentence
     * @param hint what to do next; may be empty
     * @param rule the id of the rule that refused, or null
     * @param faults one line each; empty but for invalid arguments
     */
    public record ErrorBody(
            String code, String message, String hint, @Nullable String rule, List<String> faults) {
        public ErrorBody {
            faults = List.copyOf(faults);
        }
    }
}
