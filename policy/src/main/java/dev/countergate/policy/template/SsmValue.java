package dev.countergate.policy.template;

import dev.countergate.policy.parameter.Parameter;

/** What holds for every value on its way to AWS Systems Manager, whatever position it takes. */
final class SsmValue {
    private SsmValue() {}

    /** The value, unless Systems Manager or a shell on the instance would read more into it than text. */
    static String sound(Parameter parameter, String value, Filling filling) {
        if (value.contains("{{")) {
            return filling.refuse(
                    parameter,
                    "holds `{{`, which Systems Manager would resolve as a reference",
                    "leave it out");
        }
        boolean hasBreak =
                value.chars()
                        .anyMatch(
                                c ->
                                        c == '\0'
                                                || c == '\n'
                                                || c == '\r'
                                                || c == 0x0B
                                                || c == '\f'
                                                || c == 0x85
                                                || c == 0x2028
                                                || c == 0x2029);
        return hasBreak
                ? filling.refuse(parameter, "holds a line break or NUL", "give one line of text")
                : value;
    }

    /** How many references {@code text} opens; overlapping ones count each. */
    static int references(String text) {
        int count = 0;
        for (int i = text.indexOf("{{"); i >= 0; i = text.indexOf("{{", i + 1)) {
            count++;
        }
        return count;
    }
}
