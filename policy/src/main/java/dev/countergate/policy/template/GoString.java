package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** String literals of Go, which PromQL and LogQL share: escapes in quotes, none in backticks. */
final class GoString {
    private GoString() {}

    /** The parts a literal stands for, its quotes at {@code start} and before {@code end}. */
    static List<Part> decode(HoledText text, int start, int end, List<Fault> faults) {
        List<Part> parts = new ArrayList<>();
        for (Part part : text.parts(start + 1, end - 1)) {
            if (text.at(start) != '`' && part instanceof Part.Literal(String literal)) {
                String decoded = unescape(literal);
                if (decoded == null) {
                    faults.add(
                            new Fault(
                                    "",
                                    "a string with a placeholder has an escape that stands for no character",
                                    "use \\\\, \\\", \\n, \\t, \\r or \\u and four digits"));
                } else {
                    parts.add(new Part.Literal(decoded));
                }
            } else {
                parts.add(part);
            }
        }
        return parts;
    }

    /** The text of a literal without its quotes; null for an escape that is malformed or stands for a mere byte. */
    static @Nullable String unescape(String literal) {
        StringBuilder text = new StringBuilder();
        int i = 0;
        while (i < literal.length()) {
            char c = literal.charAt(i);
            if (c != '\\') {
                text.append(c);
                i++;
                continue;
            }
            char kind = i + 1 < literal.length() ? literal.charAt(i + 1) : '\0';
            int simple = "abfnrtv\\'\"".indexOf(kind);
            if (simple >= 0) {
                text.append("\u0007\b\f\n\r\t\u000B\\'\"".charAt(simple));
                i += 2;
                continue;
            }
            int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
            int point = digits == 0 ? -1 : hex(literal, i + 2, digits);
            if (point < 0
                    || point > Character.MAX_CODE_POINT
                    || (point >= 0xD800 && point <= 0xDFFF)
                    || (kind == 'x' && point > 0x7F)) {
                return null;
            }
            text.appendCodePoint(point);
            i += 2 + digits;
        }
        return text.toString();
    }

    private static int hex(String text, int start, int digits) {
        if (start + digits > text.length()) {
            return -1;
        }
        String number = text.substring(start, start + digits);
        return number.chars().allMatch(HexFormat::isHexDigit)
                ? (int) Math.min(HexFormat.fromHexDigitsToLong(number), Integer.MAX_VALUE)
                : -1;
    }

    /** {@code text} as a double-quoted literal; whatever does not show is escaped. */
    static String quote(String text) {
        StringBuilder literal = new StringBuilder("\"");
        text.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '"' -> literal.append("\\\"");
                                case '\\' -> literal.append("\\\\");
                                case '\n' -> literal.append("\\n");
                                case '\r' -> literal.append("\\r");
                                case '\t' -> literal.append("\\t");
                                default -> append(literal, c);
                            }
                        });
        return literal.append('"').toString();
    }

    private static void append(StringBuilder literal, int c) {
        int type = Character.getType(c);
        boolean isHidden =
                type == Character.CONTROL
                        || type == Character.FORMAT
                        || type == Character.LINE_SEPARATOR
                        || type == Character.PARAGRAPH_SEPARATOR;
        if (!isHidden) {
            literal.appendCodePoint(c);
        } else if (c <= 0xFFFF) {
            literal.append("\\u").append(HexFormat.of().toHexDigits((char) c));
        } else {
            literal.append("\\U").append(HexFormat.of().toHexDigits(c));
        }
    }
}
