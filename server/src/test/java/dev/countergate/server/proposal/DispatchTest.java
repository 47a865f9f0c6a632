package dev.countergate.server.proposal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.change.Verification;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.authority.Freeze;
import dev.countergate.server.backend.Sent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** What happens around the one dispatch, while it is under way. */
@Tag("long")
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

    @Test
    void what_a_backend_named_is_waited_for_after_an_orderly_end_too() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        CountDownLatch named = new CountDownLatch(1);
        engine.changes.dispatch =
                (request, sending) -> {
                    sending.accepted().as("command-1");
                    named.countDown();
                    new CountDownLatch(1).await(); // until it is interrupted
                    return new Sent(Outcome.APPLIED, "too late", null);
                };
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");
        assertThat(named.await(10, TimeUnit.SECONDS)).isTrue();
        endOrderly();
        engine.begin();

        assertThat(engine.settled(id).outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(engine.changes.resumed).containsExactly("command-1");
        assertThat(engine.changes.sent).hasSize(1);
    }

    /** An end in order whose time to wait for what is being sent is over at once. */
    private void endOrderly() {
        Thread.currentThread().interrupt();
        engine.proposals().close();
        assertThat(Thread.interrupted()).isTrue();
        engine.proposals().close();
        engine.store().close();
    }

    @Test
    void a_backends_echo_of_a_secret_is_kept_nowhere() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        String secret = "s3cret-of-the-api-0123456789";
        engine.changes.dispatch =
                (request, sending) ->
                        new Sent(
                                Outcome.APPLIED,
                                "HTTP 200: `" + secret + "`",
                                new JsonMapper()
                                        .readTree(
                                                "{\"a\":[\"k="
                                                        + secret
                                                        + "\"],\""
                                                        + secret
                                                        + "\":1}"));
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");

        assertThat(engine.settled(id).toString()).doesNotContain(secret).contains("[secret KEY]");
    }

    @Test
    void what_the_log_cannot_say_keeps_no_outcome_out_of_it() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        engine.changes.dispatch =
                (request, sending) -> new Sent(Outcome.FAILED, "no \uD800 \uFFFF", null);
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");

        assertThat(engine.await(id, ProposalState.FAILED).why()).startsWith("no ");
    }

    @Test
    void a_bug_behind_the_claim_leaves_nothing_that_looks_under_way() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.GUARDED);
        ProposalId id = engine.propose("web");
        engine.reads =
                () -> {
                    throw new IllegalStateException("a bug");
                };
        engine.approve(id, "bo");

        assertThat(engine.await(id, ProposalState.FAILED).why()).contains("before anything");
        assertThat(engine.changes.sent).isEmpty();
    }

    /** A class that is missing, a stack that is too deep: it is no exception, and comes where nobody is looked for. */
    private static final class Broken extends Error {
        private static final long serialVersionUID = 1;
    }

    @Test
    void an_error_behind_the_marker_leaves_an_outcome_that_is_not_known() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        engine.changes.dispatch =
                (request, sending) -> {
                    throw new Broken();
                };
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");

        engine.await(id, ProposalState.OUTCOME_UNKNOWN);
        assertThat(engine.kinds(id)).endsWith("sending", "result");
    }

    @Test
    void an_error_while_a_named_attempt_is_waited_for_leaves_one_too() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        CountDownLatch named = new CountDownLatch(1);
        engine.changes.dispatch =
                (request, sending) -> {
                    sending.accepted().as("command-1");
                    named.countDown();
                    new CountDownLatch(1).await(); // until it is interrupted
                    return new Sent(Outcome.APPLIED, "too late", null);
                };
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");
        assertThat(named.await(10, TimeUnit.SECONDS)).isTrue();
        endOrderly();
        engine.changes.resuming =
                () -> {
                    throw new Broken();
                };
        engine.begin();

        engine.await(id, ProposalState.OUTCOME_UNKNOWN);
        assertThat(engine.kinds(id)).endsWith("accepted", "result");
    }

    @Test
    void an_error_behind_the_claim_leaves_nothing_that_looks_under_way() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.GUARDED);
        ProposalId id = engine.propose("web");
        engine.reads =
                () -> {
                    throw new Broken();
                };
        engine.approve(id, "bo");

        assertThat(engine.await(id, ProposalState.FAILED).why()).contains("before anything");
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void sends_nothing_once_the_server_only_observes() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        ProposalId id = engine.propose("web");
        engine.reload(Engine.TOOLS + Engine.PLAIN + "policy: {mode: observe}\n");
        engine.approve(id, "bo");

        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.BLOCKED);
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void sends_nothing_once_more_separation_is_asked_than_there_is() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        ProposalId id = engine.propose("web");
        engine.reload(Engine.TOOLS + Engine.PLAIN + "policy: {separation: S1}\n");
        engine.approve(id, "bo");

        assertThat(engine.settled(id).why()).contains("S1");
        assertThat(engine.changes.sent).isEmpty();
    }

    /** Whoever froze it did not see the environment fail. */
    @Test
    void what_a_freeze_stopped_before_the_first_byte_is_no_failure_of_its_environment()
            throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        engine.changes.dispatch =
                (request, sending) -> {
                    try {
                        engine.freezes.freeze(new Freeze("prod", "stop", Engine.NOON, "cy"));
                        assertThat(sending.mayBegin().getAsBoolean()).isFalse();
                        engine.freezes.thaw("prod");
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                    return new Sent(Outcome.FAILED, "in the backend's words", null);
                };
        for (String service : List.of("a", "b", "c")) {
            ProposalId id = engine.propose(service);
            engine.approve(id, "bo");

            ProposalStatus status = engine.await(id, ProposalState.FAILED);
            assertThat(status.why()).isEqualTo("in the backend's words");
            assertThat(engine.kinds(id)).endsWith("intent", "sending", "result");
        }
        assertThat(failures()).isZero();
        assertThat(engine.freezes.all()).isEmpty();
    }

    @Test
    void what_a_backend_refused_is_one() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        engine.changes.dispatch =
                (request, sending) -> {
                    assertThat(sending.mayBegin().getAsBoolean()).isTrue();
                    return new Sent(Outcome.FAILED, "HTTP 400", null);
                };
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");

        assertThat(engine.await(id, ProposalState.FAILED).outcome()).isEqualTo(Outcome.FAILED);
        assertThat(failures()).isEqualTo(1);
    }

    @Test
    void an_outcome_that_is_not_known_is_an_error_in_the_lines() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(Proposals.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
            engine.changes.dispatch =
                    (request, sending) -> new Sent(Outcome.OUTCOME_UNKNOWN, "reset", null);
            ProposalId id = engine.propose("web");
            engine.approve(id, "bo");
            engine.await(id, ProposalState.OUTCOME_UNKNOWN);
            engine.stop();
        } finally {
            logger.detachAppender(lines);
        }
        assertThat(lines.list).allMatch(line -> !line.getMessage().isBlank());
        assertThat(lines.list)
                .filteredOn(line -> line.getLevel() == Level.ERROR)
                .singleElement()
                .satisfies(
                        line -> {
                            assertThat(line.getMessage())
                                    .isEqualTo("what came of a change is not known");
                            assertThat(line.getKeyValuePairs().toString())
                                    .contains("state=\"OUTCOME_UNKNOWN\"", "reason=\"reset\"");
                        });
    }

    /** What a backend claims of an attempt it was to keep back is believed where it is worse. */
    @Test
    void what_may_have_been_sent_all_the_same_is_not_taken_for_stopped() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        engine.changes.dispatch =
                (request, sending) -> {
                    try {
                        engine.freezes.freeze(new Freeze("prod", "stop", Engine.NOON, "cy"));
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                    assertThat(sending.mayBegin().getAsBoolean()).isFalse();
                    return new Sent(Outcome.OUTCOME_UNKNOWN, "reset", null);
                };
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");

        engine.await(id, ProposalState.OUTCOME_UNKNOWN);
        assertThat(failures()).isEqualTo(1);
    }

    private int failures() throws Exception {
        return engine.store().<Integer>write(in -> in.failures("prod", Instant.EPOCH));
    }

    /** What ends of a catalogue would have the change sent no more. */
    static List<Arguments> tightenings() {
        return List.of(
                arguments(
                        "policy: {rules: [{id: no, then: forbid, when: 'true', reason: incident}]}",
                        "incident (rule `no`)"),
                arguments(
                        "policy: {rules: [{id: two, then: approve, approvals: 2, when: 'true'}]}",
                        "no longer enough"),
                arguments("policy: {mode: observe}", "only observes"),
                arguments("policy: {separation: S1}", "S1"),
                arguments("x-new: [anything]", ""));
    }

    private static String with(String guard, String end) {
        return Engine.TOOLS + guard + end + "\n";
    }

    @ParameterizedTest
    @MethodSource("tightenings")
    void the_claim_asks_the_catalogue_that_is_served_when_it_is_taken(String end, String why)
            throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        ProposalId id = engine.propose("web");
        engine.changes.resolving = () -> reload(with(Engine.PLAIN, end));
        engine.approve(id, "bo");

        ProposalStatus status = engine.settled(id);
        assertThat(status.why()).contains(why);
        assertThat(engine.changes.sent).hasSize(why.isEmpty() ? 1 : 0);
        assertThat(status.state() == ProposalState.BLOCKED).isEqualTo(!why.isEmpty());
    }

    @ParameterizedTest
    @MethodSource("tightenings")
    void so_does_the_marker_after_the_claims_reads(String end, String why) throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.GUARDED);
        ProposalId id = engine.propose("web");
        engine.reads =
                () -> {
                    if (engine.changes.sent.isEmpty()) {
                        reload(with(Engine.GUARDED, end));
                        return engine.value("0.9");
                    }
                    return engine.value("0.1");
                };
        engine.approve(id, "bo");

        ProposalStatus status = engine.settled(id);
        assertThat(status.why()).contains(why);
        assertThat(engine.changes.sent).hasSize(why.isEmpty() ? 1 : 0);
        assertThat(status.state() == ProposalState.FAILED).isEqualTo(!why.isEmpty());
    }

    @Test
    void another_tool_served_while_it_is_claimed_is_not_sent_under_its_name() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        ProposalId id = engine.propose("web");
        engine.changes.resolving =
                () ->
                        reload(
                                with(Engine.PLAIN, "")
                                        .replace("http://api.test", "http://elsewhere.test"));
        engine.approve(id, "bo");

        assertThat(engine.settled(id).why()).contains("has changed");
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void a_limit_counts_the_attempt_at_its_claim_and_not_against_it() throws Exception {
        engine =
                new Engine(
                        folder,
                        Engine.TOOLS
                                + "guards: {restart: {limits: [{calls: 1, per: 1h, over:"
                                + " forbid}]}}\n");
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");

        assertThat(engine.settled(id).outcome()).isEqualTo(Outcome.APPLIED);
    }

    private void reload(String yaml) {
        try {
            engine.reload(yaml);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void the_breaker_stops_what_has_no_environment_and_a_thaw_lifts_it() throws Exception {
        engine =
                new Engine(
                        folder, Engine.TOOLS + "policy: {breaker: {failures: 2, within: 10m}}\n");
        engine.changes.dispatch = (request, sending) -> new Sent(Outcome.FAILED, "HTTP 400", null);
        for (String service : List.of("a", "b")) {
            ProposalId id = engine.propose(service);
            engine.approve(id, "bo");
            engine.await(id, ProposalState.FAILED);
        }
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (engine.freezes.all().isEmpty() && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        assertThat(engine.freezes.all())
                .extracting(Freeze::environment, Freeze::by)
                .containsExactly(tuple(null, "circuit breaker"));
        assertThat(engine.refusal(Engine.ANA, "c")).isEqualTo("FROZEN");
        engine.freezes.thaw(null);

        assertThat(engine.freezes.all()).isEmpty();
        assertThat(engine.freezes.frozen("")).isEmpty();
    }

    @Test
    void a_search_that_shows_nothing_new_is_told_once() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        CountDownLatch searched = new CountDownLatch(3);
        engine.changes.settle = Duration.ofMinutes(2);
        engine.changes.searching = searched::countDown;
        engine.changes.dispatch =
                (request, sending) -> new Sent(Outcome.OUTCOME_UNKNOWN, "lost", null);
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");

        assertThat(searched.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(engine.kinds(id)).filteredOn("reconciled"::equals).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"0.9, 0.1, VERIFIED", "0.1, 0.1, UNVERIFIED"})
    void what_was_done_by_hand_is_looked_at_too(String before, String after, String result)
            throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.GUARDED);
        engine.reads = () -> engine.value(before);
        ProposalId id = engine.propose("web");
        engine.reads = () -> engine.value(after);
        engine.proposals().done(id, new Person("bo"), "typed it");

        Verification verification = Objects.requireNonNull(engine.settled(id).verification());
        assertThat(verification.result()).hasToString(result);
        assertThat(engine.changes.sent).isEmpty();
    }
}
