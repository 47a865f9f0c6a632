package dev.countergate.policy.template;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.JsonText;
import dev.countergate.policy.parameter.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One rendering under way: the arguments, and what was found wrong with them so far. */
final class Filling {
    private final Arguments arguments;
    private final List<Fault> faults = new ArrayList<>();

    Filling(Arguments arguments) {
        this.arguments = arguments;
    }

    /** The value given or else the default; null where there is neither. JSON null counts as not given. */
    @Nullable JsonNode value(Parameter parameter) {
        JsonNode given = arguments.value(parameter.name()).orElse(null);
        if (given != null && !given.isNull()) {
            return given;
        }
        JsonNode standIn = parameter.defaultValue();
        return standIn == null || standIn.isNull() ? null : standIn;
    }

    /** The value as one text; an absent one, an array or an object is a fault. */
    String text(Parameter parameter) {
        JsonNode value = value(parameter);
        return value == null
                ? refuse(parameter, "is needed here", "give it")
                : text(parameter, value);
    }

    /** The values of an array as texts, or a scalar as the only one; none at all is a fault. */
    List<String> texts(Parameter parameter) {
        JsonNode value = value(parameter);
        if (value == null || !value.isArray()) {
            return List.of(text(parameter));
        }
        List<String> texts = new ArrayList<>();
        value.forEach(item -> texts.add(text(parameter, item)));
        if (texts.isEmpty()) {
            refuse(parameter, "is empty", "give at least one item");
        }
        return texts;
    }

    private String text(Parameter parameter, JsonNode value) {
        if (value.isArray() || value.isObject() || value.isNull()) {
            return refuse(
                    parameter, "must be a single value here", "give a string, number or boolean");
        }
        String text = value.isNumber() ? JsonText.exact(value) : JsonText.plain(value);
        return wellFormed(parameter, text);
    }

    /** The text, unless it holds half a surrogate pair, which would be sent as another character. */
    String wellFormed(Parameter parameter, String text) {
        return text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)
                ? refuse(parameter, "holds a lone surrogate", "send well-formed Unicode")
                : text;
    }

    /** Notes what is wrong with a value; the empty text stands in until the rendering is given up. */
    String refuse(Parameter parameter, String problem, String remedy) {
        Fault fault = new Fault(parameter.name(), problem, remedy);
        if (!faults.contains(fault)) {
            faults.add(fault);
        }
        return "";
    }

    boolean hasFaults() {
        return !faults.isEmpty();
    }

    /** What was rendered, unless something was found wrong. */
    <T> Checked<T> outcome(T rendered) {
        return faults.isEmpty() ? Checked.valid(rendered) : Checked.invalid(faults);
    }
}
