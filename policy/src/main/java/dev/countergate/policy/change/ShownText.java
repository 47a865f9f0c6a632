package dev.countergate.policy.change;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Foreign text as a person can trust their eyes with it: what does not look like itself, or like nothing, or like an ASCII
 * letter, is its code point, such as {@code <U+202E>}. Shown text tells the exact text: no two share a form.
 */
final class ShownText {
    /** Characters of one line, framed; a longer line goes on in the next, so that no terminal has to wrap it. */
    static final int WIDTH = 72;

    /** Eth, thorn, sharp s, dotless i, kra, long s, and l and n with a mark beside them. */
    private static final String LATIN_ALIKE =
            "\u00D0\u00DE\u00DF\u00F0\u00FE\u0110\u0131\u0132\u0133\u0138\u013F\u0140\u0149\u014A\u014B\u017F";

    /** Strokes that pass for a slash, a backslash or a bar. */
    private static final String EAST_ASIAN_ALIKE = "\u30CE\u4E36\u4E3F\u4E28";

    /** Belongs to the Katakana before it, to no script of its own. */
    private static final int LONG_VOWEL = 0x30FC;

    private ShownText() {}

    /** {@code text} in one line: a line end is its code point too. */
    static String line(String text) {
        StringBuilder shown = new StringBuilder();
        int inkEnd = text.stripTrailing().length();
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            int next = i + Character.charCount(point);
            shown.append(shown(text, point, next, inkEnd));
            i = next;
        }
        return shown.toString();
    }

    /** The lines of {@code text}: each begun by {@code | }, or by {@code + } where it goes on. */
    static List<String> framed(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            if (line.isEmpty()) {
                lines.add("|");
                continue;
            }
            StringBuilder shown = new StringBuilder("| ");
            int columns = 0;
            int inkEnd = line.stripTrailing().length();
            for (int i = 0; i < line.length(); ) {
                int point = line.codePointAt(i);
                int next = i + Character.charCount(point);
                String piece = shown(line, point, next, inkEnd);
                // Ideographs are two columns wide.
                int wide = point > 0x1100 && piece.length() <= 2 ? 2 : piece.length();
                if (columns + wide > WIDTH) {
                    lines.add(shown.toString());
                    shown = new StringBuilder("+ ");
                    columns = 0;
                }
                shown.append(piece);
                columns += wide;
                i = next;
            }
            lines.add(shown.toString());
        }
        return lines;
    }

    /** A blank behind {@code inkEnd}, where nothing but blanks follows, would not be seen. */
    private static String shown(String line, int point, int next, int inkEnd) {
        boolean imitatesUs = point == '<' && line.startsWith("U+", next);
        boolean trails = point == ' ' && next > inkEnd;
        return isItself(point) && !imitatesUs && !trails ? Character.toString(point) : code(point);
    }

    private static String code(int point) {
        return String.format(Locale.ROOT, "<U+%04X>", point);
    }

    /**
     * Whether a person who sees {@code point} knows what it is. Beside ASCII: letters of Western European languages and East
     * Asian writing. Letters of scripts that share shapes with ASCII (UTS 39: Cyrillic, Greek, Armenian, Cherokee and more)
     * are not, nor is anything that combines, is invisible, turns direction, or is a blank of another kind.
     */
    private static boolean isItself(int point) {
        if (point < 0x7F) {
            return point >= ' ';
        }
        if (point < 0x180) {
            return point >= 0xC0 && Character.isLetter(point) && LATIN_ALIKE.indexOf(point) < 0;
        }
        boolean eastAsian =
                switch (Character.UnicodeScript.of(point)) {
                    case HAN, HIRAGANA, KATAKANA, HANGUL -> true;
                    default -> point == LONG_VOWEL;
                };
        // Halfwidth, fullwidth and compatibility forms, radicals and conjoining letters look like
        // others.
        boolean plain =
                (point >= 0x3041 && point <= 0x3096)
                        || (point >= 0x30A1 && point <= 0x30FA)
                        || point == LONG_VOWEL
                        || (point >= 0x3400 && point <= 0x9FFF)
                        || (point >= 0xAC00 && point <= 0xD7A3);
        return eastAsian
                && plain
                && Character.isLetter(point)
                && EAST_ASIAN_ALIKE.indexOf(point) < 0;
    }
}
