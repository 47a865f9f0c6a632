package dev.countergate.server.backend;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A point in time by which something must be done, on a clock that never goes back.
 *
 * @param ticker gives the clock's nanoseconds, as {@link System#nanoTime()} does
 * @param atNanos the point on that clock
 * @param given how long there was when it was set, which is what an error names
 */
public record Deadline(LongSupplier ticker, long atNanos, Duration given) {
    /** The deadline {@code in} from now. */
    public static Deadline in(Duration in, LongSupplier ticker) {
        return new Deadline(ticker, ticker.getAsLong() + in.toNanos(), in);
    }

    /** What is left; never negative. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, atNanos - ticker.getAsLong()));
    }

    /** Whether nothing is left. */
    public boolean isOver() {
        return atNanos - ticker.getAsLong() <= 0;
    }

    /** The earlier of this deadline and one {@code in} from now. */
    public Deadline atMost(Duration in) {
        return in.compareTo(left()) < 0 ? Deadline.in(in, ticker) : this;
    }
}
