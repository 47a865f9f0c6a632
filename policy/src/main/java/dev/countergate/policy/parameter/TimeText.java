package dev.countergate.policy.parameter;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Pattern;

/** Points in time as callers write them: RFC 3339, or seconds since the epoch with up to nine decimals. */
public final class TimeText {
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,11}(?:\\.[0-9]{1,9})?");
    private static final Pattern RFC_3339 =
            Pattern.compile(
                    "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})");

    private TimeText() {}

    /** The moment {@code text} stands for; empty when it is none. */
    public static Optional<Instant> parse(String text) {
        if (SECONDS.matcher(text).matches()) {
            BigDecimal seconds = new BigDecimal(text);
            long whole = seconds.setScale(0, RoundingMode.FLOOR).longValueExact();
            long nanos =
                    seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValueExact();
            return Optional.of(Instant.ofEpochSecond(whole, nanos));
        }
        if (!RFC_3339.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException noSuchDay) {
            return Optional.empty();
        }
    }
}
