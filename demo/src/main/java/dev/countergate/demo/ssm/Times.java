package dev.countergate.demo.ssm;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The service's two ways to write a time. */
final class Times {
    private static final DateTimeFormatter ISO =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private Times() {}

    /** Seconds with milliseconds: a JSON number. */
    static BigDecimal seconds(Instant instant) {
        return BigDecimal.valueOf(instant.toEpochMilli(), 3);
    }

    /** ISO 8601, or the empty string when there is no time yet. */
    static String iso(@Nullable Instant instant) {
        return instant == null ? "" : ISO.format(instant);
    }

    /** ISO 8601, or the empty string when either end is missing. */
    static String elapsed(@Nullable Instant from, @Nullable Instant to) {
        return from == null || to == null ? "" : Duration.between(from, to).toString();
    }
}
