package dev.countergate.server.operator;

import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator plane asks of the engine that leads proposals. Thread safe. */
public interface Changes {
    /**
     * A change that runs.
     *
     * @param proposal what it came of
     * @param asked whether its backend took the request to stop; not that it stopped
     */
    record Asked(ProposalId proposal, boolean asked) {}

    /**
     * Asks every change that runs in {@code environment} to stop.
     *
     * @param environment or null for all of them
     */
    List<Asked> stop(@Nullable String environment);

    /**
     * Settles an attempt whose outcome is unknown.
     *
     * @param by the person who signed that, or the account that may do so unsigned
     * @throws RefusedException when there is no such proposal or its outcome is not unknown
     */
    void resolve(ProposalId proposal, boolean applied, String note, String by)
            throws RefusedException;
}
