package dev.countergate.server.cli;

import java.time.Duration;

/** Durations as a catalogue writes them. */
final class ShownDuration {
    private ShownDuration() {}

    /** Such as {@code 1h30m}. */
    static String of(Duration duration) {
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
