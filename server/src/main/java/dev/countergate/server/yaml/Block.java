package dev.countergate.server.yaml;

import dev.countergate.server.yaml.YamlValue.Entry;
import dev.countergate.server.yaml.YamlValue.Mapping;
import dev.countergate.server.yaml.YamlValue.Scalar;
import dev.countergate.server.yaml.YamlValue.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A mapping known to fit its shape: the raw form of a piece of the file. A key that is left out, empty or was found unfit
 * reads as absent.
 *
 * @param mapping its members
 * @param shape what it fits
 * @param path the key it stands under, for reports
 */
public record Block(Mapping mapping, Shape.Block shape, String path) {
    /** Where it begins. */
    public Position at() {
        return mapping.at();
    }

    /** The path of one of its keys. */
    public String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** Whether {@code key} is given. */
    public boolean has(String key) {
        return value(key) != null;
    }

    /** The value of {@code key}, or null. */
    public @Nullable YamlValue value(String key) {
        if (!shape.keys().containsKey(key)) {
            throw new IllegalArgumentException(
                    "`" + key + "` is not declared in `" + shape.name() + "`");
        }
        return mapping.value(key);
    }

    /** Where the key {@code key} stands; the block's beginning if it does not. */
    public Position keyAt(String key) {
        Entry entry = mapping.entries().get(key);
        return entry == null ? at() : entry.keyAt();
    }

    /** The scalar under {@code key} as text, or null. */
    public @Nullable Text text(String key) {
        return value(key) instanceof Scalar scalar ? Text.of(scalar, path(key)) : null;
    }

    /** The string under {@code key}, or {@code otherwise}. */
    public String string(String key, String otherwise) {
        Text text = text(key);
        return text == null ? otherwise : text.value();
    }

    /** The boolean under {@code key}; empty when absent. */
    public Optional<Boolean> flag(String key) {
        return value(key) instanceof Scalar scalar && scalar.json().isBoolean()
                ? Optional.of(scalar.json().booleanValue())
                : Optional.empty();
    }

    /** The whole number under {@code key}; empty when absent. */
    public OptionalInt whole(String key) {
        return value(key) instanceof Scalar scalar && scalar.json().isIntegralNumber()
                ? OptionalInt.of(scalar.json().intValue())
                : OptionalInt.empty();
    }

    /** The value under {@code key} as JSON; empty when absent. */
    public Optional<JsonNode> json(String key) {
        YamlValue value = value(key);
        return value == null ? Optional.empty() : Optional.of(value.json());
    }

    /** The block under {@code key}, which has the shape {@code of}; null when absent or something else. */
    public @Nullable Block block(String key, Shape.Block of) {
        return value(key) instanceof Mapping inner ? new Block(inner, of, path(key)) : null;
    }

    /** The blocks of the list under {@code key}. */
    public List<Block> blocks(String key, Shape.Block of) {
        return items(
                key,
                (item, itemPath) ->
                        item instanceof Mapping inner ? new Block(inner, of, itemPath) : null);
    }

    /** The scalars of the list under {@code key}; a scalar in place of the list counts as a list of one. */
    public List<Text> texts(String key) {
        if (value(key) instanceof Scalar scalar) {
            return List.of(Text.of(scalar, path(key)));
        }
        return items(
                key,
                (item, itemPath) ->
                        item instanceof Scalar scalar ? Text.of(scalar, itemPath) : null);
    }

    /** The members of the mapping under {@code key}, in order. */
    public Map<String, Entry> members(String key) {
        return value(key) instanceof Mapping inner ? inner.entries() : Map.of();
    }

    /** The scalar members of the mapping under {@code key}, in order. */
    public Map<String, Text> textMembers(String key) {
        Map<String, Text> texts = new LinkedHashMap<>();
        members(key)
                .forEach(
                        (name, entry) -> {
                            if (entry.value() instanceof Scalar scalar) {
                                texts.put(name, Text.of(scalar, path(key) + "." + name));
                            }
                        });
        return texts;
    }

    private <T> List<T> items(String key, BiFunction<YamlValue, String, @Nullable T> read) {
        List<T> items = new ArrayList<>();
        if (value(key) instanceof Sequence sequence) {
            for (int i = 0; i < sequence.items().size(); i++) {
                YamlValue item = sequence.items().get(i);
                T value = read.apply(item, ShapeCheck.named(item, path(key), i));
                if (value != null) {
                    items.add(value);
                }
            }
        }
        return items;
    }
}
