package dev.countergate.policy.request;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The time a query looks at, still open where the caller left it open: what "now" is, the backend decides when it sends.
 *
 * @param since how far it reaches back from its end, or null
 * @param start or null; never together with {@code since}
 * @param end or null for now
 */
public record Span(@Nullable Duration since, @Nullable Instant start, @Nullable Instant end) {}
