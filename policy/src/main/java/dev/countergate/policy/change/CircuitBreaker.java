package dev.countergate.policy.change;

import dev.countergate.policy.catalogue.Policy.Breaker;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When an environment freezes by itself: after so many changes in so short a time that failed, were not verified, or may
 * have gone wrong unseen.
 *
 * @param breaker as the catalogue sets it
 */
public record CircuitBreaker(Breaker breaker) {
    /**
     * Whether a proposal that came to {@code state} counts as a failure of its environment. One proposal counts once, when
     * it first comes to such a state.
     *
     * @param verifies whether its tool declares how to look for its effect, so that not having seen it means something
     */
    public static boolean counts(ProposalState state, boolean verifies) {
        return switch (state) {
            case FAILED, NOT_VERIFIED, OUTCOME_UNKNOWN -> true;
            case UNVERIFIED -> verifies;
            case PENDING,
                    APPROVED,
                    CLAIMED,
                    SENDING,
                    APPLIED,
                    PARTLY_APPLIED,
                    VERIFIED,
                    FOUND_APPLIED,
                    FOUND_NOT_APPLIED,
                    RESOLVED_BY_HUMAN,
                    REJECTED,
                    EXPIRED,
                    WITHDRAWN,
                    SUPERSEDED,
                    BLOCKED,
                    DONE_BY_HAND ->
                    false;
        };
    }

    /**
     * The time after which failures count.
     *
     * @param tripped when it last froze there: whoever lifted that has seen what had failed by then; null if it is not known
     *     to have
     */
    public Instant since(StoreTime now, @Nullable Instant tripped) {
        Instant since = now.at().minus(breaker.within());
        return tripped != null && tripped.isAfter(since) ? tripped : since;
    }

    /** Whether {@code failures} of one environment since {@link #since} freeze it. */
    public boolean trips(int failures) {
        return failures >= breaker.failures();
    }
}
