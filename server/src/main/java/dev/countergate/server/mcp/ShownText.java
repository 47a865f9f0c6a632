package dev.countergate.server.mcp;

import java.util.Locale;

/** What a client says, fit to be shown: short, and nothing in it that acts on a terminal or hides itself. */
final class ShownText {
    private ShownText() {}

    /** {@code text} with invisible characters spelt out as code points, cut to at most {@code lengthMax} characters. */
    static String of(String text, int lengthMax) {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), lengthMax));
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            String next =
                    isVisible(codePoint)
                            ? Character.toString(codePoint)
                            : String.format(Locale.ROOT, "\\u{%x}", codePoint);
            if (shown.length() + next.length() > lengthMax) {
                break;
            }
            shown.append(next);
            at += Character.charCount(codePoint);
        }
        return shown.toString();
    }

    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }
}
