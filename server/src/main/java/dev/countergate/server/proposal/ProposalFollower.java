package dev.countergate.server.proposal;

import org.jspecify.annotations.Nullable;

/** Is told of each state a proposal comes to, on the thread that took it there. Returns at once, and throws nothing. */
@FunctionalInterface
public interface ProposalFollower {
    /**
     * A proposal was made, or came to another state.
     *
     * @param rule the id of the rule that asked for persons or permitted it, or null
     */
    void changed(ProposalStatus status, @Nullable String rule);
}
