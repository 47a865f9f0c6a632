package dev.countergate.server.telemetry;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/** Points in time as this program writes them: RFC 3339, UTC, milliseconds. */
final class Timestamp {
    private static final DateTimeFormatter FORMAT =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private Timestamp() {}

    /** Such as {@code 2026-11-21T06:36:16.714Z}. */
    static String of(Instant instant) {
        return FORMAT.format(instant);
    }
}
