package dev.countergate.policy.change;

/** What an event made of a proposal. */
public sealed interface Step {
    /**
     * The event took place.
     *
     * @param proposal as it stands now; equal to the former where the event changed nothing
     */
    record Taken(Proposal proposal) implements Step {}

    /**
     * The event did not take place, and nothing changed.
     *
     * @param reason why
     * @param problem in words: lower case, one line, with a remedy where there is one
     */
    record Refused(Reason reason, String problem) implements Step {}

    /** Why an event is refused; the names are stable. */
    enum Reason {
        /** The state does not allow it, or no longer. */
        WRONG_STATE,
        /** The proposal's time is over. */
        EXPIRED,
        /** It is too early for this. */
        NOT_DUE,
        /** The token is for other bytes. */
        OTHER_PROPOSAL,
        /** The challenge or the evidence was used before. */
        TOKEN_SPENT,
        /** This person approved already. */
        SAME_PERSON,
        /** It matters who stands behind the requester, and nobody is known to. */
        UNMAPPED_PERSON,
        /** The backend cannot be asked by the attempt id, so a person has to settle it. */
        NOT_SEARCHABLE
    }
}
