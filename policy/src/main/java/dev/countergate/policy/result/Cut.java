package dev.countergate.policy.result;

import dev.countergate.policy.catalogue.ResultBudget;
import java.util.ArrayList;
import java.util.List;

/**
 * Which rows of a sheet fit.
 *
 * @param kept in order
 * @param head how many of them stand before what was left out
 * @param left rows left out
 * @param summarised whether the kept rows are summaries
 */
record Cut(List<Row> kept, int head, int left, boolean summarised) {
    Cut {
        kept = List.copyOf(kept);
    }

    /**
     * The rows of {@code sheet} that fit into {@code bytes} and the budget's counts: all whole ones if they fit, else
     * summaries where there are any, else fewer.
     */
    static Cut of(Sheet sheet, ResultBudget budget, int bytes) {
        int rowsMax = sheet.member().equals("series") ? budget.seriesMax() : budget.rowsMax();
        Cut whole = fitting(sheet.rows(), sheet.keeps(), rowsMax, bytes, false);
        if (whole.left == 0 || sheet.summaries().isEmpty()) {
            return whole;
        }
        return fitting(sheet.summaries(), sheet.keeps(), rowsMax, bytes, true);
    }

    private static Cut fitting(
            List<Row> rows, Sheet.Keep keeps, int rowsMax, int bytes, boolean summarised) {
        int[] cost = rows.stream().mapToInt(Row::bytes).toArray();
        long total = 0;
        for (int each : cost) {
            total += each;
        }
        if (total <= bytes && rows.size() <= rowsMax) {
            return new Cut(rows, rows.size(), 0, summarised);
        }
        return switch (keeps) {
            case FIRST -> {
                int head = prefix(cost, rowsMax, bytes);
                yield new Cut(rows.subList(0, head), head, rows.size() - head, summarised);
            }
            case ENDS -> {
                int head = prefix(cost, (rowsMax + 1) / 2, bytes / 2);
                int spent = 0;
                for (int i = 0; i < head; i++) {
                    spent += cost[i];
                }
                int tail = suffix(cost, head, Math.max(rowsMax - head, 0), bytes - spent);
                List<Row> kept = new ArrayList<>(rows.subList(0, head));
                kept.addAll(rows.subList(rows.size() - tail, rows.size()));
                yield new Cut(kept, head, rows.size() - head - tail, summarised);
            }
        };
    }

    private static int prefix(int[] cost, int rowsMax, int bytes) {
        int count = 0;
        int spent = 0;
        while (count < cost.length && count < rowsMax && spent + cost[count] <= bytes) {
            spent += cost[count++];
        }
        return count;
    }

    private static int suffix(int[] cost, int from, int rowsMax, int bytes) {
        int count = 0;
        int spent = 0;
        while (cost.length - count > from
                && count < rowsMax
                && spent + cost[cost.length - 1 - count] <= bytes) {
            spent += cost[cost.length - 1 - count++];
        }
        return count;
    }

    boolean isCut() {
        return summarised || left > 0;
    }

    /** What was cut, as one line. */
    String words(Sheet sheet) {
        String what = summarised ? "samples replaced by count, first, last, min and max" : "";
        String dropped =
                left == 0
                        ? ""
                        : left + " of " + sheet.rows().size() + " " + sheet.member() + " left out";
        return what.isEmpty() || dropped.isEmpty() ? what + dropped : what + ", " + dropped;
    }
}
