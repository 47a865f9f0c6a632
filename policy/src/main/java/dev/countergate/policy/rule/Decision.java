package dev.countergate.policy.rule;

import org.jspecify.annotations.Nullable;

/** What becomes of a call. */
public sealed interface Decision {
    /** The id of the rule that decided, or null where none matched and the default held. */
    @Nullable String rule();

    /**
     * It goes on without a person.
     *
     * @param rule that permitted it, or null for a read or notification that no rule spoke of
     */
    record Permit(@Nullable String rule) implements Decision {}

    /**
     * Persons must agree.
     *
     * @param rule that asked for them, or null where a write always needs one
     * @param approvals how many distinct persons, at least one
     * @param reason in the operator's words, and which limits are reached; may be empty
     */
    record Approve(@Nullable String rule, int approvals, String reason) implements Decision {
        public Approve {
            if (approvals < 1) {
                throw new IllegalArgumentException("an approval needs a person");
            }
        }
    }

    /**
     * It does not happen.
     *
     * @param code what kind of refusal it is
     * @param rule that forbade it, or null where none did
     * @param reason in the operator's words, or why it could not be decided otherwise; may be empty
     */
    record Forbid(Code code, @Nullable String rule, String reason) implements Decision {
        /** A rule or the catalogue forbids it. */
        public Forbid(@Nullable String rule, String reason) {
            this(Code.FORBIDDEN, rule, reason);
        }
    }

    /** Kinds of refusal, stable: callers tell them apart by name. */
    enum Code {
        /** A rule forbids it, or the tool itself is forbidden. */
        FORBIDDEN,
        /** Nothing may be written there until a person lifts the freeze. */
        FROZEN,
        /** It was called as often as its limit allows, and no person can let it go further. */
        RATE_LIMITED,
        /** It reaches more targets than its guard allows. */
        TOO_MANY_TARGETS,
        /** It matters who stands behind the requester, and no person is mapped to them. */
        UNMAPPED_PERSON
    }
}
