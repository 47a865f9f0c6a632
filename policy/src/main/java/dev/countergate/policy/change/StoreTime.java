package dev.countergate.policy.change;

import java.time.Instant;

/**
 * The time by a clock that never goes back: what counts for expiry, windows and waiting.
 *
 * @param at the time, to be kept as the next high-water mark
 */
public record StoreTime(Instant at) {
    /**
     * The later of the two.
     *
     * @param clock what the machine's clock says now; it may have been set back
     * @param highWater the latest time any earlier step was taken at, as stored
     */
    public static StoreTime of(Instant clock, Instant highWater) {
        return new StoreTime(clock.isAfter(highWater) ? clock : highWater);
    }

    boolean isAtOrAfter(Instant time) {
        return !at.isBefore(time);
    }
}
