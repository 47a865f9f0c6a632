package dev.countergate.server.proposal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.audit.AuditFile;
import dev.countergate.server.backend.Sent;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that cannot be written while a proposal is executed: what becomes of it when there is room again. */
class FullStoreTest {
    @TempDir private Path folder;

    private Engine engine;

    @BeforeEach
    void begins() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.GUARDED);
    }

    @AfterEach
    void ends() throws Exception {
        assertThat(engine.audit()).isInstanceOf(AuditFile.Verdict.Good.class);
        engine.close();
    }

    /** A write has found no room. */
    private void fails() throws InterruptedException {
        assertThat(engine.unwritten.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void an_outcome_is_kept_until_it_can_be_stored() throws Exception {
        engine.changes.dispatch =
                (request, sending) -> {
                    engine.isFull = true;
                    return new Sent(Outcome.APPLIED, "200", null);
                };
        ProposalId id = engine.propose("web");

        engine.approve(id, "bo");
        fails();
        assertThat(engine.state(id)).isEqualTo(ProposalState.SENDING);
        engine.isFull = false;

        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.VERIFIED);
        assertThat(engine.changes.sent).hasSize(1);
    }

    @Test
    void what_could_not_be_claimed_at_once_is_never_executed() throws Exception {
        ProposalId id = engine.propose("web");
        engine.changes.resolving = () -> engine.isFull = true;

        engine.approve(id, "bo");
        fails();
        assertThat(engine.state(id)).isEqualTo(ProposalState.APPROVED);
        engine.isFull = false;

        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.EXPIRED);
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void what_could_not_be_marked_as_sent_is_not_sent() throws Exception {
        ProposalId id = engine.propose("web");
        engine.reads =
                () -> {
                    engine.isFull = true;
                    return engine.value("0.9");
                };

        engine.approve(id, "bo");
        fails();
        assertThat(engine.state(id)).isEqualTo(ProposalState.CLAIMED);
        engine.isFull = false;

        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.FAILED);
        assertThat(engine.changes.sent).isEmpty();
    }
}
