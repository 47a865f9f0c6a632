package dev.countergate.policy.secret;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A character of foreign text that stands there in some other form: as URLs (RFC 3986, and {@code +} for a blank), JSON
 * (RFC 8259) and HTML write it, or as UTF-8 that was read as Latin-1.
 *
 * @param point the character
 * @param end where in the text the escape ends
 */
record Escape(int point, int end) {
    private static final String ONE_LETTER = "\"\\/bfnrt";
    private static final String ESCAPED_BY_ONE_LETTER = "\"\\/\b\f\n\r\t";

    /** More digits than any character has; encoders pad with a zero or two. */
    private static final int DIGITS_MAX = 8;

    private static final int ENTITY_LENGTH_MAX = "&#x".length() + DIGITS_MAX + ";".length();

    /** Whether an escape, and not only the character itself, may begin with {@code c}. */
    static boolean mayBegin(char c) {
        return c == '%' || c == '+' || c == '\\' || c == '&';
    }

    /** The escape that begins at {@code at}, or null. */
    static @Nullable Escape at(String text, int at) {
        return at >= text.length()
                ? null
                : switch (text.charAt(at)) {
                    case '%' -> utf8(text, at, true);
                    case '+' -> new Escape(' ', at + 1);
                    case '\\' -> json(text, at);
                    case '&' -> html(text, at);
                    default -> null;
                };
    }

    /** The character beyond ASCII whose UTF-8 begins at {@code at}, each byte as a character of its own, or null. */
    static @Nullable Escape latin1(String text, int at) {
        return at < text.length() && text.charAt(at) >= 0xC2 ? utf8(text, at, false) : null;
    }

    private static @Nullable Escape utf8(String text, int from, boolean isPercent) {
        int first = octet(text, from, isPercent);
        int more = first < 0x80 ? 0 : first < 0xC2 ? -1 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
        if (first < 0 || more < 0) {
            return null;
        }
        int width = isPercent ? 3 : 1;
        int point = more == 0 ? first : first & (0x3F >> more);
        int at = from + width;
        for (int i = 0; i < more; i++) {
            int next = octet(text, at, isPercent);
            if (next < 0x80 || next > 0xBF) {
                return null;
            }
            point = point << 6 | (next & 0x3F);
            at += width;
        }
        // A character has one form in UTF-8, the shortest.
        int least = more == 0 ? 0 : more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000;
        return point >= least && point <= Character.MAX_CODE_POINT ? new Escape(point, at) : null;
    }

    /** The byte written at {@code at}, or -1. */
    private static int octet(String text, int at, boolean isPercent) {
        if (isPercent) {
            return text.startsWith("%", at) ? hex(text, at + 1, at + 3) : -1;
        }
        return at < text.length() && text.charAt(at) <= 0xFF ? text.charAt(at) : -1;
    }

    private static @Nullable Escape json(String text, int at) {
        if (!text.startsWith("u", at + 1)) {
            int letter = at + 1 < text.length() ? ONE_LETTER.indexOf(text.charAt(at + 1)) : -1;
            return letter < 0 ? null : new Escape(ESCAPED_BY_ONE_LETTER.charAt(letter), at + 2);
        }
        int unit = hex(text, at + 2, at + 6);
        if (unit < 0) {
            return null;
        }
        int next = text.startsWith("\\u", at + 6) ? hex(text, at + 8, at + 12) : -1;
        return next >= 0 && Character.isSurrogatePair((char) unit, (char) next)
                ? new Escape(Character.toCodePoint((char) unit, (char) next), at + 12)
                : new Escape(unit, at + 6);
    }

    private static @Nullable Escape html(String text, int at) {
        int longest = Math.min(text.length(), at + ENTITY_LENGTH_MAX);
        int end = at + 1;
        while (end < longest && text.charAt(end) != ';') {
            end++;
        }
        if (end == longest) {
            return null;
        }
        int point =
                switch (text.substring(at + 1, end).toLowerCase(Locale.ROOT)) {
                    case "amp" -> '&';
                    case "lt" -> '<';
                    case "gt" -> '>';
                    case "quot" -> '"';
                    case "apos" -> '\'';
                    default -> numbered(text, at + 1, end);
                };
        return point < 0 ? null : new Escape(point, end + 1);
    }

    /** The character of {@code #47} or {@code #x2f}, or -1. */
    private static int numbered(String text, int from, int to) {
        boolean isHex = text.regionMatches(true, from, "#x", 0, 2);
        int digits = from + (isHex ? 2 : 1);
        return text.charAt(from) == '#' && to - digits <= DIGITS_MAX
                ? number(text, digits, to, isHex ? 16 : 10)
                : -1;
    }

    private static int hex(String text, int from, int to) {
        return to <= text.length() ? number(text, from, to, 16) : -1;
    }

    private static int number(String text, int from, int to, int radix) {
        long number = from < to ? 0 : -1;
        for (int at = from; at < to && number >= 0; at++) {
            char c = text.charAt(at);
            int digit = c < 0x80 ? Character.digit(c, radix) : -1;
            number = digit < 0 ? -1 : number * radix + digit;
        }
        return number > Character.MAX_CODE_POINT ? -1 : (int) number;
    }
}
