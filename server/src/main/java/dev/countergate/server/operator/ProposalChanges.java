package dev.countergate.server.operator;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import dev.countergate.server.proposal.ProposalStatus;
import dev.countergate.server.proposal.Proposals;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the operator plane asks of the proposals. Thread safe. */
public final class ProposalChanges implements Changes {
    private static final Logger LOG = LoggerFactory.getLogger(ProposalChanges.class);

    private final Proposals proposals;

    /** Asks it of {@code proposals}. */
    public ProposalChanges(Proposals proposals) {
        this.proposals = proposals;
    }

    @Override
    public List<Asked> stop(@Nullable String environment) {
        List<Asked> asked = new ArrayList<>();
        try {
            for (ProposalStatus running : proposals.running()) {
                if (environment == null || environment.equals(running.environment())) {
                    asked.add(new Asked(running.id(), stopped(running.id())));
                }
            }
        } catch (StoreException unreadable) {
            LOG.atError()
                    .setCause(unreadable)
                    .log("what runs cannot be read, so nothing was asked");
        }
        return asked;
    }

    private boolean stopped(ProposalId id) throws StoreException {
        try {
            return proposals.cancel(id);
        } catch (dev.countergate.server.proposal.RefusedException gone) {
            return false;
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void resolve(ProposalId proposal, boolean applied, String note, String by)
            throws RefusedException {
        if (!Person.isValid(by)) {
            throw Fields.invalid("`" + by + "` is no person's name");
        }
        try {
            proposals.resolve(proposal, new Person(by), applied, note);
        } catch (dev.countergate.server.proposal.RefusedException refused) {
            throw new RefusedException(refused.code(), refused.message());
        } catch (StoreException failed) {
            throw Fields.unrecorded(failed);
        }
    }
}
