package dev.countergate.demo.ssm;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The one lock around the simulator's world, and its clock: calls, timers and ending processes take turns here. */
final class Timeline {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final SimulatorClock clock;

    Timeline(SimulatorClock clock) {
        this.clock = clock;
    }

    Instant now() {
        return clock.now();
    }

    <T> T within(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    void run(Runnable step) {
        lock.lock();
        try {
            step.run();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    void after(Duration delay, Runnable step) {
        clock.schedule(delay, () -> run(step));
    }

    /** Waits, in real time, until the condition holds of the world; false when {@code most} has passed before. */
    boolean await(BooleanSupplier condition, Duration most) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = most.toNanos();
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
