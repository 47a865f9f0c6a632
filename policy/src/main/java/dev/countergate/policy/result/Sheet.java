package dev.countergate.policy.result;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * A payload laid out in rows, ready to be cut: what it is, and each row as data and as text.
 *
 * @param head what stands before the rows in the structured content
 * @param member the member that holds the rows
 * @param title what the text begins with: one line, no full stop
 * @param rows whole rows, in order
 * @param summaries a shorter row for each of {@code rows}, or empty where rows have no shorter form
 * @param keeps which rows to keep when not all fit
 * @param narrow how to ask for less, as an imperative
 */
record Sheet(
        ObjectNode head,
        String member,
        String title,
        List<Row> rows,
        List<Row> summaries,
        Keep keeps,
        String narrow) {
    Sheet {
        rows = List.copyOf(rows);
        summaries = List.copyOf(summaries);
        if (!summaries.isEmpty() && summaries.size() != rows.size()) {
            throw new IllegalArgumentException("a summary for each row, or none");
        }
    }

    /** Which rows are kept when not all fit. */
    enum Keep {
        /** The first ones. */
        FIRST,
        /** The first and the last ones, half the room each. */
        ENDS
    }
}
