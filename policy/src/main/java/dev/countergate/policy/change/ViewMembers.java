package dev.countergate.policy.change;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Takes the members of an object one by one and notices what is missing, of another type, or left over. */
final class ViewMembers {
    private final String name;
    private final JsonNode object;
    private final Set<String> left;

    ViewMembers(String name, JsonNode object) {
        this.name = name;
        this.object = object;
        if (!object.isObject()) {
            throw new Unknown(name);
        }
        left = new TreeSet<>(object.propertyNames());
    }

    /** Says that a core is not one this renderer can show whole. */
    static final class Unknown extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unknown(String name) {
            super("the core's `" + name + "` is not what this version can show");
        }
    }

    private JsonNode take(String member) {
        JsonNode value = object.get(member);
        if (value == null) {
            throw unknown(member);
        }
        left.remove(member);
        return value;
    }

    Unknown unknown(String member) {
        return new Unknown(name + "." + member);
    }

    String text(String member) {
        JsonNode value = take(member);
        if (!value.isString()) {
            throw unknown(member);
        }
        return value.stringValue();
    }

    @Nullable String textOrNull(String member) {
        return isNull(member) ? null : text(member);
    }

    boolean isNull(String member) {
        if (take(member).isNull()) {
            return true;
        }
        left.add(member);
        return false;
    }

    boolean has(String member) {
        return object.has(member);
    }

    long number(String member) {
        JsonNode value = take(member);
        if (!value.isIntegralNumber()) {
            throw unknown(member);
        }
        return value.longValue();
    }

    @Nullable Boolean truthOrNull(String member) {
        JsonNode value = take(member);
        if (!value.isBoolean() && !value.isNull()) {
            throw unknown(member);
        }
        return value.isNull() ? null : value.booleanValue();
    }

    ViewMembers object(String member) {
        return new ViewMembers(name + "." + member, take(member));
    }

    Iterable<JsonNode> array(String member) {
        JsonNode value = take(member);
        if (!value.isArray()) {
            throw unknown(member);
        }
        return value;
    }

    /** Every member not taken yet, in the order of their names. */
    Set<Map.Entry<String, JsonNode>> rest() {
        left.clear();
        return object.properties();
    }

    /** Demands that everything was taken. */
    void end() {
        if (!left.isEmpty()) {
            throw unknown(String.join(",", left));
        }
    }
}
