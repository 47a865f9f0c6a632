package dev.countergate.policy.parameter;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations in Prometheus' grammar: {@code 0}, or whole numbers with the units {@code y w d h m s ms}, largest first,
 * each at most once. A year has 365 days, as in Prometheus.
 */
public final class PrometheusDuration {
    /** The longest duration understood: Prometheus keeps nanoseconds in 64 bits. */
    static final Duration MAX = Duration.ofNanos(Long.MAX_VALUE);

    private static final Pattern GRAMMAR =
            Pattern.compile(
                    "(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?");
    private static final long[] UNIT_MILLIS = {
        31_536_000_000L, 604_800_000L, 86_400_000L, 3_600_000L, 60_000L, 1_000L, 1L
    };
    private static final int TEXT_MAX = 64;

    private PrometheusDuration() {}

    /** The duration {@code text} stands for; empty when it is none, or longer than about 292 years. */
    public static Optional<Duration> parse(String text) {
        if (text.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        if (text.isEmpty() || text.length() > TEXT_MAX) {
            return Optional.empty();
        }
        Matcher matcher = GRAMMAR.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        BigInteger millis = BigInteger.ZERO;
        for (int unit = 0; unit < UNIT_MILLIS.length; unit++) {
            String count = matcher.group(unit + 1);
            if (count != null) {
                millis =
                        millis.add(
                                new BigInteger(count)
                                        .multiply(BigInteger.valueOf(UNIT_MILLIS[unit])));
            }
        }
        return millis.compareTo(BigInteger.valueOf(MAX.toMillis())) > 0
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(millis.longValueExact()));
    }

    /** {@code duration} in this grammar, to the millisecond: {@code 1h30m}; {@code 0s} for none. Weeks and years are days. */
    public static String text(Duration duration) {
        StringBuilder text = new StringBuilder();
        add(text, duration.toDays(), "d");
        add(text, duration.toHoursPart(), "h");
        add(text, duration.toMinutesPart(), "m");
        add(text, duration.toSecondsPart(), "s");
        add(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void add(StringBuilder text, long count, String unit) {
        if (count > 0) {
            text.append(count).append(unit);
        }
    }
}
