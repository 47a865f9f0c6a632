package dev.countergate.policy.revision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Gathers differences and words them. Not thread safe. */
final class Differences {
    private static final List<String> NAMES = List.of("name", "id", "key", "person");

    private final List<Difference> found = new ArrayList<>();

    List<Difference> found() {
        return found;
    }

    void tell(Judgement judgement, String text) {
        found.add(new Difference(judgement, text));
    }

    /** Tells each place below {@code path} where two values differ; null stands for none. */
    void tell(
            Judgement judgement, String path, @Nullable JsonNode before, @Nullable JsonNode after) {
        int toldBefore = found.size();
        descend(judgement, path, before, after);
        if (found.size() == toldBefore) {
            tell(judgement, path + ": in another order");
        }
    }

    private void descend(
            Judgement judgement, String path, @Nullable JsonNode before, @Nullable JsonNode after) {
        if (before == null) {
            tell(judgement, path + ": added " + (after == null ? "" : shown(after)));
        } else if (after == null) {
            tell(judgement, path + ": removed " + shown(before));
        } else if (!before.equals(after)) {
            Map<String, JsonNode> partsBefore = parts(before, path);
            Map<String, JsonNode> partsAfter = parts(after, path);
            if (partsBefore.isEmpty() || partsAfter.isEmpty()) {
                tell(judgement, path + ": " + shown(before) + " -> " + shown(after));
                return;
            }
            Set<String> keys = new LinkedHashSet<>(partsBefore.keySet());
            keys.addAll(partsAfter.keySet());
            keys.forEach(key -> descend(judgement, key, partsBefore.get(key), partsAfter.get(key)));
        }
    }

    /** The members of an object, or the items of a list where each says its name, by path; empty for anything else. */
    private static Map<String, JsonNode> parts(JsonNode value, String path) {
        Map<String, JsonNode> parts = new LinkedHashMap<>();
        if (value.isObject()) {
            value.properties()
                    .forEach(member -> parts.put(path + "." + member.getKey(), member.getValue()));
        } else if (value.isArray()) {
            for (JsonNode item : value) {
                String name = name(item);
                if (name == null || parts.put(path + "." + name, item) != null) {
                    return Map.of();
                }
            }
        }
        return parts;
    }

    private static @Nullable String name(JsonNode item) {
        for (String key : NAMES) {
            if (item.isObject() && item.path(key).isString()) {
                return item.path(key).stringValue();
            }
        }
        return null;
    }

    /** The keys whose values differ. */
    static Set<String> keys(JsonNode before, JsonNode after) {
        Set<String> keys = new TreeSet<>(before.propertyNames());
        keys.addAll(after.propertyNames());
        keys.removeIf(key -> before.has(key) && Objects.equals(before.get(key), after.get(key)));
        return keys;
    }

    /** A value on one line, in ASCII, so that nothing in it looks like something else. */
    static String shown(JsonNode value) {
        String text = value.toString();
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7F) {
                shown.append(c);
            } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return shown.toString();
    }
}
