package dev.countergate.policy.parameter;

import java.math.BigDecimal;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * JSON values as text, byte for byte as JavaScript's {@code String(value)} and {@code JSON.stringify(value)} give it:
 * what a backend received from mcp-http-tools it receives from here.
 */
public final class JsonText {
    /** The most digits of a whole number that was given with an exponent: one of a few letters can stand for millions. */
    private static final int DIGITS_MAX = 40;

    private static final String HEX = "0123456789abcdef";

    private JsonText() {}

    /** A string bare, an object or array as compact JSON, anything else as JSON. */
    public static String plain(JsonNode value) {
        return value.isString() ? value.stringValue() : compact(value);
    }

    /**
     * A number as everything but a {@code url} tool sends it: whole ones digit by digit, so that no id is rounded to its
     * neighbour and none is spelt with an exponent; a fraction as {@link #plain} has it.
     */
    public static String exact(JsonNode number) {
        if (number.isIntegralNumber()) {
            return number.bigIntegerValue().toString();
        }
        BigDecimal value = number.decimalValue().stripTrailingZeros();
        boolean isShort = value.scale() <= 0 && value.precision() - value.scale() <= DIGITS_MAX;
        return isShort ? value.toBigInteger().toString() : plain(number);
    }

    /**
     * Compact JSON: no blanks, members in their order.
     *
     * @throws IllegalArgumentException for a lone surrogate or a number that is not finite; binding admits neither
     */
    public static String compact(JsonNode value) {
        StringBuilder text = new StringBuilder();
        write(value, text);
        return text.toString();
    }

    private static void write(JsonNode value, StringBuilder text) {
        if (value.isObject()) {
            char before = '{';
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                text.append(before);
                writeString(member.getKey(), text);
                text.append(':');
                write(member.getValue(), text);
                before = ',';
            }
            text.append(value.isEmpty() ? "{}" : "}");
        } else if (value.isArray()) {
            char before = '[';
            for (JsonNode item : value) {
                text.append(before);
                write(item, text);
                before = ',';
            }
            text.append(value.isEmpty() ? "[]" : "]");
        } else if (value.isString()) {
            writeString(value.stringValue(), text);
        } else if (value.isNumber()) {
            text.append(JavaScriptNumber.text(value.doubleValue()));
        } else if (value.isBoolean()) {
            text.append(value.booleanValue());
        } else {
            text.append("null");
        }
    }

    private static void writeString(String value, StringBuilder text) {
        if (Unicode.hasLoneSurrogate(value)) {
            throw new IllegalArgumentException("a lone surrogate is no text");
        }
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ') {
                        text.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
