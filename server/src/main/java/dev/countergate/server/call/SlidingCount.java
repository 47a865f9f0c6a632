package dev.countergate.server.call;

import java.time.Duration;
import java.time.Instant;

/**
 * Counts what happened in the last while, in as much memory whatever happened. What it counts may be up to a hundredth of
 * that while too old, never too new: a limit on it is never passed. Not thread safe.
 */
final class SlidingCount {
    private static final int SLOTS_MAX = 100;

    private final long slotMillis;
    private final int slots;
    private final int[] counts;
    private long newest = Long.MIN_VALUE;
    private int total;

    /** Counts over {@code span}, in whole milliseconds. */
    SlidingCount(Duration span) {
        this.slotMillis = Math.ceilDiv(span.toMillis(), SLOTS_MAX);
        this.slots = (int) Math.ceilDiv(span.toMillis(), slotMillis);
        this.counts = new int[slots + 1];
    }

    /** How many there were until {@code now}. */
    int at(Instant now) {
        advance(now);
        return total;
    }

    void add(Instant at, int count) {
        long slot = slot(at);
        if (newest == Long.MIN_VALUE || slot > newest) {
            advance(at);
        } else if (slot <= newest - counts.length) {
            return;
        }
        counts[index(slot)] += count;
        total += count;
    }

    /** When, if nothing happens until then, it will be less than {@code limit}. */
    Instant below(int limit, Instant now) {
        advance(now);
        int left = total;
        long slot = newest - slots;
        while (left >= limit && slot <= newest) {
            left -= counts[index(slot++)];
        }
        return Instant.ofEpochMilli((slot + slots) * slotMillis);
    }

    private long slot(Instant at) {
        return Math.floorDiv(at.toEpochMilli(), slotMillis);
    }

    private int index(long slot) {
        return Math.floorMod(slot, counts.length);
    }

    private void advance(Instant now) {
        long slot = slot(now);
        if (newest == Long.MIN_VALUE) {
            newest = slot;
        }
        for (long next = Math.max(newest + 1, slot - slots); next <= slot; next++) {
            total -= counts[index(next)];
            counts[index(next)] = 0;
        }
        newest = Math.max(newest, slot);
    }
}
