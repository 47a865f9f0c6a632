package dev.countergate.policy.template;

import dev.countergate.policy.parameter.Parameter;

/** A part of a text with placeholders. */
sealed interface Part {
    /** Text that means itself. */
    record Literal(String text) implements Part {}

    /** A parameter whose value stands here. */
    record Value(Parameter parameter) implements Part {}
}
