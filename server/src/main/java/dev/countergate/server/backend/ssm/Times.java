package dev.countergate.server.backend.ssm;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/** Times as results write them: RFC 3339, UTC, milliseconds. */
final class Times {
    private static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private Times() {}

    static String rfc3339(Instant instant) {
        return MILLIS.format(instant);
    }
}
