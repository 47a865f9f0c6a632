package dev.countergate.server.proposal;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.rule.Decision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of a call that would change something. */
public sealed interface Answer {
    /**
     * It is proposed.
     *
     * @param status as it stands
     * @param isNew whether this call made it; else the same call had made it before
     */
    record Proposed(ProposalStatus status, boolean isNew) implements Answer {}

    /**
     * It was refused, and nothing was sent.
     *
     * @param code stable
     * @param message one line: lower case, no full stop
     * @param hint what the agent can do instead
     * @param rule the id of the rule that refused, or null
     */
    record Refused(String code, String message, String hint, @Nullable String rule)
            implements Answer {
        /** What a decision against a call is told as, whatever the call's effect. */
        public static Refused of(Decision.Forbid decision) {
            String reason =
                    decision.reason().isEmpty()
                            ? "forbidden by the operator's policy"
                            : decision.reason();
            String by = decision.rule() == null ? "" : " (rule `" + decision.rule() + "`)";
            String hint =
                    switch (decision.code()) {
                        case FORBIDDEN ->
                                "do not try another way round; tell your user, who can ask the"
                                        + " operator of this server";
                        case FROZEN ->
                                "do not try another way round; tell your user, who can see when the"
                                        + " freeze is lifted; reads go on";
                        case RATE_LIMITED -> "wait, and tell your user";
                        case TOO_MANY_TARGETS -> "narrow it to fewer targets, or tell your user";
                        case UNMAPPED_PERSON ->
                                "tell your user, who can ask the operator to name them under"
                                        + " `principals`";
                    };
            return new Refused(decision.code().name(), reason + by, hint, decision.rule());
        }
    }

    /**
     * Its arguments cannot be proposed.
     *
     * @param faults all of them
     */
    record Faulty(List<Fault> faults) implements Answer {
        public Faulty {
            faults = List.copyOf(faults);
        }
    }

    /**
     * A backend could not be asked what it needs to be fixed; nothing was sent.
     *
     * @param failure why
     */
    record Failed(Reply.Failure failure) implements Answer {}
}
