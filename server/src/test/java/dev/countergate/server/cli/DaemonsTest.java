package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.token.ProposalId;
import dev.countergate.relay.StateDirectory;
import dev.countergate.testing.approval.FakeDaemon;
import dev.countergate.testing.approval.SampleCore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

@Timeout(30)
class DaemonsTest {
    private static final Duration SOON = Duration.ofMillis(200);

    @TempDir private Path folder;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private Map<String, String> environment() {
        return Map.of("HOME", folder.toString());
    }

    private Daemons daemons(StateDirectory... states) {
        PrintStream err = new PrintStream(said, true, UTF_8);
        return new Daemons(new Console(environment(), folder, err, err), List.of(states));
    }

    /** As a process that was stopped does: its socket takes connections and says nothing. */
    private ServerSocketChannel hanging(StateDirectory state) throws IOException {
        state.create();
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(state.operatorSocket()));
    }

    @Test
    void one_that_hangs_hides_no_other_and_is_named() throws Exception {
        StateDirectory first = StateDirectory.at(folder.resolve("a"), environment());
        try (ServerSocketChannel hung = hanging(first);
                FakeDaemon second = new FakeDaemon(folder.resolve("b"), environment())) {
            second.propose(SampleCore.MODERATE);
            Daemons.Round round =
                    daemons(first, second.state()).ask(OperatorClient.request("pending"), SOON);

            assertThat(hung.isOpen()).isTrue();
            assertThat(round.failed()).isEqualTo(1);
            assertThat(round.answered()).hasSize(1);
            assertThat(round.answered().getFirst().state()).isEqualTo(second.state());
            assertThat(said.toString(UTF_8))
                    .contains("the daemon of " + first.path() + ": the daemon gave no answer in ");
        }
    }

    /** Which of them was meant is not known, and to say that none runs would be to have it started a second time. */
    @Test
    void the_one_that_runs_is_not_told_while_another_hangs() throws Exception {
        StateDirectory first = StateDirectory.at(folder.resolve("a"), environment());
        StateDirectory none = StateDirectory.at(folder.resolve("c"), environment());
        try (ServerSocketChannel hung = hanging(first);
                FakeDaemon second = new FakeDaemon(folder.resolve("b"), environment())) {
            assertThat(hung.isOpen()).isTrue();
            assertThatThrownBy(() -> daemons(first, none).one(SOON))
                    .hasMessage("not every daemon answers: choose one with --state");
            assertThatThrownBy(() -> daemons(first, second.state()).one(SOON))
                    .hasMessage("not every daemon answers: choose one with --state");
            assertThat(said.toString(UTF_8)).contains("the daemon of " + first.path());
            assertThat(daemons(none, second.state()).one(Duration.ofSeconds(20)))
                    .isEqualTo(second.state());
        }
        assertThatThrownBy(() -> daemons(none, first).one(SOON))
                .hasMessageContaining("no daemon runs");
    }

    @Test
    void all_are_asked_at_once() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        try (FakeDaemon first = new FakeDaemon(folder.resolve("a"), environment());
                FakeDaemon second = new FakeDaemon(folder.resolve("b"), environment())) {
            for (FakeDaemon each : List.of(first, second)) {
                each.lie(
                        "freeze",
                        answer -> {
                            both.countDown();
                            await(both);
                        });
            }
            Daemons.Round round =
                    daemons(first.state(), second.state())
                            .ask(OperatorClient.request("freeze"), Duration.ofSeconds(20));

            assertThat(round.isWhole()).isTrue();
            assertThat(round.answered())
                    .extracting(Daemons.Answered::state)
                    .containsExactly(first.state(), second.state());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_proposal_is_found_at_whichever_daemon_knows_it() throws Exception {
        try (FakeDaemon first = new FakeDaemon(folder.resolve("a"), environment());
                FakeDaemon second = new FakeDaemon(folder.resolve("b"), environment())) {
            second.propose(SampleCore.MODERATE);
            ProposalId id = SampleCore.MODERATE.id();

            assertThat(daemons(first.state(), second.state()).find(new ProposalName(id.value())))
                    .isEqualTo(new Daemons.Located(second.state(), id));
            assertThat(said.toString(UTF_8)).isEmpty();
        }
    }

    /** Every question has an end, later where the daemon asks others or was asked to wait. */
    @ParameterizedTest
    @CsvSource({
        "pending, , , 10",
        "proposal, 60, , 70",
        "submit, , , 10",
        "examine, , , 300",
        "cancel, , , 300",
        "freeze, , false, 10",
        "freeze, , true, 300"
    })
    void waits_for_no_answer_for_ever(String operation, Long waits, Boolean cancel, long seconds) {
        ObjectNode request = OperatorClient.request(operation);
        if (waits != null) {
            request.put("wait_seconds", waits);
        }
        if (cancel != null) {
            request.put("cancel", cancel);
        }
        assertThat(OperatorClient.patience(request)).isEqualTo(Duration.ofSeconds(seconds));
    }
}
