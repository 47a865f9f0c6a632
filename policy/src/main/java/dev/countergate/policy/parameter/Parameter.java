package dev.countergate.policy.parameter;

import dev.countergate.policy.call.Checked;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One parameter as a catalogue declares it, known to be consistent in itself.
 *
 * @param name as an argument is named
 * @param description for the agent; may be empty
 * @param type the JSON type of its values
 * @param allowed the values it may take, each of {@code type}; empty means any
 * @param required whether a call must give it; never together with a default
 * @param defaultValue what stands for it when a call does not give it, or null
 * @param pattern an RE2 expression the whole value must match, or null; strings, and the items of arrays, only
 * @param format what a string is declared to be, or null
 * @param minimum the least value, or null; a number, or a duration's text where {@code format} is a duration
 * @param maximum the greatest value, or null; like {@code minimum}
 * @param within the folders a {@link Format#PATH} must lie in; empty for every other format
 */
public record Parameter(
        String name,
        String description,
        ParameterType type,
        List<JsonNode> allowed,
        boolean required,
        @Nullable JsonNode defaultValue,
        @Nullable String pattern,
        @Nullable Format format,
        @Nullable String minimum,
        @Nullable String maximum,
        List<String> within) {
    public Parameter {
        allowed = List.copyOf(allowed);
        within = List.copyOf(within);
        if (required && defaultValue != null) {
            throw new IllegalArgumentException(
                    "a required parameter has no default: `" + name + "`");
        }
    }

    /**
     * Whether {@code value} may be bound to it. JSON null stands for "not given" and fits an optional parameter.
     *
     * @return the value, or the faults found in it, each naming this parameter; of very many only the first
     */
    public Checked<JsonNode> check(JsonNode value) {
        ValueCheck check = new ValueCheck(this);
        Faults faults = new Faults();
        if (check.isSound(value, faults)) {
            check.check(value, faults);
        }
        return faults.isEmpty() ? Checked.valid(value) : Checked.invalid(faults.list());
    }

    /** Whether its value is held by something narrower than "any text": a scalar type, an enum, a pattern or a format. */
    public boolean isConstrained() {
        return !allowed.isEmpty()
                || pattern != null
                || format != null
                || switch (type) {
                    case NUMBER, INTEGER, BOOLEAN -> true;
                    case STRING, ARRAY, OBJECT -> false;
                };
    }
}
