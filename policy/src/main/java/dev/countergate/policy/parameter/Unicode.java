package dev.countergate.policy.parameter;

import java.util.HexFormat;

/** Text judged by code points. */
final class Unicode {
    private static final int SHOWN_MAX = 64;

    private Unicode() {}

    /** Whether {@code text} holds half a surrogate pair, which no encoding can carry. */
    static boolean hasLoneSurrogate(String text) {
        return text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF);
    }

    /** The length of {@code text} in UTF-8. */
    static long utf8Bytes(String text) {
        return text.codePoints()
                .mapToLong(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4)
                .sum();
    }

    /** {@code text} as an error may quote it: one line, nothing invisible, cut after 64 characters. */
    static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        int[] points = text.codePoints().limit(SHOWN_MAX + 1L).toArray();
        for (int i = 0; i < Math.min(points.length, SHOWN_MAX); i++) {
            switch (Character.getType(points[i])) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.SURROGATE,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.UNASSIGNED,
                        Character.PRIVATE_USE ->
                        shown.append(
                                "<U+"
                                        + HexFormat.of().withUpperCase().toHexDigits(points[i], 6)
                                        + ">");
                default -> shown.appendCodePoint(points[i] == '`' ? '\'' : points[i]);
            }
        }
        return points.length > SHOWN_MAX ? shown + "..." : shown.toString();
    }
}
