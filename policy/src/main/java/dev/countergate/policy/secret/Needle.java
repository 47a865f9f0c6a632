package dev.countergate.policy.secret;

/**
 * One text that must not be shown, and how it is found in foreign text: as it is, or with any of its characters escaped,
 * each encoder having its own idea of which ones to escape.
 *
 * @param order its place among all that are looked for
 * @param text what is looked for, at least one character
 * @param shown what stands in its place
 */
record Needle(int order, String text, String shown) {
    /** Fewer characters of it than this, left where a text was cut, give nothing away. */
    private static final int PART_MIN = 4;

    /** At the very end of a text nothing says that it was cut, so more must agree. */
    private static final int PART_AT_END_MIN = 8;

    /** The characters one of which stands first wherever it is found. */
    int[] beginnings() {
        int at = 0;
        while (at < text.length() - 1 && mayBeLeftOut(text.charAt(at))) {
            at++;
        }
        return text.codePoints().limit(at + 1L).distinct().toArray();
    }

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
            Escape escape = escapes ? Escape.at(foreign, at) : null;
            int next =
                    escape != null && escape.point() == point
                            ? escape.end()
                            : plain(foreign, at, point);
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
    private static boolean mayBeLeftOut(int point) {
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
        // HTTP headers are read as Latin-1.
        Escape bytes = point < 0x80 ? null : Escape.latin1(foreign, at);
        return bytes != null && bytes.point() == point ? bytes.end() : -1;
    }
}
