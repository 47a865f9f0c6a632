package dev.countergate.server.backend;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.Optional;

/** How backends write points in time, and how we do. */
public final class BackendTime {
    /** Go's zero time, which Prometheus and the Alertmanager write where there is none. */
    private static final Instant NONE = Instant.parse("0001-01-01T00:00:00Z");

    private static final BigInteger NANOS_IN_SECOND = BigInteger.valueOf(1_000_000_000);

    /** Powers of ten beyond which a number of seconds is no point in time but an attempt to fill the memory. */
    private static final int POWER_MAX = 40;

    private static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private BackendTime() {}

    /**
     * The time {@code seconds} after 1970 (Prometheus), exact to the nanosecond.
     *
     * @param seconds a JSON number's text, with or without fraction or exponent
     */
    public static Instant ofSeconds(String seconds) throws UnreadableAnswer {
        try {
            BigDecimal exact = new BigDecimal(seconds);
            if (Math.abs((long) exact.precision() - exact.scale()) > POWER_MAX) {
                throw new UnreadableAnswer("a time is out of range");
            }
            return ofNanos(
                    exact.movePointRight(9).setScale(0, RoundingMode.FLOOR).toBigIntegerExact());
        } catch (ArithmeticException | DateTimeException | NumberFormatException e) {
            throw new UnreadableAnswer("a time is out of range");
        }
    }

    /** The time {@code nanos} after 1970 (Loki), an integer's text. */
    public static Instant ofNanos(String nanos) throws UnreadableAnswer {
        if (nanos.length() > POWER_MAX) {
            throw new UnreadableAnswer("a time is out of range");
        }
        try {
            return ofNanos(new BigInteger(nanos));
        } catch (ArithmeticException | DateTimeException | NumberFormatException e) {
            throw new UnreadableAnswer("a time is not a number of nanoseconds");
        }
    }

    private static Instant ofNanos(BigInteger nanos) {
        BigInteger[] parts = nanos.divideAndRemainder(NANOS_IN_SECOND);
        return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
    }

    /** The time an RFC 3339 text means, or nothing for the zero time that stands for none. */
    public static Optional<Instant> ofRfc3339(String text) throws UnreadableAnswer {
        try {
            return Optional.of(DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from))
                    .filter(time -> !time.equals(NONE));
        } catch (DateTimeException e) {
            throw new UnreadableAnswer("a time is not in RFC 3339 form");
        }
    }

    /** RFC 3339 in UTC with milliseconds, as all our output has it. */
    public static String toText(Instant time) {
        return MILLIS.format(time);
    }

    /** Seconds after 1970 with as much fraction as there is, as Prometheus takes them. */
    public static String toSeconds(Instant time) {
        return seconds(time.getEpochSecond(), time.getNano());
    }

    /** Seconds with as much fraction as there is. */
    public static String toSeconds(Duration duration) {
        return seconds(duration.getSeconds(), duration.getNano());
    }

    private static String seconds(long seconds, int nanos) {
        return BigDecimal.valueOf(seconds)
                .add(BigDecimal.valueOf(nanos, 9))
                .stripTrailingZeros()
                .toPlainString();
    }

    /** Nanoseconds after 1970, as Loki takes them. */
    public static String toNanos(Instant time) {
        return BigInteger.valueOf(time.getEpochSecond())
                .multiply(NANOS_IN_SECOND)
                .add(BigInteger.valueOf(time.getNano()))
                .toString();
    }
}
