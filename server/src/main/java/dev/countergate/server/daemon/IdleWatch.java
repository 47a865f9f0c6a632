package dev.countergate.server.daemon;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Tells when a daemon has had nothing to do for long enough. Not thread safe. */
final class IdleWatch {
    private final Duration allowed;
    private final LongSupplier ticker;
    private long busyAtNanos;

    /**
     * A watch that begins now.
     *
     * @param allowed how long a daemon may be idle
     * @param ticker a clock's nanoseconds, as {@link System#nanoTime()} gives them
     */
    IdleWatch(Duration allowed, LongSupplier ticker) {
        this.allowed = allowed;
        this.ticker = ticker;
        this.busyAtNanos = ticker.getAsLong();
    }

    /** Notes whether the daemon has something to do at this moment, and tells whether it may end. */
    boolean isOver(boolean busy) {
        long now = ticker.getAsLong();
        if (busy) {
            busyAtNanos = now;
        }
        return now - busyAtNanos >= allowed.toNanos();
    }
}
