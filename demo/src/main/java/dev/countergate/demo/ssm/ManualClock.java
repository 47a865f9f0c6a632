package dev.countergate.demo.ssm;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;

/** A clock that stands still until a test advances it. Thread safe. */
public final class ManualClock implements SimulatorClock {
    private record Due(Instant at, long order, Runnable task) {}

    private final PriorityQueue<Due> tasks =
            new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::order));
    private Instant now;
    private long scheduled;

    /** Stands at {@code start}. */
    public ManualClock(Instant start) {
        this.now = start;
    }

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        if (!delay.isPositive()) {
            task.run();
            return;
        }
        synchronized (this) {
            tasks.add(new Due(now.plus(delay), scheduled++, task));
        }
    }

    /** Moves the time on, running on this thread what falls due on the way, each task at its own instant. */
    public void advance(Duration by) {
        Instant end = now().plus(by);
        Optional<Runnable> due = takeDueBy(end);
        while (due.isPresent()) {
            due.get().run();
            due = takeDueBy(end);
        }
    }

    private synchronized Optional<Runnable> takeDueBy(Instant end) {
        Due first = tasks.peek();
        if (first == null || first.at().isAfter(end)) {
            now = end;
            return Optional.empty();
        }
        tasks.remove();
        now = first.at();
        return Optional.of(first.task());
    }

    @Override
    public synchronized void close() {
        tasks.clear();
    }
}
