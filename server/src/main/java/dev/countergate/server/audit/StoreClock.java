package dev.countergate.server.audit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The machine's clock, kept from going back: what leaves are dated by and time bounds end by. Where the machine's clock is
 * set back, this one does not stand still until that has caught up, for then nothing would end for as long. It runs on by
 * the time that passes, a hundredth slower, until the two agree again. Thread safe.
 *
 * <p>What passed while the machine slept, or nothing ran, is what the machine's clock went on by meanwhile. Where that brings
 * it back to this one or further, the two agree again: it was set right, or slept longer than it was behind.
 */
public final class StoreClock implements InstantSource {
    /** The most by which a machine's clock that is kept right is stepped. */
    private static final Duration STEP_MAX = Duration.ofMinutes(1);

    private static final int SLOWER = 100;

    private final InstantSource machine;
    private final LongSupplier ticker;

    // All below under this object's lock.
    private Instant told;
    private long ticked;

    /** The latest time at which this clock and the machine's agreed, and what passed since. */
    private Instant agreed;

    private Duration passed = Duration.ZERO;

    private Duration ahead = Duration.ZERO;

    /**
     * @param machine the machine's clock, which may be set to anything
     * @param ticker nanoseconds that never go back
     */
    public StoreClock(InstantSource machine, LongSupplier ticker) {
        this.machine = machine;
        this.ticker = ticker;
        this.told = machine.instant();
        this.ticked = ticker.getAsLong();
        this.agreed = told;
    }

    /** Of the machine this runs on. */
    public static StoreClock system() {
        return new StoreClock(InstantSource.system(), System::nanoTime);
    }

    @Override
    public synchronized Instant instant() {
        Instant tells = machine.instant();
        long tick = ticker.getAsLong();
        Duration ran = Duration.ofNanos(tick - ticked);
        Duration unseen = Duration.between(told, tells).minus(ran);
        passed = passed.plus(ran);
        if (isFar(unseen) && isFar(Duration.between(tells, own()))) {
            passed = passed.plus(unseen);
        }
        told = tells;
        ticked = tick;
        Instant own = own();
        if (tells.isBefore(own)) {
            ahead = Duration.between(tells, own);
            return own;
        }
        agreed = tells;
        passed = Duration.ZERO;
        ahead = Duration.ZERO;
        return tells;
    }

    private Instant own() {
        return agreed.plus(passed).minus(passed.dividedBy(SLOWER));
    }

    private static boolean isFar(Duration apart) {
        return apart.compareTo(STEP_MAX) > 0;
    }

    /** What the machine's clock tells when this one tells {@code own}, as things stand. */
    synchronized Instant machineAt(Instant own) {
        return own.minus(ahead);
    }

    /** Goes on where an earlier process left off, when the machine's clock told {@code tells}. */
    synchronized void goOn(Instant own, Instant tells) {
        agreed = own;
        passed = Duration.ZERO;
        ahead = Duration.between(tells, own);
        told = tells;
        ticked = ticker.getAsLong();
    }
}
