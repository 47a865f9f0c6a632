package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.testing.process.Workplace;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class WaitingTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Console console =
            new Console(
                    Map.of(),
                    Path.of(""),
                    System.out,
                    new PrintStream(err, true, StandardCharsets.UTF_8));

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void what_is_done_at_once_is_not_spoken_of() {
        try (Waiting _ = console.waiting("asking")) {
            assertThat(said()).isEmpty();
        }
        assertThat(said()).isEmpty();
    }

    @Test
    void says_how_far_it_is_one_plain_line_each_time_and_is_silent_once_closed() throws Exception {
        AtomicInteger leaves = new AtomicInteger();
        try (Waiting _ =
                new Waiting(
                        () -> leaves.incrementAndGet() + " leaves so far",
                        console,
                        Duration.ofMillis(1))) {
            Workplace.await("three lines", () -> said().lines().count() >= 3);
        }
        String closed = said();
        assertThat(closed)
                .startsWith(
                        "countergate: 1 leaves so far (0 s)\ncountergate: 2 leaves so far (0 s)\n")
                .doesNotContain("\r", "\u001b");
        assertThat(leaves.get()).isEqualTo((int) closed.lines().count());
    }

    @Test
    void whoever_was_speaking_is_done_once_it_is_closed() throws Exception {
        AtomicReference<Thread> speaker = new AtomicReference<>();
        CountDownLatch mayGoOn = new CountDownLatch(1);
        Waiting waiting =
                new Waiting(
                        () -> {
                            speaker.set(Thread.currentThread());
                            uninterruptibly(mayGoOn);
                            return "slowly ".repeat(10_000);
                        },
                        console,
                        Duration.ofMillis(1));
        Workplace.await("a word", () -> speaker.get() != null);
        mayGoOn.countDown();
        waiting.close();
        assertThat(speaker.get().isAlive()).isFalse();
    }

    private static void uninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException nobodyInterrupts) {
            throw new AssertionError(nobodyInterrupts);
        }
    }
}
