package dev.countergate.server.cli;

import java.util.ArrayList;
import java.util.List;

/** Lines of text on a screen of so many columns. Nothing is cut: what does not fit goes on below. */
final class Layout {
    private Layout() {}

    /** Between two columns of a table. */
    private static final int GAP = 2;

    /** A last column narrower than this is none. */
    private static final int LAST_MIN = 24;

    /** How many columns {@code text} takes on a terminal. */
    static int width(String text) {
        return text.codePoints().map(Layout::width).sum();
    }

    private static int width(int point) {
        if (point < 0x300) {
            return 1;
        }
        return switch (Character.getType(point)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> 0;
            default -> isWide(point) ? 2 : 1;
        };
    }

    /** Unicode's East Asian Wide and Fullwidth characters, by the blocks they fill. */
    private static boolean isWide(int point) {
        return (point >= 0x1100 && point <= 0x115F)
                || (point >= 0x2E80 && point <= 0x303E)
                || (point >= 0x3041 && point <= 0xA4CF)
                || (point >= 0xA960 && point <= 0xA97F)
                || (point >= 0xAC00 && point <= 0xD7A3)
                || (point >= 0xF900 && point <= 0xFAFF)
                || (point >= 0xFE30 && point <= 0xFE6F)
                || (point >= 0xFF01 && point <= 0xFF60)
                || (point >= 0xFFE0 && point <= 0xFFE6)
                || (point >= 0x17000 && point <= 0x1B2FF)
                || (point >= 0x1F300 && point <= 0x1FAFF)
                || (point >= 0x20000 && point <= 0x3FFFD)
                || Character.isEmojiPresentation(point);
    }

    /** {@code text} broken at blanks into lines of {@code columns}; a longer word, such as a path, stays whole. */
    static List<String> wrapped(String text, int columns) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int used = 0;
        for (String word : text.split(" ", -1)) {
            int width = width(word);
            if (!line.isEmpty() && used + 1 + width > columns) {
                lines.add(line.toString().stripTrailing());
                line.setLength(0);
                used = 0;
            }
            if (!line.isEmpty()) {
                line.append(' ');
                used++;
            }
            line.append(word);
            used += width;
        }
        lines.add(line.toString().stripTrailing());
        return lines;
    }

    /** The same, all lines but the first indented; {@code columns} 0 is one line. */
    static List<String> hanging(String text, int indent, int columns) {
        if (columns == 0 || width(text) <= columns) {
            return List.of(text);
        }
        List<String> lines = new ArrayList<>();
        String body = text.stripLeading();
        String head = " ".repeat(text.length() - body.length());
        for (String line : wrapped(body, columns - Math.max(indent, head.length()))) {
            lines.add((lines.isEmpty() ? head : " ".repeat(indent)) + line);
        }
        return lines;
    }

    /**
     * Rows under each other, in columns as wide as they need to be.
     *
     * @param heads whether the first row names the columns; then rows too wide for the screen are written one cell a line
     * @return of each row its lines
     */
    static List<List<String>> table(List<List<String>> rows, boolean heads, int columns) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        int before = 0;
        for (int i = 0; i < widths.length - 1; i++) {
            before += widths[i] + GAP;
        }
        boolean isTooWide = columns > 0 && before + widths[widths.length - 1] > columns;
        if (isTooWide && heads && before + LAST_MIN > columns) {
            return cells(rows, columns);
        }
        List<List<String>> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length - 1; i++) {
                line.append(padded(row.get(i), widths[i] + GAP));
            }
            lines.add(lastCell(line.toString(), before, row.getLast(), columns));
        }
        return lines;
    }

    /** {@code head}, {@code indent} wide, and after it {@code text} below itself. */
    static List<String> lastCell(String head, int indent, String text, int columns) {
        if (columns == 0 || indent + width(text) <= columns) {
            return List.of((head + text).stripTrailing());
        }
        List<String> lines = new ArrayList<>();
        for (String line : wrapped(text, Math.max(columns - indent, LAST_MIN))) {
            lines.add((lines.isEmpty() ? head : " ".repeat(indent)) + line);
        }
        return lines;
    }

    static String padded(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - width(text)));
    }

    private static List<List<String>> cells(List<List<String>> rows, int columns) {
        List<String> heads = rows.getFirst();
        int indent = heads.stream().mapToInt(Layout::width).max().orElse(0) + GAP;
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of());
        for (List<String> row : rows.subList(1, rows.size())) {
            List<String> written = new ArrayList<>();
            for (int i = 0; i < heads.size(); i++) {
                written.addAll(lastCell(padded(heads.get(i), indent), indent, row.get(i), columns));
            }
            if (lines.size() < rows.size() - 1) {
                written.add("");
            }
            lines.add(written);
        }
        return lines;
    }
}
