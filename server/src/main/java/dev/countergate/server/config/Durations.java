package dev.countergate.server.config;

import dev.countergate.server.yaml.Text;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Durations of a file, already known to be written rightly. */
final class Durations {
    private Durations() {}

    /** The duration {@code text} writes, a bare number being milliseconds; {@code otherwise} where it is absent. */
    static Duration of(@Nullable Text text, Duration otherwise) {
        return text == null ? otherwise : parse(text.value());
    }

    static Duration parse(String text) {
        if (text.chars()
                .allMatch(c -> (c >= '0' && c <= '9') || c == '.' || c == 'E' || c == '-')) {
            return Duration.ofNanos((long) (Double.parseDouble(text) * 1_000_000));
        }
        Duration sum = Duration.ZERO;
        int at = 0;
        while (at < text.length()) {
            int digits = at;
            while (Character.isDigit(text.charAt(digits))) {
                digits++;
            }
            int unit = digits;
            while (unit < text.length() && !Character.isDigit(text.charAt(unit))) {
                unit++;
            }
            long count = Long.parseLong(text.substring(at, digits));
            sum =
                    sum.plus(
                            switch (text.substring(digits, unit)) {
                                case "ms" -> Duration.ofMillis(count);
                                case "s" -> Duration.ofSeconds(count);
                                case "m" -> Duration.ofMinutes(count);
                                case "h" -> Duration.ofHours(count);
                                case "d" -> Duration.ofDays(count);
                                case "w" -> Duration.ofDays(7 * count);
                                case "y" -> Duration.ofDays(365 * count);
                                default ->
                                        throw new IllegalArgumentException(
                                                "not a duration: " + text);
                            });
            at = unit;
        }
        return sum;
    }

    /** In the units a catalogue writes: 90 seconds are {@code 1m30s}. */
    static String shown(Duration duration) {
        return duration.toMillisPart() == 0
                ? duration.toString().substring(2).toLowerCase(Locale.ROOT)
                : duration.toMillis() + "ms";
    }
}
