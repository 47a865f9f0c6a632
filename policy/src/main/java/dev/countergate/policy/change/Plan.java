package dev.countergate.policy.change;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The times a proposal lives by, fixed when it is made.
 *
 * @param created when it was made
 * @param expires from when on it can no longer be claimed
 * @param verifyWithin how long its effect is looked for, or null where no verification is declared
 * @param settle how long after an attempt's end the backend may take to show it by its id, or null where it cannot be asked by id
 */
public record Plan(
        Instant created,
        Instant expires,
        @Nullable Duration verifyWithin,
        @Nullable Duration settle) {
    public Plan {
        if (!expires.isAfter(created)) {
            throw new IllegalArgumentException("a proposal lives for a while");
        }
    }
}
