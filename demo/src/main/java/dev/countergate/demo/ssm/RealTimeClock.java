package dev.countergate.demo.ssm;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The machine's own time, for scripts and for tests of clients that wait in real time. Thread safe. */
public final class RealTimeClock implements SimulatorClock {
    private final Clock clock = Clock.systemUTC();
    private final AtomicBoolean closed = new AtomicBoolean();

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        if (!delay.isPositive()) {
            task.run();
            return;
        }
        CompletableFuture.delayedExecutor(
                        delay.toNanos(), TimeUnit.NANOSECONDS, Thread::startVirtualThread)
                .execute(
                        () -> {
                            if (!closed.get()) {
                                task.run();
                            }
                        });
    }

    @Override
    public void close() {
        closed.set(true);
    }
}
