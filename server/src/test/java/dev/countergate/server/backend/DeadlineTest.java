package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @ParameterizedTest
    @ValueSource(longs = {0, -5, 7_000_000_000L, Long.MAX_VALUE - 10, Long.MIN_VALUE})
    void is_over_when_its_time_has_passed_wherever_the_clock_stands(long start) {
        AtomicLong nanos = new AtomicLong(start);
        Deadline deadline = Deadline.in(SECOND, nanos::get);

        nanos.addAndGet(SECOND.toNanos() - 1);
        assertThat(deadline.isOver()).isFalse();
        assertThat(deadline.left()).isEqualTo(Duration.ofNanos(1));
        nanos.addAndGet(1);
        assertThat(deadline.isOver()).isTrue();
        assertThat(deadline.left()).isZero();
        nanos.addAndGet(SECOND.toNanos());
        assertThat(deadline.isOver()).isTrue();
        assertThat(deadline.left()).isZero();
    }

    @Test
    void the_earlier_of_two_holds_and_says_how_long_it_gave() {
        AtomicLong nanos = new AtomicLong();
        Deadline deadline = Deadline.in(SECOND, nanos::get);
        nanos.addAndGet(Duration.ofMillis(600).toNanos());

        assertThat(deadline.atMost(Duration.ofMillis(300)).left())
                .isEqualTo(Duration.ofMillis(300));
        assertThat(deadline.atMost(Duration.ofMillis(300)).given())
                .isEqualTo(Duration.ofMillis(300));
        assertThat(deadline.atMost(Duration.ofMillis(500)).left())
                .isEqualTo(Duration.ofMillis(400));
        assertThat(deadline.atMost(Duration.ofMillis(500)).given()).isEqualTo(SECOND);
    }

    @Test
    void a_timeout_of_more_years_than_a_clock_counts_is_no_fault() {
        Deadline deadline = Deadline.in(SECOND, () -> 0);

        assertThat(deadline.atMost(Duration.ofDays(365L * 1_000))).isEqualTo(deadline);
    }
}
