package dev.countergate.policy.catalogue;

/**
 * How much of an answer an agent gets at once; the rest stays available page by page.
 *
 * @param bytesMax of text and structured content together, in UTF-8
 * @param rowsMax of a table, a list or a log
 * @param seriesMax of a query's result
 */
public record ResultBudget(int bytesMax, int rowsMax, int seriesMax) {
    /** What typed tools get where the catalogue does not say: 48 KiB, 1,000 rows, 200 series. */
    public static final ResultBudget DEFAULT = new ResultBudget(48 << 10, 1_000, 200);

    /** What {@code url} tools get where the catalogue does not say: 64 KiB. */
    public static final ResultBudget URL_TOOL = new ResultBudget(64 << 10, 1_000, 200);

    public ResultBudget {
        if (bytesMax < 1_024 || rowsMax < 1 || seriesMax < 1) {
            throw new IllegalArgumentException(
                    "a budget is at least 1,024 bytes, one row and one series");
        }
    }
}
