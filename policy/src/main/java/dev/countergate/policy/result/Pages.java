package dev.countergate.policy.result;

import java.util.ArrayList;
import java.util.List;

/** A whole answer as pages of text. */
final class Pages {
    /** The most pages of one answer that are kept. */
    static final int PAGES_MAX = 400;

    private Pages() {}

    /** How an agent reads the pages. */
    static String howToRead(String handle, int pages) {
        return "call `result_page` with handle `"
                + handle
                + "` and page 1 to "
                + pages
                + (pages < PAGES_MAX ? " for the whole" : " for as much of the whole as is kept");
    }

    /** {@code text} in pages of at most {@code bytesMax}, none of them splitting a character. */
    static List<String> ofText(String text, int bytesMax) {
        List<String> pages = new ArrayList<>();
        int from = 0;
        while (from < text.length() && pages.size() < PAGES_MAX) {
            int to = end(text, from, bytesMax);
            pages.add(text.substring(from, to));
            from = to;
        }
        return pages;
    }

    /** The rows' texts, a row a line, in pages of at most {@code bytesMax}; a longer row spans pages. */
    static List<String> ofRows(List<Row> rows, int bytesMax) {
        List<String> pages = new ArrayList<>();
        StringBuilder page = new StringBuilder();
        int bytes = 0;
        for (Row row : rows) {
            int rowBytes = Sizes.utf8(row.text()) + 1;
            if (bytes > 0 && bytes + rowBytes > bytesMax) {
                pages.addAll(ofText(page.toString(), bytesMax));
                page.setLength(0);
                bytes = 0;
            }
            page.append(row.text()).append('\n');
            bytes += rowBytes;
        }
        pages.addAll(ofText(page.toString(), bytesMax));
        return pages.subList(0, Math.min(pages.size(), PAGES_MAX));
    }

    private static int end(String text, int from, int bytesMax) {
        int bytes = 0;
        int at = from;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            int more = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
            if (bytes + more > bytesMax && at > from) {
                break;
            }
            bytes += more;
            at += Character.charCount(point);
        }
        return at;
    }
}
