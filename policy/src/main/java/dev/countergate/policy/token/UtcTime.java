package dev.countergate.policy.token;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/**
 * Times as the formats others rely on spell them: RFC 3339, UTC, milliseconds, as in {@code 2026-11-21T07:00:00.000Z}. A
 * time has one spelling.
 */
public final class UtcTime {
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC)
                    .withResolverStyle(ResolverStyle.STRICT);

    private UtcTime() {}

    /**
     * The text of {@code time}, rounded down to milliseconds.
     *
     * @param time in the years 0 to 9999
     */
    public static String text(Instant time) {
        int year = OffsetDateTime.ofInstant(time, ZoneOffset.UTC).getYear();
        if (year < 0 || year > 9999) {
            throw new IllegalArgumentException("a time beyond RFC 3339: " + time);
        }
        return FORM.format(time.truncatedTo(ChronoUnit.MILLIS));
    }

    /** The time {@code text} spells; empty for any other spelling, even of a time. */
    public static Optional<Instant> parse(String text) {
        try {
            Instant time = Instant.from(FORM.parse(text));
            return text(time).equals(text) ? Optional.of(time) : Optional.empty();
        } catch (DateTimeException notATime) {
            return Optional.empty();
        } catch (IllegalArgumentException beyond) {
            return Optional.empty();
        }
    }

    /** Whether {@code time} has a text that says it exactly. */
    public static boolean isExact(Instant time) {
        return time.equals(time.truncatedTo(ChronoUnit.MILLIS))
                && parse(FORM.format(time)).isPresent();
    }
}
