package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.ParameterType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a label or a line is compared with: a text or an expression, with values in it that stand for themselves. */
final class LabelComparison {
    private final List<Part> parts;
    private final @Nullable RegexParts expression;
    private final boolean takesNothing;

    private LabelComparison(
            List<Part> parts, @Nullable RegexParts expression, boolean takesNothing) {
        this.parts = parts;
        this.expression = expression;
        this.takesNothing = takesNothing;
    }

    /**
     * Checks that each value has a place here.
     *
     * @param isRegex whether the operator is {@code =~}, {@code !~} or {@code |~}
     * @param takesNothing whether an omitted or empty value may make the whole match all, as {@code |= ""} does
     */
    static LabelComparison of(
            List<Part> parts, boolean isRegex, boolean takesNothing, List<Fault> faults) {
        for (Part part : parts) {
            if (part instanceof Part.Value(Parameter parameter)) {
                if (!takesNothing) {
                    Placing.requireAlwaysThere(parameter, faults);
                }
                if (!isRegex
                        && (parameter.type() == ParameterType.ARRAY
                                || parameter.type() == ParameterType.OBJECT)) {
                    faults.add(
                            new Fault(
                                    parameter.name(),
                                    "cannot be compared as one text: it is "
                                            + parameter.type().word(),
                                    "compare an array with =~ or !~"));
                }
            }
        }
        return new LabelComparison(
                parts, isRegex ? RegexParts.of(parts, faults) : null, takesNothing);
    }

    /** The text or expression to compare with; empty where an omitted value makes it match all. */
    String render(Filling filling) {
        for (Part part : parts) {
            if (part instanceof Part.Value(Parameter parameter)) {
                if (filling.value(parameter) == null && takesNothing) {
                    return "";
                }
                if (!takesNothing && filling.texts(parameter).contains("")) {
                    filling.refuse(
                            parameter,
                            "is empty, which would match what has no such label",
                            "give a text");
                }
            }
        }
        if (expression != null) {
            return expression.render(filling);
        }
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            switch (part) {
                case Part.Literal(String literal) -> text.append(literal);
                case Part.Value(Parameter parameter) -> text.append(filling.text(parameter));
            }
        }
        return text.toString();
    }
}
