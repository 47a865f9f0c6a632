package dev.countergate.server.backend.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepsTest {
    @ParameterizedTest
    @CsvSource({
        "PT0S, PT1S",
        "PT4M59S, PT1S",
        "PT5M, PT2S",
        "PT15M, PT5S",
        "PT1H, PT15S",
        "PT6H, PT2M",
        "PT24H, PT5M",
        "P7D, PT1H",
        "P30D, PT3H",
        "P365D, P2D",
        "P3650D, P13D",
    })
    void a_round_step_is_chosen_for_a_range(Duration length, Duration step) {
        assertThat(Steps.choose(length)).isEqualTo(step);
    }

    @Test
    void no_range_gets_more_points_than_the_budget() {
        for (long seconds = 1; seconds < 400_000_000L; seconds += 1 + seconds / 7) {
            Duration length = Duration.ofSeconds(seconds);
            assertThat(length.dividedBy(Steps.choose(length)) + 1)
                    .as("%s", length)
                    .isLessThanOrEqualTo(Steps.POINTS_CHOSEN_MAX);
            assertThat(Steps.isTooFine(Steps.finest(length), length)).isFalse();
        }
    }

    @Test
    void more_than_eleven_thousand_steps_are_too_fine() {
        assertThat(Steps.isTooFine(Duration.ofSeconds(1), Duration.ofSeconds(11_000))).isFalse();
        assertThat(Steps.isTooFine(Duration.ofSeconds(1), Duration.ofSeconds(11_001))).isTrue();
    }
}
