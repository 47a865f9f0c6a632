package dev.countergate.demo.ssm;

import java.time.Duration;
import java.time.Instant;

/** The simulator's time: states of commands and automations advance by it. Implementations are thread safe. */
public sealed interface SimulatorClock extends AutoCloseable permits ManualClock, RealTimeClock {
    /** The present instant. */
    Instant now();

    /** Runs the task once, when {@code delay} has passed; a zero delay runs it at once on the calling thread. */
    void schedule(Duration delay, Runnable task);

    @Override
    void close();
}
