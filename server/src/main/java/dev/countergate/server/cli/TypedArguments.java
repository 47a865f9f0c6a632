package dev.countergate.server.cli;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Arguments typed as {@code k=v}, turned into what an agent would send: numbers, booleans, arrays and objects where the
 * tool's schema has them. A value that does not fit goes as the text it is, so that the server says what is wrong with
 * it, as it would to an agent.
 */
final class TypedArguments {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonMapper JSON = new JsonMapper();

    private TypedArguments() {}

    /**
     * The call's {@code arguments}.
     *
     * @param inputSchema of the tool, as {@code tools/list} has it
     * @param typed each {@code k=v}; a name given again adds to an array
     */
    static ObjectNode of(JsonNode inputSchema, List<String> typed) {
        ObjectNode arguments = NODES.objectNode();
        for (String each : typed) {
            int equals = each.indexOf('=');
            String name = each.substring(0, equals);
            String text = each.substring(equals + 1);
            JsonNode schema = inputSchema.path("properties").path(name);
            JsonNode value = value(schema, text);
            if (arguments.get(name) instanceof ArrayNode before
                    && value instanceof ArrayNode more) {
                before.addAll(more);
            } else {
                arguments.set(name, value);
            }
        }
        return arguments;
    }

    private static JsonNode value(JsonNode schema, String text) {
        return switch (schema.path("type").asString("string")) {
            case "integer", "number" -> number(text);
            case "boolean" ->
                    switch (text.toLowerCase(Locale.ROOT)) {
                        case "true" -> NODES.booleanNode(true);
                        case "false" -> NODES.booleanNode(false);
                        default -> NODES.stringNode(text);
                    };
            case "array" ->
                    text.startsWith("[")
                            ? json(text)
                            : NODES.arrayNode().add(value(schema.path("items"), text));
            case "object" -> json(text);
            default -> NODES.stringNode(text);
        };
    }

    private static JsonNode number(String text) {
        try {
            return NODES.numberNode(new BigDecimal(text));
        } catch (NumberFormatException notOne) {
            return NODES.stringNode(text);
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException notOne) {
            return NODES.stringNode(text);
        }
    }
}
