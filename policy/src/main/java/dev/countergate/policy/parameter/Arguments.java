package dev.countergate.policy.parameter;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The values bound to a tool's parameters: given ones and defaults, in the order of declaration, each known to satisfy
 * its parameter. Immutable as long as nobody changes a {@link JsonNode} they were handed, which nobody may.
 */
public final class Arguments {
    private static final Arguments NONE = new Arguments(Map.of());

    private final Map<String, JsonNode> values;

    private Arguments(Map<String, JsonNode> values) {
        this.values = values;
    }

    /** The arguments of a call that bound nothing. */
    public static Arguments none() {
        return NONE;
    }

    /** The arguments {@code values}, already checked against their parameters. */
    public static Arguments of(Map<String, JsonNode> values) {
        return new Arguments(Collections.unmodifiableMap(new LinkedHashMap<>(values)));
    }

    /** The value bound to {@code name}; JSON null is a value, and empty means neither given nor defaulted. */
    public Optional<JsonNode> value(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** The names that have a value, in the order of declaration. */
    public Set<String> names() {
        return values.keySet();
    }

    /** All values by name, in the order of declaration; unmodifiable. */
    public Map<String, JsonNode> asMap() {
        return values;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Arguments that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
