package dev.countergate.server.call;

import dev.countergate.policy.rule.Decision;

/** Is told how calls that read or notify were decided, on their own threads. Returns at once, and throws nothing. */
@FunctionalInterface
public interface DecisionFollower {
    /** A call was decided so. */
    void decided(Decision decision);
}
