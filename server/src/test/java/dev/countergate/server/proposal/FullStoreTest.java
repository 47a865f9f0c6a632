package dev.countergate.server.proposal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.audit.AuditFile;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Freeze;
import dev.countergate.server.authority.FreezeFile;
import dev.countergate.server.backend.Sent;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that cannot be written while a proposal is executed: what becomes of it when there is room again. */
@Tag("long")
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

    private boolean isRecorded() {
        try {
            return engine.leaves().stream()
                    .anyMatch(leaf -> leaf.path("kind").asString("").equals("frozen"));
        } catch (StoreException | IOException failed) {
            throw new AssertionError(failed);
        }
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
    void a_freeze_comes_to_the_log_and_to_its_file() throws Exception {
        Path inTheWay = Files.createDirectories(folder.resolve("freeze.new/in-the-way"));
        engine.isFull = true;
        Freeze freeze =
                new Freeze("prod", "incident", Instant.parse("2026-11-21T07:00:00Z"), "ana");

        assertThatThrownBy(() -> engine.freezes.freeze(freeze)).isInstanceOf(IOException.class);
        fails();
        assertThat(engine.freezes.frozen("prod")).contains(freeze);
        engine.isFull = false;
        Files.delete(inTheWay);

        Workplace.await("the file", () -> engine.freezes.unwritten().isEmpty());
        Workplace.await("the leaf", this::isRecorded);
        assertThat(new FreezeFile(folder.resolve("freeze")).read()).containsExactly(freeze);
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
