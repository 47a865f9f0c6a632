package dev.countergate.server.yaml;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes a shape down as a JSON Schema (2020-12), for editors. It accepts what {@link ShapeCheck} accepts. */
public final class JsonSchema {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final TreeMap<String, ObjectNode> definitions = new TreeMap<>();
    private final Set<String> begun = new LinkedHashSet<>();

    private JsonSchema() {}

    /**
     * The schema of documents that are a {@code root}, or empty.
     *
     * @param title for people
     */
    public static ObjectNode of(Shape.Block root, String title) {
        JsonSchema writer = new JsonSchema();
        ObjectNode schema = JSON.objectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", title);
        ObjectNode body = writer.block(root);
        body.putArray("type").add("object").add("null");
        schema.setAll(body);
        ObjectNode definitions = schema.putObject("$defs");
        writer.definitions.forEach(definitions::set);
        return schema;
    }

    private ObjectNode schema(Shape shape) {
        return switch (shape) {
            case Shape.Text text -> {
                ObjectNode schema = typed("string");
                if (!text.pattern().isEmpty()) {
                    schema.put("pattern", "^(?:" + text.pattern() + ")$");
                }
                yield schema;
            }
            case Shape.Whole(long min, long max) -> {
                ObjectNode schema = typed("integer");
                if (min != Long.MIN_VALUE) {
                    schema.put("minimum", min);
                }
                if (max != Long.MAX_VALUE) {
                    schema.put("maximum", max);
                }
                yield schema;
            }
            case Shape.Numeric(double min, boolean exclusive) -> {
                ObjectNode schema = typed("number");
                if (min != Double.NEGATIVE_INFINITY) {
                    schema.put(exclusive ? "exclusiveMinimum" : "minimum", (long) min);
                }
                yield schema;
            }
            case Shape.Flag flag -> typed("boolean");
            case Shape.True yes -> JSON.objectNode().put("const", true);
            case Shape.Words(List<String> words, boolean anyCase) -> words(words, anyCase);
            case Shape.Anything anything -> JSON.objectNode();
            case Shape.ListOf(Shape item, int min) -> {
                ObjectNode schema = typed("array");
                schema.set("items", schema(item));
                if (min > 0) {
                    schema.put("minItems", min);
                }
                yield schema;
            }
            case Shape.MapOf(Shape.Text keys, Shape value) -> {
                ObjectNode schema = typed("object");
                if (!keys.pattern().isEmpty()) {
                    schema.putObject("propertyNames")
                            .put("pattern", "^(?:" + keys.pattern() + ")$");
                }
                schema.set("additionalProperties", schema(value));
                yield schema;
            }
            case Shape.Either(List<Shape> alternatives) -> {
                ObjectNode schema = JSON.objectNode();
                ArrayNode anyOf = schema.putArray("anyOf");
                alternatives.forEach(alternative -> anyOf.add(schema(alternative)));
                yield schema;
            }
            case Shape.Block block -> {
                if (begun.add(block.name())) {
                    definitions.put(block.name(), block(block));
                }
                yield JSON.objectNode().put("$ref", "#/$defs/" + block.name());
            }
        };
    }

    private ObjectNode block(Shape.Block block) {
        ObjectNode schema = typed("object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JSON.arrayNode();
        for (Shape.Key key : block.keys().values()) {
            ObjectNode property = schema(key.shape());
            if (!key.required() && !key.nullable()) {
                property = orEmpty(property);
            }
            property.put("description", key.meaning());
            if (key.fallback() != null) {
                property.set("default", key.fallback());
            }
            properties.set(key.name(), property);
            if (key.required()) {
                required.add(key.name());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        if (!block.open()) {
            schema.put("additionalProperties", false);
        }
        return schema;
    }

    /** A key that may be left out may also be left empty. */
    private static ObjectNode orEmpty(ObjectNode schema) {
        if (schema.isEmpty()) {
            return schema;
        }
        ObjectNode either = JSON.objectNode();
        either.putArray("anyOf").add(schema).add(typed("null"));
        return either;
    }

    private static ObjectNode words(List<String> words, boolean anyCase) {
        ObjectNode schema = JSON.objectNode();
        ObjectNode exact = anyCase ? JSON.objectNode() : schema;
        words.forEach(exact.putArray("enum")::add);
        if (anyCase) {
            StringBuilder pattern = new StringBuilder();
            for (String word : words) {
                pattern.append(pattern.isEmpty() ? "^(?:" : "|");
                word.chars()
                        .forEach(
                                c ->
                                        pattern.append('[')
                                                .append((char) c)
                                                .append(
                                                        Character.toString(c)
                                                                .toLowerCase(Locale.ROOT))
                                                .append(']'));
            }
            schema.putArray("anyOf").add(exact).add(typed("string").put("pattern", pattern + ")$"));
        }
        return schema;
    }

    private static ObjectNode typed(String type) {
        return JSON.objectNode().put("type", type);
    }
}
