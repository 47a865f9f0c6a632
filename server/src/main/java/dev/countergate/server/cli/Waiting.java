package dev.countergate.server.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Says on standard error what is waited for: after a second, and then ever more seldom, one plain line each time. What
 * takes less is not spoken of.
 */
final class Waiting implements AutoCloseable {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread speaker;

    Waiting(Supplier<String> what, Console console) {
        this(what, console, FIRST);
    }

    /**
     * @param first how long nothing is said
     */
    Waiting(Supplier<String> what, Console console, Duration first) {
        long began = System.nanoTime();
        speaker =
                Thread.ofVirtual()
                        .name("waiting")
                        .start(
                                () -> {
                                    Duration pause = first;
                                    while (!isOverWithin(pause)) {
                                        long seconds =
                                                TimeUnit.NANOSECONDS.toSeconds(
                                                        System.nanoTime() - began);
                                        console.note(what.get() + " (" + seconds + " s)");
                                        pause =
                                                pause.compareTo(LONGEST) < 0
                                                        ? pause.multipliedBy(2)
                                                        : LONGEST;
                                    }
                                });
    }

    private boolean isOverWithin(Duration pause) {
        try {
            return over.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException ended) {
            return true;
        }
    }

    /** Nothing is said any more when this returns. */
    @Override
    public void close() {
        over.countDown();
        try {
            speaker.join();
        } catch (InterruptedException taken) {
            Thread.currentThread().interrupt();
        }
    }
}
