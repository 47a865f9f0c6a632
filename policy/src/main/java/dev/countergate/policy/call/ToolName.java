package dev.countergate.policy.call;

import java.util.regex.Pattern;

/**
 * The name of a tool, as an agent calls it.
 *
 * @param value a letter or underscore, then letters, digits, underscores and hyphens; at most 128 characters
 */
public record ToolName(String value) {
    /** The longest name, in characters; MCP 2025-11-25 (server/tools, "Tool Names") allows no more. */
    public static final int LENGTH_MAX = 128;

    private static final Pattern SHAPE = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

    public ToolName {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not a tool name: `" + value + "`");
        }
    }

    /** Whether {@code text} may name a tool. */
    public static boolean isValid(String text) {
        return text.length() <= LENGTH_MAX && SHAPE.matcher(text).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
