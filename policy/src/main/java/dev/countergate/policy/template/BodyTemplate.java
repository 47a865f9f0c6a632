package dev.countergate.policy.template;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.Parameters;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A JSON tree whose leaves may hold placeholders; a leaf that is nothing but one keeps its value's JSON type. */
@SuppressWarnings("DoNotCallSuggester")
public final class BodyTemplate {
    private BodyTemplate() {}

    /** Parses a tree; member names are text, never placeholders. */
    public static Checked<BodyTemplate> parse(JsonNode tree, Parameters declared) {
        throw dev.countergate.policy.call.Unwritten.yet();
    }

    /** The names of the parameters its placeholders stand for. */
    public Set<String> parameters() {
        throw dev.countergate.policy.call.Unwritten.yet();
    }

    /** The tree with its values put in; a member whose whole value is an absent optional is left out. */
    public Checked<JsonNode> render(Arguments arguments) {
        throw dev.countergate.policy.call.Unwritten.yet();
    }
}
