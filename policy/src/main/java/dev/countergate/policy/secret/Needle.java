package dev.countergate.policy.secret;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * One text that must not be shown, and how it is found in foreign text: as it is, or with any of its characters escaped
 * as URLs (RFC 3986), JSON (RFC 8259) and HTML do, each encoder having its own idea of which ones to escape.
 *
 * @param text what is looked for, at least one character
 * @param shown what stands in its place
 */
record Needle(String text, String shown) {
    /** Fewer characters of it than this, left where a text was cut, give nothing away. */
    private static final int PART_MIN = 4;

    /** At the very end of a text nothing says that it was cut, so more must agree. */
    private static final int PART_AT_END_MIN = 8;

    private static final String ESCAPED_BY_ONE_LETTER = "\"\\/\b\f\n\r\t";
    private static final String ONE_LETTER = "\"\\/bfnrt";

    /** Where the needle that begins at {@code from} ends in {@code foreign}; -1 where it does not begin there. */
    int end(String foreign, int from) {
        // What looks like an escape may be the needle's own characters, so both readings are tried.
        return Math.max(end(foreign, from, true), end(foreign, from, false));
    }

    private int end(String foreign, int from, boolean escapes) {
        int at = from;
        int found = 0;
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            int next = escapes ? escaped(foreign, at, point) : -1;
            if (next < 0) {
                next = plain(foreign, at, point);
            }
            if (next >= 0) {
                at = next;
                found++;
            } else if (!mayBeLeftOut(point)) {
                return isCut(foreign, at, found) ? at : -1;
            }
        }
        return found > 0 ? at : -1;
    }

    /** Line breaks and tabs are left out of headers and URLs. */
    static boolean mayBeLeftOut(int point) {
        return point == '\n' || point == '\r' || point == '\t';
    }

    private static boolean isCut(String foreign, int at, int found) {
        return at == foreign.length()
                ? found >= PART_AT_END_MIN
                : found >= PART_MIN
                        && (foreign.startsWith("...", at) || foreign.startsWith("…", at));
    }

    private static int plain(String foreign, int at, int point) {
        if (at >= foreign.length()) {
            return -1;
        }
        if (foreign.codePointAt(at) == point) {
            return at + Character.charCount(point);
        }
        // UTF-8 that was read as Latin-1, as HTTP headers are.
        return point < 0x80 ? -1 : bytes(foreign, at, point, "", 0);
    }

    private static int escaped(String foreign, int at, int point) {
        return at >= foreign.length()
                ? -1
                : switch (foreign.charAt(at)) {
                    case '%' -> bytes(foreign, at, point, "%", 2);
                    case '+' -> point == ' ' ? at + 1 : -1;
                    case '\\' -> inJson(foreign, at, point);
                    case '&' -> inHtml(foreign, at, point);
                    default -> -1;
                };
    }

    /** The UTF-8 of {@code point}, each byte after {@code mark} and in so many hex digits; none means the byte itself. */
    private static int bytes(String foreign, int from, int point, String mark, int digits) {
        int at = from;
        for (byte each : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
            if (!foreign.startsWith(mark, at)) {
                return -1;
            }
            at += mark.length();
            int end = at + Math.max(digits, 1);
            if (end > foreign.length()
                    || (digits == 0 ? foreign.charAt(at) : hex(foreign, at, end))
                            != (each & 0xFF)) {
                return -1;
            }
            at = end;
        }
        return at;
    }

    private static int inJson(String foreign, int from, int point) {
        int letter = ESCAPED_BY_ONE_LETTER.indexOf(point);
        if (letter >= 0 && foreign.startsWith(ONE_LETTER.substring(letter, letter + 1), from + 1)) {
            return from + 2;
        }
        int at = from;
        for (char unit : Character.toChars(point)) {
            if (!foreign.startsWith("\\u", at)
                    || at + 6 > foreign.length()
                    || hex(foreign, at + 2, at + 6) != unit) {
                return -1;
            }
            at += 6;
        }
        return at;
    }

    private static int inHtml(String foreign, int from, int point) {
        String named =
                switch (point) {
                    case '&' -> "&amp;";
                    case '<' -> "&lt;";
                    case '>' -> "&gt;";
                    case '"' -> "&quot;";
                    case '\'' -> "&apos;";
                    default -> "&#" + point + ";";
                };
        for (String form :
                new String[] {
                    named, "&#" + point + ";", "&#x" + Integer.toHexString(point) + ";"
                }) {
            if (foreign.regionMatches(true, from, form, 0, form.length())) {
                return from + form.length();
            }
        }
        return -1;
    }

    private static int hex(String text, int from, int to) {
        for (int at = from; at < to; at++) {
            if (!HexFormat.isHexDigit(text.charAt(at))) {
                return -1;
            }
        }
        return HexFormat.fromHexDigits(text, from, to);
    }
}
