package dev.countergate.server.yaml;

import java.util.Locale;

/** Text from a file, fit for a one-line report. */
public final class Printable {
    private static final int LENGTH_MAX = 120;

    private Printable() {}

    /** {@code text} with control, format and unpaired characters as code points, cut after 120 characters. */
    public static String text(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .limit(LENGTH_MAX)
                .forEach(
                        c -> {
                            switch (Character.getType(c)) {
                                case Character.CONTROL,
                                        Character.FORMAT,
                                        Character.SURROGATE,
                                        Character.LINE_SEPARATOR,
                                        Character.PARAGRAPH_SEPARATOR,
                                        Character.UNASSIGNED ->
                                        shown.append(String.format(Locale.ROOT, "<U+%04X>", c));
                                default -> shown.appendCodePoint(c);
                            }
                        });
        return text.codePointCount(0, text.length()) > LENGTH_MAX
                ? shown + "..."
                : shown.toString();
    }
}
