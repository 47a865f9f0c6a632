package dev.countergate.policy.change;

import java.util.EnumSet;
import java.util.Set;

/**
 * Where a proposal stands. Every edge leads forward: what was left is never entered again, so nothing can be sent twice.
 */
public enum ProposalState {
    /** Waits for persons. */
    PENDING,
    /** Its quorum is complete; the claim follows at once or never. */
    APPROVED,
    /** Its one attempt is taken; nothing is sent yet. */
    CLAIMED,
    /** The first byte may have left. */
    SENDING,
    /** The backend took it whole; whether it worked is not known yet. */
    APPLIED,
    /** Some targets took it, or may have acted. */
    PARTLY_APPLIED,
    /** It had no effect. */
    FAILED,
    /** Whether it had an effect is not known. */
    OUTCOME_UNKNOWN,
    /** The effect was seen. */
    VERIFIED,
    /** The effect was looked for and not seen. */
    NOT_VERIFIED,
    /** The effect could not be judged. */
    UNVERIFIED,
    /** Found at the backend after an unknown outcome. */
    FOUND_APPLIED,
    /** Absent from the backend after an unknown outcome, twice. */
    FOUND_NOT_APPLIED,
    /** A person settled an unknown outcome. */
    RESOLVED_BY_HUMAN,
    /** A person said no. */
    REJECTED,
    /** Its time was over. */
    EXPIRED,
    /** Its requester took it back. */
    WITHDRAWN,
    /** Its tool has changed. */
    SUPERSEDED,
    /** A precondition, limit, freeze or drift stopped it. */
    BLOCKED,
    /** A person did it themselves. */
    DONE_BY_HAND;

    private static final Set<ProposalState> EXITS =
            EnumSet.of(REJECTED, EXPIRED, WITHDRAWN, SUPERSEDED, BLOCKED, DONE_BY_HAND);

    /** The states that may follow this one; none for a final state. */
    public Set<ProposalState> next() {
        return switch (this) {
            case PENDING -> with(APPROVED);
            case APPROVED -> with(CLAIMED);
            case CLAIMED -> EnumSet.of(SENDING, FAILED);
            case SENDING -> EnumSet.of(APPLIED, PARTLY_APPLIED, FAILED, OUTCOME_UNKNOWN);
            case APPLIED, PARTLY_APPLIED -> EnumSet.of(VERIFIED, NOT_VERIFIED, UNVERIFIED);
            case OUTCOME_UNKNOWN -> EnumSet.of(FOUND_APPLIED, FOUND_NOT_APPLIED, RESOLVED_BY_HUMAN);
            case FAILED,
                    VERIFIED,
                    NOT_VERIFIED,
                    UNVERIFIED,
                    FOUND_APPLIED,
                    FOUND_NOT_APPLIED,
                    RESOLVED_BY_HUMAN,
                    REJECTED,
                    EXPIRED,
                    WITHDRAWN,
                    SUPERSEDED,
                    BLOCKED,
                    DONE_BY_HAND ->
                    EnumSet.noneOf(ProposalState.class);
        };
    }

    private static Set<ProposalState> with(ProposalState onward) {
        Set<ProposalState> next = EnumSet.copyOf(EXITS);
        next.add(onward);
        return next;
    }

    /** Whether it can still be decided on: nothing is claimed yet. */
    public boolean isOpen() {
        return this == PENDING || this == APPROVED;
    }

    /** Whether nothing follows. */
    public boolean isFinal() {
        return next().isEmpty();
    }

    /** Whether its effect key is taken: open, under way, being verified, or of unknown outcome. */
    public boolean holdsEffectKey() {
        return !isFinal();
    }

    /** Whether its effect key waits for a while afterwards. */
    public boolean delaysEffectKey() {
        return this == REJECTED || this == NOT_VERIFIED;
    }
}
