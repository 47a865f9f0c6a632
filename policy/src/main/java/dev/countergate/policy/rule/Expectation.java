package dev.countergate.policy.rule;

import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.countergate.policy.call.Checked;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a read is expected to show: a CEL expression over {@code result}, its structured content, and {@code value}, its
 * number when it is exactly one finite sample. Thread safe.
 */
public final class Expectation {
    /** Built once: a catalogue has many expectations, and the compiler's standard library costs more than they do. */
    private static final Expressions EXPRESSIONS =
            new Expressions(Map.of("value", SimpleType.DYN, "result", SimpleType.DYN));

    private final Expressions.Compiled compiled;

    private Expectation(Expressions.Compiled compiled) {
        this.compiled = compiled;
    }

    /** Compiles {@code text}; faults bear {@code subject}. */
    public static Checked<Expectation> compile(String subject, String text) {
        return EXPRESSIONS
                .compile(subject, text)
                .then(compiled -> Checked.valid(new Expectation(compiled)));
    }

    /**
     * Whether {@code result} is as expected. An expectation that cannot be evaluated is not met.
     *
     * @param value the read's number, or null when it has none; an expectation over {@code value} is then not met
     */
    public boolean isMetBy(JsonNode result, @Nullable Double value) {
        if (value != null && !Double.isFinite(value)) {
            return false;
        }
        try {
            Object seen = Activation.value(result);
            return compiled.holds(
                    value == null
                            ? Map.of("result", seen)
                            : Map.of("result", seen, "value", value));
        } catch (CelEvaluationException | IllegalArgumentException fault) {
            return false;
        }
    }
}
