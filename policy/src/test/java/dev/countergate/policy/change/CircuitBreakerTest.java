package dev.countergate.policy.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Policy.Breaker;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CircuitBreakerTest {
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    private static final Set<ProposalState> FAILURES =
            EnumSet.of(
                    ProposalState.FAILED,
                    ProposalState.NOT_VERIFIED,
                    ProposalState.OUTCOME_UNKNOWN);

    private final CircuitBreaker breaker =
            new CircuitBreaker(new Breaker(3, Duration.ofMinutes(10)));

    @ParameterizedTest
    @EnumSource(ProposalState.class)
    void counts_what_failed_or_may_have_and_nothing_else(ProposalState state) {
        boolean unseen = state == ProposalState.UNVERIFIED;

        assertThat(CircuitBreaker.counts(state, false)).isEqualTo(FAILURES.contains(state));
        assertThat(CircuitBreaker.counts(state, true))
                .isEqualTo(FAILURES.contains(state) || unseen);
    }

    @ParameterizedTest
    @CsvSource({"0,false", "2,false", "3,true", "4,true"})
    void trips_at_as_many_failures_as_the_catalogue_says(int failures, boolean trips) {
        assertThat(breaker.trips(failures)).isEqualTo(trips);
    }

    @ParameterizedTest
    @CsvSource({
        ",                     2026-01-02T11:50:00Z",
        "2026-01-02T11:00:00Z, 2026-01-02T11:50:00Z",
        "2026-01-02T11:59:00Z, 2026-01-02T11:59:00Z",
        "2026-01-02T11:50:00Z, 2026-01-02T11:50:00Z"
    })
    void what_had_failed_before_a_person_thawed_it_does_not_freeze_it_again(
            @Nullable Instant thawed, Instant since) {
        assertThat(breaker.since(new StoreTime(NOON), thawed)).isEqualTo(since);
    }

    @Test
    void a_clock_set_back_does_not_shorten_the_window() {
        StoreTime now = StoreTime.of(NOON.minusSeconds(3_600), NOON);

        assertThat(breaker.since(now, null)).isEqualTo(NOON.minusSeconds(600));
    }
}
