package dev.countergate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A machine whose clock is set, and which sleeps. */
class StoreClockTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private Instant told = NOON;
    private long nanos = Long.MAX_VALUE - 1;
    private StoreClock clock = restarted();

    @Test
    void tells_what_the_machine_tells_while_that_goes_forward() {
        runs(HOUR);
        assertThat(clock.instant()).isEqualTo(NOON.plus(HOUR));
        isSet(DAY);
        assertThat(clock.instant()).isEqualTo(NOON.plus(HOUR).plus(DAY));
        runs(HOUR);
        assertThat(clock.instant()).isEqualTo(NOON.plus(HOUR).plus(DAY).plus(HOUR));
    }

    @Test
    void runs_on_where_the_machine_is_set_back() {
        isSet(DAY);
        Instant ahead = clock.instant();
        isSet(DAY.negated());
        assertThat(clock.instant()).isEqualTo(ahead);
        runs(HOUR);
        assertThat(Duration.between(ahead, clock.instant())).isEqualTo(hundredthLess(HOUR));
        for (int i = 0; i < 60; i++) {
            runs(MINUTE);
            clock.instant();
        }
        assertThat(Duration.between(ahead, clock.instant()))
                .isEqualTo(hundredthLess(HOUR.multipliedBy(2)));
    }

    @Test
    void loses_nothing_by_being_looked_at_all_the_time() {
        isSet(HOUR.negated());
        for (int i = 0; i < 2_000; i++) {
            runs(Duration.ofNanos(700_000));
            clock.instant();
        }
        assertThat(clock.instant()).isAfter(NOON.plusMillis(1_380));
    }

    @Test
    void agrees_with_the_machine_again_after_a_step_of_a_second() {
        isSet(Duration.ofSeconds(-1));
        assertThat(clock.instant()).isEqualTo(NOON);
        runs(Duration.ofSeconds(99));
        assertThat(clock.instant()).isAfter(told);
        runs(Duration.ofSeconds(1));
        assertThat(clock.instant()).isEqualTo(told);
        runs(HOUR);
        assertThat(clock.instant()).isEqualTo(told);
    }

    @Test
    void does_not_run_away_where_the_machine_is_stepped_to_and_fro() {
        for (int i = 0; i < 1_000; i++) {
            isSet(Duration.ofSeconds(30));
            clock.instant();
            isSet(Duration.ofSeconds(-30));
            clock.instant();
        }
        assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(30));
    }

    @Test
    void counts_what_the_machine_slept_while_it_is_ahead() {
        isSet(DAY.negated());
        clock.instant();
        told = told.plus(HOUR);
        assertThat(clock.instant()).isEqualTo(NOON.plus(hundredthLess(HOUR)));
    }

    @Test
    void agrees_with_a_machine_that_is_set_right_again() {
        isSet(DAY.negated());
        runs(HOUR);
        clock.instant();
        isSet(DAY);
        assertThat(clock.instant()).isEqualTo(told).isEqualTo(NOON.plus(HOUR));
    }

    @Test
    void agrees_with_a_machine_that_slept_for_longer_than_it_was_behind() {
        isSet(HOUR.negated());
        clock.instant();
        told = told.plus(DAY);
        assertThat(clock.instant()).isEqualTo(told);
    }

    @Test
    void goes_on_after_a_restart_by_what_passed_between() {
        isSet(DAY.negated());
        Instant own = clock.instant();
        Instant then = told;
        told = told.plus(HOUR);
        nanos = 7;
        clock = restarted();
        clock.goOn(own, then);
        assertThat(clock.instant()).isEqualTo(own.plus(hundredthLess(HOUR)));
        runs(HOUR);
        assertThat(clock.instant()).isEqualTo(own.plus(hundredthLess(HOUR.multipliedBy(2))));
    }

    @Test
    void does_not_go_back_where_the_machine_was_set_back_while_nothing_ran() {
        Instant own = clock.instant();
        Instant then = told;
        isSet(DAY.negated());
        clock = restarted();
        clock.goOn(own, then);
        assertThat(clock.instant()).isEqualTo(own);
        runs(HOUR);
        assertThat(clock.instant()).isEqualTo(own.plus(hundredthLess(HOUR)));
    }

    private StoreClock restarted() {
        return new StoreClock(() -> told, () -> nanos);
    }

    private void runs(Duration time) {
        told = told.plus(time);
        nanos += time.toNanos();
    }

    private void isSet(Duration by) {
        told = told.plus(by);
    }

    private static Duration hundredthLess(Duration time) {
        return time.multipliedBy(99).dividedBy(100);
    }
}
