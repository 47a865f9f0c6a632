package dev.countergate.server.yaml;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What a plain scalar stands for, as js-yaml 4.1's default schema has it: YAML 1.2's core schema, underscores in
 * numbers, {@code 0b}, and timestamps. {@code yes}, {@code no}, {@code on} and {@code 1:30} are strings.
 */
final class ScalarResolver {
    /** Beyond this a number loses digits where numbers are doubles (RFC 8259 section 6). */
    private static final long EXACT_MAX = (1L << 53) - 1;

    private static final Pattern INTEGER =
            Pattern.compile(
                    "[-+]?(?:0b_*[01][01_]*|0x_*[0-9a-fA-F][0-9a-fA-F_]*|0o_*[0-7][0-7_]*|[0-9][0-9_]*)");
    private static final Pattern FLOAT =
            Pattern.compile(
                    "[-+]?[0-9][0-9_]*(?:\\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?");
    private static final Pattern NOT_FINITE =
            Pattern.compile("[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");
    private static final Pattern TIMESTAMP =
            Pattern.compile(
                    "[0-9]{4}-[0-9]{2}-[0-9]{2}"
                            + "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}"
                            + "(?:\\.[0-9]*)?(?:[ \\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?");

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ScalarResolver() {}

    /** What came of a scalar: a JSON value, or why there is none. */
    sealed interface Resolved {
        record Value(JsonNode json) implements Resolved {}

        record Unfit(String problem, String remedy) implements Resolved {}
    }

    static Resolved resolve(String text) {
        if (isNull(text)) {
            return new Resolved.Value(JSON.nullNode());
        }
        Optional<Boolean> bool = bool(text);
        if (bool.isPresent()) {
            return new Resolved.Value(JSON.booleanNode(bool.get()));
        }
        char first = text.charAt(0);
        if ((first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.') {
            return number(text);
        }
        return new Resolved.Value(JSON.stringNode(text));
    }

    static boolean isNull(String text) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> true;
            default -> false;
        };
    }

    static Optional<Boolean> bool(String text) {
        return switch (text) {
            case "true", "True", "TRUE" -> Optional.of(true);
            case "false", "False", "FALSE" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /** A number where {@code text} is one; a string otherwise. */
    static Resolved number(String text) {
        if (!text.endsWith("_")) {
            if (INTEGER.matcher(text).matches()) {
                return integer(text.replace("_", ""));
            }
            if (FLOAT.matcher(text).matches()) {
                return decimal(Double.parseDouble(text.replace("_", "")), text);
            }
        }
        if (NOT_FINITE.matcher(text).matches()) {
            return new Resolved.Unfit(
                    "`" + text + "` is not a finite number", "give one, or quote it");
        }
        if (TIMESTAMP.matcher(text).matches()) {
            return new Resolved.Unfit(
                    "`" + text + "` is a date to YAML", "quote it to mean the text");
        }
        return new Resolved.Value(JSON.stringNode(text));
    }

    private static Resolved integer(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        int radix =
                digits.startsWith("0b")
                        ? 2
                        : digits.startsWith("0o") ? 8 : digits.startsWith("0x") ? 16 : 10;
        BigInteger value = new BigInteger(radix == 10 ? digits : digits.substring(2), radix);
        if (value.bitLength() > 53) {
            return tooLarge(text);
        }
        return whole(negative ? -value.longValue() : value.longValue());
    }

    private static Resolved decimal(double value, String text) {
        if (Double.isInfinite(value)) {
            return tooLarge(text);
        }
        if (value == Math.rint(value) && Math.abs(value) <= EXACT_MAX) {
            return whole((long) value);
        }
        return new Resolved.Value(JSON.numberNode(value));
    }

    private static Resolved whole(long value) {
        return new Resolved.Value(
                value == (int) value ? JSON.numberNode((int) value) : JSON.numberNode(value));
    }

    private static Resolved tooLarge(String text) {
        return new Resolved.Unfit(
                "`" + text + "` is beyond 2^53 - 1 and would lose digits",
                "quote it to mean the text");
    }
}
