package dev.countergate.server.yaml;

import java.util.Comparator;

/**
 * A place in a file.
 *
 * @param file as its reader calls it
 * @param line from 1
 * @param column from 1, in code points
 */
public record Position(String file, int line, int column) implements Comparable<Position> {
    private static final Comparator<Position> ORDER =
            Comparator.comparing(Position::file)
                    .thenComparingInt(Position::line)
                    .thenComparingInt(Position::column);

    @Override
    public int compareTo(Position that) {
        return ORDER.compare(this, that);
    }

    /** {@code file:line:column}. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
