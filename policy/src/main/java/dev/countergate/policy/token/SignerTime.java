package dev.countergate.policy.token;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The times of an allowed_signers file: {@code YYYYMMDD[Z]} and {@code YYYYMMDDHHMM[SS][Z]}. */
final class SignerTime {
    private static final Pattern SHAPE =
            Pattern.compile("(\\d{4})(\\d\\d)(\\d\\d)(?:(\\d\\d)(\\d\\d)(\\d\\d)?)?(Z)?");

    private SignerTime() {}

    /** The time, later than 1970 as ssh-keygen demands; empty for anything else. */
    static Optional<Instant> parse(String text, ZoneId zone) {
        Matcher parts = SHAPE.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        LocalDateTime local;
        try {
            local =
                    LocalDateTime.of(
                            number(parts, 1),
                            number(parts, 2),
                            number(parts, 3),
                            number(parts, 4),
                            number(parts, 5),
                            number(parts, 6));
        } catch (DateTimeException noSuchTime) {
            return Optional.empty();
        }
        Instant utc = local.toInstant(ZoneOffset.UTC);
        // OpenSSH's misc.c hands mktime a time that says it is not daylight saving time, in summer
        // too.
        Instant time =
                parts.group(7) == null
                        ? local.toInstant(zone.getRules().getStandardOffset(utc))
                        : utc;
        return time.getEpochSecond() > 0 ? Optional.of(time) : Optional.empty();
    }

    private static int number(Matcher parts, int group) {
        return parts.group(group) == null ? 0 : Integer.parseInt(parts.group(group));
    }
}
