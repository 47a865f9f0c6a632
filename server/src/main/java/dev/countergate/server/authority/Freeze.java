package dev.countergate.server.authority;

import dev.countergate.policy.token.UtcTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why nothing is sent.
 *
 * @param environment where nothing is sent, or null for everywhere
 * @param reason as whoever froze it gave it, one line
 * @param since when it was frozen
 * @param by who froze it
 */
public record Freeze(@Nullable String environment, String reason, Instant since, String by) {
    /** Whether nothing is sent to {@code target} because of this. */
    public boolean covers(String target) {
        return environment == null || environment.equals(target);
    }

    /** Whether this and {@code other} freeze the same. */
    boolean hasScopeOf(Freeze other) {
        return environment == null
                ? other.environment == null
                : environment.equals(other.environment);
    }

    /** Why nothing is sent, and where not; one line. */
    public String why() {
        return environment == null ? reason : "in `" + environment + "`: " + reason;
    }

    /** What is frozen, why, since when and by whom: one line. */
    public String text() {
        return (environment == null ? "everything" : "`" + environment + "`")
                + " is frozen since "
                + UtcTime.text(since)
                + " by "
                + by
                + ": "
                + reason;
    }
}
