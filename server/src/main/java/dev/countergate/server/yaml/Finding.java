package dev.countergate.server.yaml;

import java.util.Comparator;

/**
 * Something to be said about a place in a file: a fault, or a warning.
 *
 * @param at where
 * @param key the key it concerns, such as {@code tools.error_ratio.timeout}; empty for the file as a whole
 * @param problem what is wrong: lower case, no full stop, one line
 * @param remedy what to do, in the same form; empty where the problem says it all
 */
public record Finding(Position at, String key, String problem, String remedy)
        implements Comparable<Finding> {
    private static final Comparator<Finding> ORDER =
            Comparator.comparing(Finding::at)
                    .thenComparing(Finding::key)
                    .thenComparing(Finding::problem);

    @Override
    public int compareTo(Finding that) {
        return ORDER.compare(this, that);
    }

    /** {@code file:line:column: key: what is wrong: what to do}. */
    public String text() {
        StringBuilder text = new StringBuilder(at.toString());
        if (!key.isEmpty()) {
            text.append(": ").append(key);
        }
        text.append(": ").append(problem);
        if (!remedy.isEmpty()) {
            text.append(": ").append(remedy);
        }
        return text.toString();
    }
}
