package dev.countergate.policy.parameter;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much it takes to compile an expression that an agent wrote. The compiler descends into each group and writes
 * counted repetitions out: ten thousand parentheses end its stack, and {@code ((a{1000}){1000}){1000}} its memory.
 */
public final class RegexSize {
    /** The longest expression, in characters; so no more than half as many groups lie inside each other. */
    public static final int LENGTH_MAX = 1_000;

    /** The most that an expression may come to with its counted repetitions written out, in characters. */
    public static final int EXPANDED_MAX = 10_000;

    private static final Pattern COUNT = Pattern.compile("\\{([0-9]+)(?:,([0-9]*))?\\}");

    private RegexSize() {}

    /** Whether {@code expression} passes one of the bounds. */
    public static boolean isTooLarge(String expression) {
        return expression.length() > LENGTH_MAX || expanded(expression) > EXPANDED_MAX;
    }

    static String problem(String expression) {
        return expression.length() > LENGTH_MAX
                ? "is an expression of "
                        + expression.length()
                        + " characters; the limit is "
                        + LENGTH_MAX
                : "is an expression whose counted repetitions, written out, pass the limit of "
                        + EXPANDED_MAX
                        + " characters";
    }

    /**
     * At least as many characters as {@code expression} comes to: a repetition of one character adds its count, that of
     * anything longer multiplies the whole. What is no repetition, being escaped or in a class, counts as one too.
     */
    private static double expanded(String expression) {
        double characters = expression.length();
        double times = 1;
        Matcher counts = COUNT.matcher(expression);
        while (counts.find()) {
            double count = count(counts);
            boolean ofOneCharacter =
                    counts.start() > 0
                            && ")}*+?".indexOf(expression.charAt(counts.start() - 1)) < 0;
            if (ofOneCharacter) {
                characters += count;
            } else {
                times *= Math.max(count, 1);
            }
        }
        return characters * times;
    }

    private static double count(Matcher counts) {
        String most = counts.group(2);
        return Double.parseDouble(most == null || most.isEmpty() ? counts.group(1) : most);
    }
}
