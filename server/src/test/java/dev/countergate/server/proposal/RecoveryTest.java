package dev.countergate.server.proposal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.Event;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Event.Sighting;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.change.Reading;
import dev.countergate.policy.change.Verification;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.token.ApprovalToken.Verdict.Verified;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.SshPublicKey;
import dev.countergate.policy.token.Statement;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.backend.Sent;
import dev.countergate.server.proposal.Ledger.Applied;
import dev.countergate.server.proposal.Ledger.Telling;
import dev.countergate.server.proposal.Ledger.Turn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** The store as a process that was killed left it, found by the next one: nothing is ever sent again. */
@Tag("long")
@Timeout(60)
class RecoveryTest {
    private static final String YAML = Engine.TOOLS + Engine.GUARDED;
    private static final Decision ONE = new Decision.Approve(null, 1, "");
    private static final Duration SETTLE = Duration.ofMinutes(2);

    /** The tool is the same by its name and reaches another place. */
    private static final String ELSEWHERE =
            YAML.replace("http://api.test/restart", "http://elsewhere.test/restart");

    private final AtomicInteger searches = new AtomicInteger();

    @TempDir private Path folder;

    /** Made by each test. */
    @SuppressWarnings("NullAway.Init")
    private Engine engine;

    @AfterEach
    void ends() throws Exception {
        assertThat(engine.changes.sent).as("sent by this process").isEmpty();
        engine.close();
    }

    /** A proposal that came to {@code state} in a process that is no more. */
    private ProposalId left(ProposalState state) throws Exception {
        engine = new Engine(folder, YAML);
        return leave(state);
    }

    private ProposalId leave(ProposalState state) throws Exception {
        ProposalId id = engine.propose("web");
        Statement statement = engine.statement(id, "bo");
        engine.proposals().close();
        Verified token =
                new Verified(statement, Digest.of(statement.bytes()), SshPublicKey.Kind.ED25519, 0);
        String key = engine.key("bo").fingerprint();
        Event.Checks checks = new Event.Checks(ONE, Set.of(key), List.of());
        Event sending =
                new Event.Send(new Reading.Seen(false, engine.clock.instant()), false, checks);
        Map<String, String> signed =
                Map.of(
                        "approver",
                        "bo",
                        "key",
                        key,
                        "statement",
                        new String(statement.bytes(), java.nio.charset.StandardCharsets.UTF_8),
                        "signature",
                        engine.sign(statement, "bo"));
        List<Step> way =
                List.of(
                        new Step(
                                ProposalState.APPROVED,
                                new Event.Decide(token, ONE),
                                Telling.of("approved", signed)),
                        new Step(
                                ProposalState.CLAIMED,
                                new Event.Claim(checks),
                                Telling.of("intent")),
                        new Step(ProposalState.SENDING, sending, Telling.of("sending")));
        for (Step step : way) {
            if (state == ProposalState.PENDING) {
                break;
            }
            take(id, step.event(), step.telling());
            if (step.state() == state) {
                break;
            }
        }
        if (state == ProposalState.APPLIED || state == ProposalState.OUTCOME_UNKNOWN) {
            take(id, new Event.Answer(Outcome.valueOf(state.name()), "200"), Telling.of("result"));
        }
        assertThat(engine.ledger().find(id).orElseThrow().state()).isEqualTo(state);
        return id;
    }

    private record Step(ProposalState state, Event event, Telling telling) {}

    private void take(ProposalId id, Event event, Telling telling) throws Exception {
        assertThat(
                        engine.ledger()
                                .apply(
                                        id,
                                        (entry, in, now) -> Turn.of(event),
                                        telling,
                                        (after, in, now) -> Optional.empty()))
                .isInstanceOf(Applied.Taken.class);
    }

    private void next() throws Exception {
        engine.store().close();
        engine.begin();
    }

    @ParameterizedTest
    @CsvSource({
        "PENDING, PENDING",
        "APPROVED, EXPIRED",
        "CLAIMED, FAILED",
        "SENDING, OUTCOME_UNKNOWN",
        "OUTCOME_UNKNOWN, OUTCOME_UNKNOWN",
    })
    void a_store_that_cannot_be_written_at_a_start_is_read_and_taken_up_when_it_can(
            ProposalState found, ProposalState becomes) throws Exception {
        ProposalId id = left(found);

        engine.isFull = true;
        next();
        engine.unwritten.acquire(2);

        assertThat(engine.state(id)).isEqualTo(found);
        assertThatThrownBy(() -> engine.propose("another")).isInstanceOf(StoreException.class);
        engine.isFull = false;
        assertThat(engine.await(id, becomes).state()).isEqualTo(becomes);
    }

    /** What is being sent when the store is found writable again was begun by this process, and goes on. */
    @Test
    void what_is_under_way_is_not_taken_for_what_an_earlier_process_left() throws Exception {
        ProposalId id = left(ProposalState.PENDING);
        CountDownLatch sending = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        engine.changes.dispatch =
                (request, how) -> {
                    sending.countDown();
                    goOn.await();
                    return new Sent(Outcome.APPLIED, "200", null);
                };
        engine.isFull = true;
        next();
        engine.isFull = false;

        engine.approve(id, "bo");
        sending.await();
        // A round is over when it has seen what waits for a person expire.
        ProposalId waiting = engine.propose("another");
        engine.pass(Duration.ofHours(2));
        engine.await(waiting, ProposalState.EXPIRED);

        assertThat(engine.state(id)).isEqualTo(ProposalState.SENDING);
        goOn.countDown();
        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.VERIFIED);
        assertThat(engine.changes.sent).hasSize(1);
        engine.changes.sent.clear();
    }

    /** The head of the log, which stays when the store is put back, knows of more. */
    @Test
    void an_older_store_is_read_and_does_nothing() throws Exception {
        ProposalId id = left(ProposalState.PENDING);
        engine.store().close();
        Path older = Files.createDirectory(folder.resolve("older"));
        copyStore(folder, older);
        engine.begin();
        ProposalId later = engine.propose("later");
        engine.stop();
        copyStore(older, folder);

        engine.begin();

        assertThat(engine.proposals().pending())
                .extracting(ProposalStatus::id)
                .containsExactly(id)
                .doesNotContain(later);
        assertThat(engine.store().trouble())
                .hasValueSatisfying(why -> assertThat(why).contains("older than"));
        assertThatThrownBy(() -> engine.propose("another")).hasMessageContaining("older than");
        assertThatThrownBy(() -> engine.statement(id, "bo")).hasMessageContaining("older than");
    }

    private static void copyStore(Path from, Path to) throws IOException {
        for (String name : List.of("store.db", "store.db-wal", "store.db-shm")) {
            Files.deleteIfExists(to.resolve(name));
            if (Files.exists(from.resolve(name))) {
                Files.copy(from.resolve(name), to.resolve(name));
            }
        }
    }

    @Test
    void what_waited_for_a_person_still_does() throws Exception {
        ProposalId id = left(ProposalState.PENDING);

        next();

        assertThat(engine.state(id)).isEqualTo(ProposalState.PENDING);
        engine.approve(id, "bo");
        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.VERIFIED);
        assertThat(engine.changes.sent).hasSize(1);
        engine.changes.sent.clear();
    }

    @Test
    void what_waited_for_a_person_too_long_has_expired() throws Exception {
        ProposalId id = left(ProposalState.PENDING);
        engine.pass(Duration.ofDays(1));

        next();

        assertThat(engine.state(id)).isEqualTo(ProposalState.EXPIRED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100_000})
    void an_approval_from_before_is_over(int seconds) throws Exception {
        ProposalId id = left(ProposalState.APPROVED);
        engine.pass(Duration.ofSeconds(seconds));

        next();

        assertThat(engine.state(id)).isEqualTo(ProposalState.EXPIRED);
        assertThat(engine.kinds(id)).endsWith("approved", "expired");
    }

    @Test
    void what_was_claimed_and_not_sent_has_failed() throws Exception {
        ProposalId id = left(ProposalState.CLAIMED);

        next();

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.FAILED);
        assertThat(status.why()).isEqualTo("interrupted before anything was sent");
        assertThat(engine.kinds(id)).endsWith("intent", "result");
    }

    @Test
    void what_may_have_been_sent_is_not_known() throws Exception {
        ProposalId id = left(ProposalState.SENDING);

        next();

        ProposalStatus status = engine.status(id);
        assertThat(status.state()).isEqualTo(ProposalState.OUTCOME_UNKNOWN);
        assertThat(status.outcome()).isEqualTo(Outcome.OUTCOME_UNKNOWN);
        assertThat(engine.changes.resumed).isEmpty();
        assertThat(engine.refusal(Engine.ANA, "web")).isEqualTo("ALREADY_PROPOSED");
    }

    @Test
    void what_the_backend_gave_a_name_is_asked_after_by_it() throws Exception {
        ProposalId id = left(ProposalState.SENDING);
        take(id, new Event.Accept("command-7"), Telling.of("accepted"));
        AtomicInteger reads = new AtomicInteger();
        engine.reads =
                () -> {
                    reads.incrementAndGet();
                    return engine.value("0.1");
                };

        next();

        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.VERIFIED);
        assertThat(engine.changes.resumed).containsExactly("command-7");
        assertThat(reads).hasValueGreaterThanOrEqualTo(Verification.READS);
    }

    @Test
    void what_a_backend_named_is_asked_after_there_and_nowhere_else() throws Exception {
        ProposalId id = left(ProposalState.SENDING);
        take(id, new Event.Accept("command-7"), Telling.of("accepted"));
        engine.reload(ELSEWHERE);

        next();

        ProposalStatus status = engine.await(id, ProposalState.OUTCOME_UNKNOWN);
        assertThat(status.why()).contains("reaches not the backend it was sent to");
        assertThat(engine.changes.resumed).isEmpty();
    }

    @Test
    void what_a_backend_named_is_asked_after_though_its_tool_is_told_of_in_other_words()
            throws Exception {
        ProposalId id = left(ProposalState.SENDING);
        take(id, new Event.Accept("command-7"), Telling.of("accepted"));
        engine.reload(YAML.replace("{name: restart,", "{name: restart, description: again,"));

        next();

        engine.await(id, status -> status.outcome() == Outcome.APPLIED);
        assertThat(engine.changes.resumed).containsExactly("command-7");
    }

    @Test
    void an_open_verification_goes_on_and_what_was_read_before_does_not_count() throws Exception {
        ProposalId id = left(ProposalState.APPLIED);
        take(
                id,
                new Event.Look(new Reading.Seen(true, engine.clock.instant())),
                Telling.of("verification"));
        AtomicInteger reads = new AtomicInteger();
        engine.reads =
                () -> {
                    reads.incrementAndGet();
                    return engine.value("0.1");
                };

        next();

        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.VERIFIED);
        assertThat(reads).hasValue(2);
    }

    @Test
    void a_verification_whose_window_has_passed_is_closed() throws Exception {
        ProposalId id = left(ProposalState.APPLIED);
        engine.pass(Duration.ofMinutes(5));

        next();

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.UNVERIFIED);
        assertThat(status.why()).isEqualTo("never read");
    }

    @Test
    void an_outcome_nobody_can_ask_for_waits_for_a_person() throws Exception {
        ProposalId id = left(ProposalState.OUTCOME_UNKNOWN);
        engine.changes.searching =
                () -> {
                    throw new AssertionError("asked");
                };

        next();
        engine.restart();

        assertThat(engine.state(id)).isEqualTo(ProposalState.OUTCOME_UNKNOWN);
        engine.proposals().resolve(id, new Person("bo"), true, "saw it");
        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.RESOLVED_BY_HUMAN);
        assertThat(engine.kinds(id)).endsWith("result", "resolved");
    }

    private ProposalId unknown() throws Exception {
        engine = new Engine(folder, YAML);
        engine.changes.settle = SETTLE;
        return leave(ProposalState.OUTCOME_UNKNOWN);
    }

    @Test
    void an_attempt_that_is_found_was_applied_and_is_looked_at() throws Exception {
        ProposalId id = unknown();
        engine.changes.sighting = Sighting.FOUND;
        engine.changes.sight =
                JsonNodeFactory.instance.objectNode().put("id", 7).put("echo", Engine.SECRET);
        engine.reads = () -> engine.value("0.1");

        next();

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.FOUND_APPLIED);
        assertThat(Objects.requireNonNull(status.verification()).result())
                .isEqualTo(Verification.Result.VERIFIED);
        assertThat(engine.kinds(id)).containsSubsequence("result", "reconciled", "verification");
        assertThat(Objects.requireNonNull(status.undo()).arguments())
                .as("filled in by what was found, a number as a number")
                .isEqualTo(JsonMapper.shared().readTree("{\"id\":7,\"service\":\"web\"}"));
        assertThat(status.result()).asString().contains("[secret").doesNotContain(Engine.SECRET);
    }

    /** Is open once the search of that number has begun, which then waits for {@code goOn}. */
    private CountDownLatch search(int number, CountDownLatch goOn) {
        CountDownLatch begun = new CountDownLatch(1);
        engine.changes.searching =
                () -> {
                    if (searches.incrementAndGet() == number) {
                        begun.countDown();
                        goOn.await();
                    }
                };
        return begun;
    }

    @Test
    void an_attempt_is_absent_only_when_it_was_absent_twice_and_late_enough() throws Exception {
        ProposalId id = unknown();
        engine.changes.sighting = Sighting.ABSENT;
        Instant sentAt =
                Objects.requireNonNull(engine.ledger().find(id).orElseThrow().proposal().attempt())
                        .sentAt();
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch second = search(2, goOn);

        next();
        second.await();
        assertThat(engine.state(id)).as("absent once").isEqualTo(ProposalState.OUTCOME_UNKNOWN);
        engine.pass(SETTLE);
        goOn.countDown();

        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.FOUND_NOT_APPLIED);
        assertThat(searches).hasValue(2);
        assertThat(engine.clock.instant()).isAfterOrEqualTo(sentAt.plus(SETTLE));
        assertThat(engine.propose("web")).as("it may be proposed again").isNotEqualTo(id);
    }

    @Test
    void an_attempt_absent_from_another_backend_than_its_own_is_not_absent() throws Exception {
        ProposalId id = unknown();
        engine.changes.sighting = Sighting.ABSENT;
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch first = search(1, goOn);

        next();
        first.await();
        long searching = engine.status(id).version();
        engine.reload(ELSEWHERE);
        engine.pass(SETTLE);
        goOn.countDown();
        ProposalStatus searched =
                engine.await(id, status -> status.version() > searching + 1 || isLeft(status));

        assertThat(searched.state()).isEqualTo(ProposalState.OUTCOME_UNKNOWN);
        assertThat(searches).hasValue(1);
        assertThat(engine.leaves(id).getLast().path("sighting").asString()).isEqualTo("UNREADABLE");
        engine.reload(YAML);
        assertThat(engine.settled(id).state())
                .as("searched for where it was sent")
                .isEqualTo(ProposalState.FOUND_NOT_APPLIED);
    }

    private static boolean isLeft(ProposalStatus status) {
        return status.state() != ProposalState.OUTCOME_UNKNOWN;
    }

    @Test
    void twice_absent_too_early_is_not_absent() throws Exception {
        ProposalId id = unknown();
        engine.changes.sighting = Sighting.ABSENT;
        CountDownLatch third = search(3, new CountDownLatch(0));

        next();
        third.await();

        assertThat(engine.state(id)).isEqualTo(ProposalState.OUTCOME_UNKNOWN);
    }

    @Test
    void once_absent_late_enough_is_not_absent() throws Exception {
        ProposalId id = unknown();
        engine.changes.sighting = Sighting.ABSENT;
        engine.pass(SETTLE.multipliedBy(5));
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch second = search(2, goOn);

        next();
        second.await();

        assertThat(engine.state(id)).isEqualTo(ProposalState.OUTCOME_UNKNOWN);
        goOn.countDown();
        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.FOUND_NOT_APPLIED);
    }

    @Test
    void a_backend_that_cannot_be_read_says_nothing() throws Exception {
        ProposalId id = unknown();
        engine.changes.sighting = Sighting.UNREADABLE;
        engine.pass(SETTLE.multipliedBy(5));
        CountDownLatch third = search(3, new CountDownLatch(0));

        next();
        third.await();

        assertThat(engine.state(id)).isEqualTo(ProposalState.OUTCOME_UNKNOWN);
    }

    @ParameterizedTest
    @EnumSource(
            value = ProposalState.class,
            names = {"PENDING", "APPROVED", "CLAIMED", "SENDING", "APPLIED", "OUTCOME_UNKNOWN"})
    void a_start_after_a_start_changes_nothing_more(ProposalState state) throws Exception {
        ProposalId id = left(state);
        engine.reads = () -> engine.value("0.9");
        next();
        ProposalState then = engine.state(id);

        engine.restart();
        engine.restart();

        assertThat(engine.state(id)).isEqualTo(then);
    }
}
