package dev.countergate.server.http;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.Callback;

/** Counts what is being worked on, so that it can be waited for. Thread safe. */
final class Work {
    private final AtomicInteger running = new AtomicInteger();

    /** Counts a request until {@code callback} is told of its end. */
    Callback counted(Callback callback) {
        running.incrementAndGet();
        return Callback.from(callback, running::decrementAndGet);
    }

    /** Runs each task on a virtual thread of its own, and counts it. */
    Executor onThreadsOfTheirOwn() {
        return task -> {
            running.incrementAndGet();
            Thread.ofVirtual()
                    .name("mcp-sse")
                    .start(
                            () -> {
                                try {
                                    task.run();
                                } finally {
                                    running.decrementAndGet();
                                }
                            });
        };
    }

    /** Whether everything ended within {@code bound}. */
    boolean endsWithin(Duration bound) throws InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        while (running.get() > 0) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return true;
    }
}
