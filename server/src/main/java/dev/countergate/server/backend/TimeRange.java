package dev.countergate.server.backend;

import dev.countergate.policy.request.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The time a query looks at, as it is sent.
 *
 * @param start or null to leave it to the backend
 * @param end or null to leave it to the backend, whose default is now
 */
public record TimeRange(@Nullable Instant start, @Nullable Instant end) {
    /** What {@code span} means when it is sent at {@code now}; a bound it leaves open stays open. */
    public static TimeRange of(Span span, Instant now) {
        Duration since = span.since();
        if (since == null) {
            return new TimeRange(span.start(), span.end());
        }
        Instant end = span.end() == null ? now : span.end();
        return new TimeRange(end.minus(since), end);
    }

    /** This range with both bounds: it ends now and reaches {@code since} back where it does not say. */
    public Closed closed(Instant now, Duration since) {
        Instant last = end == null ? now : end;
        return new Closed(start == null ? last.minus(since) : start, last);
    }

    /**
     * Why it is no range, in one line, or nothing.
     *
     * @param now what an open end means
     * @param mayBeEmpty whether it may end where it starts
     */
    public Optional<String> fault(Instant now, boolean mayBeEmpty) {
        Instant last = end == null ? now : end;
        if (start == null || last.isAfter(start) || (mayBeEmpty && last.equals(start))) {
            return Optional.empty();
        }
        return Optional.of(
                "the start, "
                        + BackendTime.toText(start)
                        + ", is not before the end, "
                        + BackendTime.toText(last)
                        + (end == null ? " (now)" : ""));
    }

    /** A range both ends of which are known. */
    public record Closed(Instant start, Instant end) {
        /** How long it is. */
        public Duration length() {
            return Duration.between(start, end);
        }
    }
}
