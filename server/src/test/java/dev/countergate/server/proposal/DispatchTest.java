package dev.countergate.server.proposal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.authority.Freeze;
import dev.countergate.server.backend.Sent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens around the one dispatch, while it is under way. */
class DispatchTest {
    @TempDir private Path folder;
    /** Made by each test. */
    @SuppressWarnings("NullAway.Init")
    private Engine engine;

    @AfterEach
    void ends() throws Exception {
        engine.close();
    }

    @Test
    void asks_for_a_freeze_until_the_first_byte() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        engine.changes.dispatch =
                (request, sending) -> {
                    boolean before = sending.mayBegin().getAsBoolean();
                    try {
                        engine.freezes.freeze(new Freeze("prod", "stop", Engine.NOON, "cy"));
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                    boolean after = sending.mayBegin().getAsBoolean();
                    return new Sent(Outcome.FAILED, before + " " + after, null);
                };
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");

        assertThat(engine.await(id, ProposalState.FAILED).why()).isEqualTo("true false");
    }
}
