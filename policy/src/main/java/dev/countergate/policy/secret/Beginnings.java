package dev.countergate.policy.secret;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which of many needles may begin at a place of a foreign text, told by the one character that stands there, plain or
 * escaped. Immutable.
 *
 * <p>Who writes the text knows none of the secrets, and few characters begin one: so the needles cost next to nothing
 * wherever none begins, whatever the text is made of.
 */
final class Beginnings {
    private static final int ASCII = 0x80;

    /** Characters that begin a needle, ascending, and at the same index the needles. */
    private final int[] points;

    private final List<List<Needle>> begun;

    /** Whether that character, or an escape that it opens, may begin a needle. */
    private final boolean[] mayBegin = new boolean[ASCII];

    Beginnings(List<Needle> needles) {
        Map<Integer, List<Needle>> byPoint = new TreeMap<>();
        for (Needle needle : needles) {
            for (int point : needle.beginnings()) {
                byPoint.computeIfAbsent(point, _ -> new ArrayList<>()).add(needle);
            }
        }
        this.points = byPoint.keySet().stream().mapToInt(Integer::intValue).toArray();
        this.begun = byPoint.values().stream().map(List::copyOf).toList();
        for (char c = 0; c < ASCII; c++) {
            mayBegin[c] = Escape.mayBegin(c) || !of(c).isEmpty();
        }
    }

    /** Whether there is no needle at all. */
    boolean isNone() {
        return points.length == 0;
    }

    /** Whether a needle may begin with {@code c}, or with an escape that {@code c} opens. */
    boolean mayBeginWith(char c) {
        return c >= ASCII || mayBegin[c];
    }

    /** The needles that may begin with the character at {@code at} as it stands there. */
    List<Needle> plain(String text, int at) {
        return of(text.codePointAt(at));
    }

    /** The needles that may begin with what the characters from {@code at} on are an escape of. */
    List<Needle> escaped(String text, int at) {
        Escape escape = text.charAt(at) < ASCII ? Escape.at(text, at) : Escape.latin1(text, at);
        return escape == null ? List.of() : of(escape.point());
    }

    private List<Needle> of(int point) {
        int index = Arrays.binarySearch(points, point);
        return index < 0 ? List.of() : begun.get(index);
    }
}
