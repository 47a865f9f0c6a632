package dev.countergate.server.proposal;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.result.Reply;
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
            implements Answer {}

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
