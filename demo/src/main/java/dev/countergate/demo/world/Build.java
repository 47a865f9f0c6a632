package dev.countergate.demo.world;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/** The builds of the service there are, and how each behaves as it ages. */
public enum Build {
    /** The one before the last; it is well. */
    SOUND("v2.4.0") {
        @Override
        double failing(Duration age) {
            return FAILING_BY_CHANCE;
        }

        @Override
        double memory(Duration age) {
            return MEMORY_AT_START;
        }
    },

    /** It keeps the memory of every request; after two minutes the first of them fail, after six the memory is full. */
    LEAKING("v2.4.1") {
        @Override
        double failing(Duration age) {
            return between(FAILING_BY_CHANCE, FAILING_AT_WORST, FAILS_AFTER, FAILS_MOST_AFTER, age);
        }

        @Override
        double memory(Duration age) {
            return between(MEMORY_AT_START, MEMORY_AT_MOST, Duration.ZERO, FULL_AFTER, age);
        }
    };

    static final double FAILING_BY_CHANCE = 0.002;
    static final double FAILING_AT_WORST = 0.231;
    static final double MEMORY_AT_START = 0.41;
    static final double MEMORY_AT_MOST = 0.97;
    static final Duration FAILS_AFTER = Duration.ofMinutes(2);
    static final Duration FAILS_MOST_AFTER = Duration.ofMinutes(5);
    static final Duration FULL_AFTER = Duration.ofMinutes(6);

    private final String version;

    Build(String version) {
        this.version = version;
    }

    /** Its name in the world, such as {@code v2.4.0}. */
    public String version() {
        return version;
    }

    /** The build that is called so. */
    static Optional<Build> called(String version) {
        return Stream.of(values()).filter(each -> each.version.equals(version)).findFirst();
    }

    /** The share of requests that fail when it has served for {@code age}, 0 to 1. */
    abstract double failing(Duration age);

    /** The share of its memory that is in use when it has served for {@code age}, 0 to 1. */
    abstract double memory(Duration age);

    /** How old it is when the share of failing requests passes {@code share}; only for one that comes to fail. */
    static Duration failingOver(double share) {
        double part = (share - FAILING_BY_CHANCE) / (FAILING_AT_WORST - FAILING_BY_CHANCE);
        Duration span = FAILS_MOST_AFTER.minus(FAILS_AFTER);
        return FAILS_AFTER.plusMillis(Math.round(part * span.toMillis()));
    }

    /** A straight line from one value at one age to another at another, level before and after. */
    private static double between(
            double from, double to, Duration begins, Duration ends, Duration age) {
        double part = (double) age.minus(begins).toMillis() / ends.minus(begins).toMillis();
        return from + (to - from) * Math.clamp(part, 0.0, 1.0);
    }
}
