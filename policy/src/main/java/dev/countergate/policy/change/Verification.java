package dev.countergate.policy.change;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The server's own look at whether a change came about. It is seen when the expectation did not hold before and then holds on
 * two consecutive reads, each with a sample newer than the one before and than the dispatch.
 *
 * @param result how it stands
 * @param why in words, or empty while open and where the result says it all
 * @param closes the end of the window, or null where nothing is looked for
 * @param held consecutive reads on which it held with a newer sample: 0 or 1 while open
 * @param newest the sample a counted read has to be newer than
 * @param last what the last read showed, or null before the first
 */
public record Verification(
        Result result,
        String why,
        @Nullable Instant closes,
        int held,
        Instant newest,
        @Nullable Reading last) {
    /** How many consecutive reads must show it. */
    public static final int READS = 2;

    /** How a verification stands. */
    public enum Result {
        OPEN,
        VERIFIED,
        NOT_VERIFIED,
        UNVERIFIED
    }

    /**
     * Begins to look.
     *
     * @param within for how long, or null where the tool declares no verification
     * @param before what the expectation showed just before the first byte, or null where nobody looked
     * @param dispatched no sample up to this time counts
     * @param now when the window opens
     */
    static Verification begin(
            @Nullable Duration within,
            @Nullable Reading before,
            Instant dispatched,
            StoreTime now) {
        String hopeless =
                within == null
                        ? "none declared"
                        : switch (before) {
                            case null -> "nobody looked before";
                            case Reading.Unreadable unreadable -> "unreadable before";
                            case Reading.Seen seen -> seen.met() ? "held before" : "";
                        };
        return new Verification(
                hopeless.isEmpty() ? Result.OPEN : Result.UNVERIFIED,
                hopeless,
                within == null ? null : now.at().plus(within),
                0,
                dispatched,
                null);
    }

    /** After one more read. A read behind the window's end does not count. */
    Verification look(Reading reading, StoreTime now) {
        if (result != Result.OPEN) {
            return this;
        }
        if (isOver(now)) {
            return close(now);
        }
        return switch (reading) {
            case Reading.Unreadable unreadable -> open(0, newest, reading);
            case Reading.Seen(boolean met, Instant sample) -> {
                if (!met) {
                    yield open(0, newest, reading);
                }
                // The same sample read twice is one observation.
                if (!sample.isAfter(newest)) {
                    yield open(held, newest, reading);
                }
                yield held + 1 < READS
                        ? open(held + 1, sample, reading)
                        : new Verification(Result.VERIFIED, "", closes, READS, sample, reading);
            }
        };
    }

    /** After the window's end; unchanged before it. */
    Verification close(StoreTime now) {
        if (result != Result.OPEN || !isOver(now)) {
            return this;
        }
        return switch (last) {
            case null -> ended(Result.UNVERIFIED, "never read");
            case Reading.Unreadable unreadable -> ended(Result.UNVERIFIED, "unreadable");
            case Reading.Seen seen ->
                    seen.met()
                            ? ended(Result.UNVERIFIED, "held too late to be read twice")
                            : ended(Result.NOT_VERIFIED, "did not hold");
        };
    }

    /** After a restart: what was read before it is not consecutive with what is read now. */
    Verification resume() {
        return result == Result.OPEN ? open(0, newest, last) : this;
    }

    private boolean isOver(StoreTime now) {
        return closes != null && now.isAtOrAfter(closes);
    }

    private Verification open(int heldNow, Instant newestNow, @Nullable Reading lastNow) {
        return new Verification(Result.OPEN, "", closes, heldNow, newestNow, lastNow);
    }

    private Verification ended(Result ending, String reason) {
        return new Verification(ending, reason, closes, held, newest, last);
    }
}
