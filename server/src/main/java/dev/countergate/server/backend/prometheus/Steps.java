package dev.countergate.server.backend.prometheus;

import java.time.Duration;
import java.util.List;

/** How far apart the points of a range query are. */
final class Steps {
    /** How many points a series has at most where the step is ours to choose. */
    static final int POINTS_CHOSEN_MAX = 300;

    /** How many steps a range may hold: Prometheus refuses more than 11,000 points a series. */
    static final int STEPS_MAX = 11_000;

    /** The finest step: below a millisecond Prometheus cannot count. */
    static final Duration MIN = Duration.ofMillis(1);

    private static final Duration DAY = Duration.ofDays(1);

    /** Steps a person would choose, ascending. */
    private static final List<Duration> ROUND =
            List.of(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(2),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(10),
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(30),
                    Duration.ofHours(1),
                    Duration.ofHours(2),
                    Duration.ofHours(3),
                    Duration.ofHours(6),
                    Duration.ofHours(12),
                    DAY);

    private Steps() {}

    /** The finest round step at which a range of {@code length} has at most {@value #POINTS_CHOSEN_MAX} points. */
    static Duration choose(Duration length) {
        return round(length, POINTS_CHOSEN_MAX - 1);
    }

    /** Whether a range of {@code length} has more points at {@code step} than Prometheus gives. */
    static boolean isTooFine(Duration step, Duration length) {
        return length.dividedBy(step) > STEPS_MAX;
    }

    /** The finest round step at which Prometheus answers for a range of {@code length}. */
    static Duration finest(Duration length) {
        return round(length, STEPS_MAX);
    }

    private static Duration round(Duration length, int stepsMax) {
        for (Duration step : ROUND) {
            if (step.multipliedBy(stepsMax).compareTo(length) >= 0) {
                return step;
            }
        }
        long days = length.dividedBy(DAY.multipliedBy(stepsMax)) + 1;
        return DAY.multipliedBy(days);
    }
}
