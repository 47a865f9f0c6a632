package dev.countergate.server.call;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Arguments;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Binds a call's arguments to its tool, with what the effect adds to the tool's own parameters. */
final class Binding {
    /** What precedes every free text of a notification, so that its readers know who wrote it. */
    static final String WRITTEN_BY_AGENT = "[written by an AI agent] ";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Binding() {}

    /** The arguments of a call of {@code tool}, or all that is wrong with them. */
    static Checked<Arguments> bind(Tool tool, JsonNode arguments) {
        return switch (tool.effect()) {
            case READ, FORBIDDEN -> tool.parameters().bind(arguments);
            case NOTIFY ->
                    tool.parameters()
                            .bind(arguments)
                            .then(bound -> Checked.valid(labelled(tool, arguments, bound)));
            case WRITE -> bindWrite(tool, arguments);
        };
    }

    /** Why the agent asks for a write, in its words; null where it does not say. */
    static @Nullable String reason(JsonNode arguments) {
        JsonNode reason = arguments.path(ToolListing.REASON);
        return reason.isString() ? reason.stringValue() : null;
    }

    private static Checked<Arguments> bindWrite(Tool tool, JsonNode arguments) {
        if (!(arguments instanceof ObjectNode given) || !given.has(ToolListing.REASON)) {
            return tool.parameters().bind(arguments);
        }
        JsonNode reason = given.get(ToolListing.REASON);
        if (!reason.isString() || reason.stringValue().length() > ToolListing.REASON_LENGTH_MAX) {
            return Checked.invalid(
                    new Fault(
                            ToolListing.REASON,
                            "not a text of at most "
                                    + ToolListing.REASON_LENGTH_MAX
                                    + " characters",
                            "shorten it or leave it out"));
        }
        ObjectNode rest = given.deepCopy();
        rest.remove(ToolListing.REASON);
        return tool.parameters().bind(rest);
    }

    /** What the operator wrote as a default, or allowed word by word, is not the agent's. */
    private static Arguments labelled(Tool tool, JsonNode given, Arguments bound) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        bound.asMap()
                .forEach(
                        (name, value) -> {
                            boolean isAgents =
                                    given.has(name)
                                            && !tool.parameters()
                                                    .find(name)
                                                    .orElseThrow()
                                                    .isConstrained();
                            values.put(name, isAgents ? labelled(value) : value);
                        });
        return Arguments.of(values);
    }

    private static JsonNode labelled(JsonNode value) {
        if (value.isString()) {
            return NODES.stringNode(WRITTEN_BY_AGENT + value.stringValue());
        }
        if (value.isArray()) {
            ArrayNode items = NODES.arrayNode();
            value.forEach(item -> items.add(labelled(item)));
            return items;
        }
        if (value.isObject()) {
            ObjectNode members = NODES.objectNode();
            value.properties()
                    .forEach(member -> members.set(member.getKey(), labelled(member.getValue())));
            return members;
        }
        return value;
    }
}
