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
     * @param reason in the operator's words; may be empty
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
     * @param rule that forbade it, or null where the tool itself is forbidden
     * @param reason in the operator's words, or why a rule could not be followed
     */
    record Forbid(@Nullable String rule, String reason) implements Decision {}
}
