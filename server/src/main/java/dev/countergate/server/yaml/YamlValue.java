package dev.countergate.server.yaml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A value of a YAML document, and where it stands. What an alias stands for has the anchor's place. */
public sealed interface YamlValue {
    /** Where it begins. */
    Position at();

    /** The value as JSON. */
    JsonNode json();

    /** What it is, for a sentence: {@code a string}, {@code a list}. */
    String kind();

    /**
     * A string, number, boolean or null.
     *
     * @param json the value
     */
    record Scalar(JsonNode json, Position at) implements YamlValue {
        /** The text an author would recognise: a string bare, a number as JSON writes it. */
        public String text() {
            return json.isString() ? json.stringValue() : json.toString();
        }

        @Override
        public String kind() {
            return switch (json.getNodeType()) {
                case STRING -> "a string";
                case NUMBER -> "a number";
                case BOOLEAN -> "a boolean";
                case NULL -> "empty";
                case ARRAY, BINARY, MISSING, OBJECT, POJO ->
                        throw new IllegalStateException("not a scalar: " + json.getNodeType());
            };
        }
    }

    /**
     * A list.
     *
     * @param items in order
     */
    record Sequence(List<YamlValue> items, Position at) implements YamlValue {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public JsonNode json() {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            items.forEach(item -> array.add(item.json()));
            return array;
        }

        @Override
        public String kind() {
            return "a list";
        }
    }

    /**
     * A mapping.
     *
     * @param entries by key, in the order of the file
     */
    record Mapping(Map<String, Entry> entries, Position at) implements YamlValue {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        /** The value of {@code key}, or null; an empty value is a value. */
        public @Nullable YamlValue value(String key) {
            Entry entry = entries.get(key);
            return entry == null ? null : entry.value();
        }

        @Override
        public JsonNode json() {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            entries.forEach((key, entry) -> object.set(key, entry.value().json()));
            return object;
        }

        @Override
        public String kind() {
            return "a mapping";
        }
    }

    /**
     * A member of a mapping.
     *
     * @param keyAt where its key stands
     * @param value what the key stands for
     */
    record Entry(Position keyAt, YamlValue value) {}
}
