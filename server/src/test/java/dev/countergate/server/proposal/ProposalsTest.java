package dev.countergate.server.proposal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.change.Event;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.change.Verification;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.Statement;
import dev.countergate.server.audit.AuditFile;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Freeze;
import dev.countergate.server.backend.Resolution;
import dev.countergate.server.backend.Sent;
import dev.countergate.server.operator.ProposalOperations;
import dev.countergate.testing.ApproverKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** What becomes of proposals, from the call to the outcome. */
@Tag("long")
@Timeout(60)
class ProposalsTest {
    private static final String GUARDED = Engine.TOOLS + Engine.GUARDED;
    private static final String PLAIN = Engine.TOOLS + Engine.PLAIN;

    @TempDir private Path folder;

    /** Made by each test. */
    @SuppressWarnings("NullAway.Init")
    private Engine engine;

    private Engine engine(String yaml) throws Exception {
        engine = new Engine(folder, yaml);
        return engine;
    }

    @AfterEach
    void ends() throws Exception {
        if (engine != null) {
            assertThat(engine.store().size() == 0 ? new AuditFile.Verdict.Good(0) : engine.audit())
                    .as("whatever happened, the log says so and can be verified")
                    .isInstanceOf(AuditFile.Verdict.Good.class);
            engine.close();
        }
    }

    private static String guard(String members) {
        return Engine.TOOLS + "guards: {restart: {environment: prod, " + members + "}}\n";
    }

    @Test
    void sends_once_what_was_approved_and_sees_its_effect() throws Exception {
        engine(GUARDED);
        engine.changes.dispatch =
                (request, sending) ->
                        new Sent(
                                Outcome.APPLIED,
                                "200",
                                JsonMapper.shared().readTree("{\"id\":\"r-$1\",\"more\":[1]}"));
        ProposalId id = engine.propose("web");
        assertThat(engine.state(id)).isEqualTo(ProposalState.PENDING);
        assertThat(engine.changes.sent).isEmpty();

        engine.approve(id, "bo");
        ProposalStatus status = engine.settled(id);

        assertThat(status.state()).isEqualTo(ProposalState.VERIFIED);
        assertThat(status.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(engine.changes.sent).hasSize(1);
        assertThat(engine.changes.sent.getFirst().json())
                .isEqualTo(
                        JsonMapper.shared()
                                .readTree(engine.proposals().show(id).core())
                                .path("request"));
        assertThat(Objects.requireNonNull(status.undo()).arguments())
                .isEqualTo(JsonMapper.shared().readTree("{\"id\":\"r-$1\",\"service\":\"web\"}"));
        assertThat(engine.kinds(id))
                .containsSubsequence(
                        "proposed",
                        "viewed",
                        "approved",
                        "intent",
                        "sending",
                        "result",
                        "verification",
                        "verification");
        assertThat(engine.leaves(id).getLast().path("state").asString()).isEqualTo("VERIFIED");
    }

    @Test
    void tells_no_undo_of_what_did_not_happen() throws Exception {
        engine(GUARDED);
        engine.changes.dispatch = (request, sending) -> new Sent(Outcome.FAILED, "409", null);
        ProposalId id = engine.propose("web");

        engine.approve(id, "bo");

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.FAILED);
        assertThat(status.undo()).isNull();
        assertThat(status.verification()).isNull();
    }

    /** The first word before the dispatch, the second after it. */
    @ParameterizedTest
    @CsvSource({
        "0.9,0.1,VERIFIED,''",
        "0.9,0.9,NOT_VERIFIED,did not hold",
        "0.1,0.1,UNVERIFIED,held before",
        "0.9,error,UNVERIFIED,unreadable",
        "error,0.1,UNVERIFIED,unreadable before",
        "NaN,0.1,VERIFIED,''",
        "0.9,NaN,NOT_VERIFIED,did not hold",
        "0.9,-Inf,NOT_VERIFIED,did not hold",
        "0.9,none,NOT_VERIFIED,did not hold",
        "0.9,two,NOT_VERIFIED,did not hold",
        "0.9,stale,NOT_VERIFIED,''",
    })
    void says_whether_the_effect_came_about(
            String before, String after, ProposalState state, String why) throws Exception {
        engine(GUARDED);
        Reply stale = engine.value("0.1");
        engine.reads =
                () -> {
                    boolean isSent = !engine.changes.sent.isEmpty();
                    engine.pass(isSent ? Duration.ofSeconds(10) : Duration.ZERO);
                    return reply(isSent ? after : before, stale);
                };
        ProposalId id = engine.propose("web");

        engine.approve(id, "bo");

        ProposalStatus status = engine.settled(id);
        if (after.equals("stale")) {
            assertThat(status.state()).as("an old sample").isEqualTo(ProposalState.UNVERIFIED);
        } else {
            assertThat(status.state()).isEqualTo(state);
            assertThat(status.why()).isEqualTo(why);
        }
        assertThat(engine.changes.sent).hasSize(1);
    }

    private Reply reply(String word, Reply stale) {
        return switch (word) {
            case "error" -> new Reply.Failure(FailureCode.BACKEND_TIMEOUT, "slow", "");
            case "none" -> engine.series(List.of());
            case "two" -> engine.series(List.of("0.1", "0.2"));
            case "stale" -> stale;
            default -> engine.value(word);
        };
    }

    @Test
    void verifies_nothing_where_nothing_is_declared() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");

        engine.approve(id, "bo");

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.UNVERIFIED);
        assertThat(status.why()).isEqualTo("none declared");
    }

    @Test
    void verifies_nothing_by_another_look_than_was_approved() throws Exception {
        engine(GUARDED);
        engine.changes.dispatch =
                (request, sending) -> {
                    try {
                        engine.reload(GUARDED.replace("value < 0.5", "value < 5.0"));
                    } catch (java.io.IOException failed) {
                        throw new AssertionError(failed);
                    }
                    return new Sent(Outcome.APPLIED, "200", null);
                };
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");
        engine.await(id, status -> status.version() > 8);
        engine.pass(Duration.ofMinutes(1));

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.UNVERIFIED);
        assertThat(status.why()).isEqualTo("unreadable");
    }

    @Test
    void looks_no_more_often_than_declared() throws Exception {
        engine(GUARDED);
        AtomicInteger reads = new AtomicInteger();
        CountDownLatch sent = new CountDownLatch(1);
        engine.reads =
                () -> {
                    reads.incrementAndGet();
                    return engine.value("0.9");
                };
        engine.changes.dispatch =
                (request, sending) -> {
                    sent.countDown();
                    return new Sent(Outcome.APPLIED, "200", null);
                };
        ProposalId id = engine.propose("web");
        long begun = System.nanoTime();
        engine.approve(id, "bo");
        sent.await();
        engine.await(id, status -> status.version() > 10);

        long tens = (System.nanoTime() - begun) / 10_000_000;
        assertThat(reads.get()).isLessThanOrEqualTo((int) tens + 4);
        engine.reads = () -> engine.value("0.1");
        engine.settled(id);
    }

    @Test
    void waits_for_a_second_person_where_two_are_asked() throws Exception {
        engine(guard("approvals: {count: 2}"));
        ProposalId id = engine.propose("web");

        assertThat(engine.approve(id, "bo").state()).isEqualTo(ProposalState.PENDING);
        assertThatThrownBy(() -> engine.approve(id, "bo"))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo("SAME_PERSON"));
        assertThat(engine.changes.sent).isEmpty();
        engine.approve(id, "ana");

        engine.settled(id);
        assertThat(engine.changes.sent).hasSize(1);
    }

    @Test
    void two_keys_of_one_person_are_one_person() throws Exception {
        engine(guard("approvals: {count: 2}"));
        var second = new ApproverKey();
        java.nio.file.Files.writeString(
                folder.resolve("approvers"),
                second.line("bo", "") + "\n",
                java.nio.file.StandardOpenOption.APPEND);
        ProposalId id = engine.propose("web");
        Statement first =
                engine.proposals()
                        .statement(
                                id,
                                new Person("bo"),
                                engine.key("bo").fingerprint(),
                                Statement.Decision.APPROVE,
                                Engine.VALID);
        engine.submit(id, first, engine.sign(first, "bo"));
        Statement again =
                engine.proposals()
                        .statement(
                                id,
                                new Person("bo"),
                                second.fingerprint(),
                                Statement.Decision.APPROVE,
                                Engine.VALID);

        assertThatThrownBy(() -> engine.submit(id, again, second.sign(again.bytes())))
                .isInstanceOf(RefusedException.class);
        assertThat(engine.state(id)).isEqualTo(ProposalState.PENDING);
    }

    @Test
    void the_requesters_own_approval_does_not_do_where_another_person_is_asked() throws Exception {
        engine(guard("approvals: {other_person: true}"));
        ProposalId id = engine.propose("web");

        assertThat(engine.approve(id, "ana").state()).isEqualTo(ProposalState.PENDING);
        assertThat(engine.changes.sent).isEmpty();
        engine.approve(id, "bo");

        engine.settled(id);
        assertThat(engine.changes.sent).hasSize(1);
    }

    @Test
    void asks_for_keys_that_verify_their_person_where_the_guard_does() throws Exception {
        engine(guard("approvals: {verification: true}"));
        ApproverKey hardware = engine.enrolHardware("eve");
        ProposalId id = engine.propose("web");
        Statement software = engine.statement(id, "bo");
        Statement said = engine.statement(id, "eve");

        refused("NO_VERIFICATION", () -> engine.submit(id, software, engine.sign(software, "bo")));
        refused(
                "NO_VERIFICATION",
                () -> engine.submit(id, said, hardware.sign(said.bytes(), ApproverKey.PRESENT)));
        refused(
                "NO_PRESENCE",
                () -> engine.submit(id, said, hardware.sign(said.bytes(), ApproverKey.VERIFIED)));
        assertThat(engine.changes.sent).isEmpty();
        engine.submit(
                id, said, hardware.sign(said.bytes(), ApproverKey.PRESENT | ApproverKey.VERIFIED));

        engine.settled(id);
        assertThat(engine.changes.sent).hasSize(1);
    }

    @Test
    void any_enrolled_key_rejects() throws Exception {
        engine(guard("approvals: {verification: true}"));
        ProposalId id = engine.propose("web");

        assertThat(engine.reject(id, "bo").state()).isEqualTo(ProposalState.REJECTED);
    }

    @Test
    void a_touch_is_enough_where_no_verification_is_asked_for() throws Exception {
        engine(PLAIN);
        ApproverKey hardware = engine.enrolHardware("eve");
        ProposalId id = engine.propose("web");
        Statement said = engine.statement(id, "eve");

        engine.submit(id, said, hardware.sign(said.bytes(), ApproverKey.PRESENT));

        engine.settled(id);
        assertThat(engine.changes.sent).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"approvals: {count: 2}", "approvals: {other_person: true}"})
    void refuses_a_requester_nobody_is_known_behind(String approvals) throws Exception {
        engine(guard(approvals));

        assertThat(engine.refusal(Engine.STRANGER, "web")).isEqualTo("UNMAPPED_PERSON");
    }

    @Test
    void a_code_finds_its_proposal_whether_it_waits_or_was_decided() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("a");
        engine.propose("b");
        String code = engine.proposals().show(id).status().code();
        for (ProposalState state : List.of(ProposalState.PENDING, ProposalState.REJECTED)) {
            if (state == ProposalState.REJECTED) {
                engine.reject(id, "cy");
            }
            assertThat(engine.proposals().coded(code))
                    .singleElement()
                    .satisfies(
                            found -> {
                                assertThat(found.id()).isEqualTo(id);
                                assertThat(found.state()).isEqualTo(state);
                            });
        }
        assertThat(engine.proposals().coded("00000000")).isEmpty();
        assertThat(engine.proposals().coded("ffffffff")).isEmpty();
    }

    @Test
    void a_rejection_is_final_and_the_change_has_to_wait() throws Exception {
        engine(guard("approvals: {count: 2}, after_failure: 15m"));
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");

        assertThat(engine.reject(id, "cy").state()).isEqualTo(ProposalState.REJECTED);

        refused("WRONG_STATE", () -> engine.statement(id, "ana"));
        assertThat(engine.refusal(Engine.ANA, "web")).isEqualTo("TOO_SOON");
        assertThat(engine.refusal(Engine.BO, "web")).isEqualTo("TOO_SOON");
        engine.pass(Duration.ofMinutes(14));
        assertThat(engine.refusal(Engine.ANA, "web")).isEqualTo("TOO_SOON");
        engine.pass(Duration.ofMinutes(1));
        assertThat(engine.propose("web")).isNotEqualTo(id);
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void a_statement_given_out_before_is_worth_nothing_after_a_rejection() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        Statement statement = engine.statement(id, "bo");
        engine.reject(id, "ana");

        refused("WRONG_STATE", () -> engine.submit(id, statement, engine.sign(statement, "bo")));
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void only_its_requester_takes_a_proposal_back() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        Statement statement = engine.statement(id, "bo");

        assertThat(engine.proposals().withdraw(Engine.BO, "s", id)).isEmpty();
        assertThat(engine.proposals().status(Engine.BO, id)).isEmpty();
        assertThat(engine.proposals().withdraw(Engine.ANA, "s", id).orElseThrow().state())
                .isEqualTo(ProposalState.WITHDRAWN);

        refused("WRONG_STATE", () -> engine.submit(id, statement, engine.sign(statement, "bo")));
        refused("WRONG_STATE", () -> engine.proposals().withdraw(Engine.ANA, "s", id));
        assertThat(engine.propose("web")).as("it may be proposed again").isNotEqualTo(id);
    }

    @Test
    void expires_and_no_clock_that_is_set_back_revives_it() throws Exception {
        engine(guard("approvals: {expires: 10m}"));
        ProposalId id = engine.propose("web");
        engine.pass(Duration.ofMinutes(10));
        Statement statement = engine.statement(engine.propose("other"), "bo");
        assertThat(statement).isNotNull();
        engine.pass(Duration.ofMinutes(-10));

        refused("EXPIRED", "WRONG_STATE", () -> engine.approve(id, "bo"));
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void a_clock_that_was_ahead_for_a_while_ends_no_bound() throws Exception {
        engine(guard("approvals: {expires: 10m}, limits: [{calls: 1, per: 1h, over: forbid}]"));
        engine.pass(Duration.ofDays(1));
        ProposalId ahead = engine.propose("ahead");
        engine.pass(Duration.ofDays(-1));
        ProposalId id = engine.propose("web");
        engine.approve(ahead, "bo");
        engine.settled(ahead);
        Statement statement = engine.statement(id, "bo");
        String signature = engine.sign(statement, "bo");

        engine.pass(Duration.ofMinutes(6));
        refused("STATEMENT_EXPIRED", () -> engine.submit(id, statement, signature));
        engine.pass(Duration.ofMinutes(6));
        engine.await(id, ProposalState.EXPIRED);
        engine.pass(Duration.ofHours(1));
        ProposalId free = engine.propose("free");
        engine.approve(free, "bo");
        assertThat(engine.settled(free).state()).isEqualTo(engine.settled(ahead).state());
        assertThat(engine.changes.sent).hasSize(2);
    }

    @Test
    void no_restart_of_a_machine_that_was_set_back_lengthens_what_was_approved() throws Exception {
        engine(guard("approvals: {expires: 10m}"));
        engine.pass(Duration.ofDays(1));
        ProposalId id = engine.propose("web");
        engine.pass(Duration.ofDays(-1));
        engine.approve(engine.propose("other"), "bo");

        engine.stop();
        engine.pass(Duration.ofMinutes(11));
        engine.begin();

        engine.await(id, ProposalState.EXPIRED);
        List<String> times =
                engine.leaves().stream().map(leaf -> leaf.path("time").asString()).toList();
        assertThat(times).isSorted();
        assertThat(engine.audit()).isInstanceOf(AuditFile.Verdict.Good.class);
    }

    @Test
    void an_expired_proposal_says_so_by_itself() throws Exception {
        engine(guard("approvals: {expires: 10m}"));
        ProposalId id = engine.propose("web");

        engine.pass(Duration.ofMinutes(10));

        engine.await(id, ProposalState.EXPIRED);
        assertThat(engine.kinds(id)).containsExactly("proposed", "expired");
    }

    @Test
    void a_statement_is_not_taken_late() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        Statement statement = engine.statement(id, "bo");
        engine.pass(Engine.VALID);

        refused(
                "STATEMENT_EXPIRED",
                () -> engine.submit(id, statement, engine.sign(statement, "bo")));
    }

    @Test
    void a_change_of_its_own_tool_supersedes_it_and_no_other_change_does() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        engine.reload(PLAIN.replace("http://api.test/start", "http://api.test/begin"));
        Statement statement = engine.statement(id, "bo");
        engine.reload(PLAIN.replace("http://api.test/restart", "http://api.test/restart2"));

        engine.await(id, ProposalState.SUPERSEDED);
        refused("WRONG_STATE", () -> engine.submit(id, statement, engine.sign(statement, "bo")));
        assertThat(engine.kinds(id)).containsExactly("proposed", "viewed", "superseded", "refused");
        assertThat(engine.changes.sent).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "environment: prod,environment: staging",
        "{name: note},{name: note2}",
        "http://api.test/restart,http://api.test/restart2",
    })
    void sends_nothing_of_a_tool_that_changed_between_approval_and_claim(String was, String is)
            throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        Statement statement = engine.statement(id, "bo");
        String signature = engine.sign(statement, "bo");
        engine.reload(PLAIN.replace(was, is));

        try {
            engine.submit(id, statement, signature);
        } catch (RefusedException already) {
            assertThat(already.code()).isEqualTo("WRONG_STATE");
        }

        assertThat(engine.settled(id).state())
                .isIn(ProposalState.SUPERSEDED, ProposalState.BLOCKED);
        assertThat(engine.changes.sent).isEmpty();
    }

    private static final String NEEDED =
            "require: [{tool: errors, args: {service: \"{service}\"}, expect: \"value > 0.5\","
                    + " reason: only what fails}]";

    @Test
    void is_not_proposed_while_its_precondition_fails() throws Exception {
        engine(guard(NEEDED));
        engine.reads = () -> engine.value("0.4");

        assertThat(engine.refusal(Engine.ANA, "web")).isEqualTo("PRECONDITION_FAILED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.4", "NaN", "none", "two", "error"})
    void is_blocked_when_its_precondition_fails_at_the_claim(String word) throws Exception {
        engine(guard(NEEDED));
        ProposalId id = engine.propose("web");
        engine.reads = () -> reply(word, engine.value("0"));
        assertThat(engine.proposals().examine(id)).hasSize(1);

        engine.approve(id, "bo");

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.BLOCKED);
        assertThat(status.why()).contains("only what fails");
        assertThat(engine.kinds(id)).endsWith("approved", "blocked").doesNotContain("intent");
        assertThat(engine.changes.sent).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"prod", ""})
    void a_freeze_blocks_and_says_so(String environment) throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        Statement statement = engine.statement(id, "bo");
        engine.freezes.freeze(
                new Freeze(
                        environment.isEmpty() ? null : environment,
                        "a bad night",
                        Engine.NOON,
                        "cy"));

        engine.submit(id, statement, engine.sign(statement, "bo"));

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.BLOCKED);
        assertThat(status.why()).contains("a bad night");
        assertThat(engine.refusal(Engine.ANA, "db")).isEqualTo("FROZEN");
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void a_freeze_elsewhere_stops_nothing_here() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        engine.freezes.freeze(new Freeze("staging", "x", Engine.NOON, "cy"));

        engine.approve(id, "bo");

        engine.settled(id);
        assertThat(engine.changes.sent).hasSize(1);
    }

    @Test
    void a_freeze_between_claim_and_marker_sends_nothing() throws Exception {
        engine(GUARDED);
        ProposalId id = engine.propose("web");
        engine.reads =
                () -> {
                    // The look before the dispatch: it is claimed, and not yet sent.
                    try {
                        assertThat(engine.state(id)).isEqualTo(ProposalState.CLAIMED);
                        engine.freezes.freeze(new Freeze("prod", "stop", Engine.NOON, "cy"));
                    } catch (Exception failed) {
                        throw new AssertionError(failed);
                    }
                    return engine.value("0.9");
                };

        engine.approve(id, "bo");

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.FAILED);
        assertThat(status.why()).isEqualTo("frozen before anything was sent");
        assertThat(engine.kinds(id)).endsWith("intent", "result").doesNotContain("sending");
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void a_limit_blocks_hard_where_it_says_so() throws Exception {
        engine(guard("limits: [{calls: 1, per: 1h, over: forbid}]"));
        ProposalId first = engine.propose("web");
        ProposalId second = engine.propose("db");
        engine.approve(first, "bo");
        engine.settled(first);

        engine.approve(second, "bo");

        assertThat(engine.settled(second).state()).isEqualTo(ProposalState.BLOCKED);
        assertThat(engine.refusal(Engine.ANA, "api")).isEqualTo("RATE_LIMITED");
        assertThat(engine.changes.sent).hasSize(1);
        engine.restart();
        assertThat(engine.refusal(Engine.BO, "api")).isEqualTo("RATE_LIMITED");
        engine.pass(Duration.ofHours(1));
        engine.propose("api");
    }

    @Test
    void is_blocked_when_another_thing_would_be_sent_now() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        ProposalId other = engine.propose("db");
        String request = engine.proposals().show(other).core();
        engine.changes.resolution =
                new Resolution.Resolved(
                        Engine.valid(
                                dev.countergate.policy.change.CoreRequest.read(
                                        JsonMapper.shared().readTree(request).path("request"),
                                        id.attempt())),
                        List.of());

        engine.approve(id, "bo");

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.BLOCKED);
        assertThat(status.why()).contains("differs from what was approved");
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void is_blocked_when_its_backend_cannot_say_what_would_be_sent() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        engine.changes.resolution = new Resolution.Refused("NO_TARGETS", "nobody there", "");

        engine.approve(id, "bo");

        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.BLOCKED);
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void is_blocked_by_a_rule_that_came_after_it() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        engine.reload(
                PLAIN
                        + "policy: {rules: [{id: no-web, then: forbid, when: 'args.service =="
                        + " \"web\"', reason: web is holy}]}");

        engine.approve(id, "bo");

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.BLOCKED);
        assertThat(status.why()).contains("web is holy");
        assertThat(engine.refusal(Engine.ANA, "web")).isEqualTo("FORBIDDEN");
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void a_rule_that_came_after_it_raises_the_quorum() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        engine.reload(
                PLAIN
                        + "policy: {rules: [{id: two, then: approve, approvals: 2, when:"
                        + " 'args.service == \"web\"'}]}");

        assertThat(engine.approve(id, "bo").needed()).isEqualTo(2);
        assertThat(engine.changes.sent).isEmpty();
        engine.reload(PLAIN);
        assertThat(engine.status(id).needed()).as("raised, and never lowered").isEqualTo(2);
        engine.approve(id, "cy");

        engine.settled(id);
        assertThat(engine.changes.sent).hasSize(1);
    }

    @Test
    void the_same_call_is_the_same_proposal_and_anothers_is_named() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");

        assertThat(engine.propose("web")).isEqualTo(id);
        assertThat(engine.call(Engine.BO, "restart", "{\"service\":\"web\"}"))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> {
                            assertThat(refused.code()).isEqualTo("ALREADY_PROPOSED");
                            assertThat(refused.message()).contains(id.value());
                        });
        assertThat(engine.propose("db")).isNotEqualTo(id);
        assertThat(engine.proposals().pending()).hasSize(2);
        assertThat(engine.proposals().list(Engine.BO)).isEmpty();
    }

    @Test
    void a_change_whose_outcome_is_not_known_is_not_proposed_again() throws Exception {
        engine(PLAIN);
        engine.changes.dispatch =
                (request, sending) -> new Sent(Outcome.OUTCOME_UNKNOWN, "cut off", null);
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");
        engine.await(id, ProposalState.OUTCOME_UNKNOWN);

        assertThat(engine.refusal(Engine.ANA, "web")).isEqualTo("ALREADY_PROPOSED");
        assertThat(engine.proposals().pending()).extracting(ProposalStatus::id).containsExactly(id);
        engine.proposals().resolve(id, new Person("bo"), false, "looked at the host");
        assertThat(engine.state(id)).isEqualTo(ProposalState.RESOLVED_BY_HUMAN);
        assertThat(engine.propose("web")).isNotEqualTo(id);
        assertThat(engine.changes.sent).hasSize(1);
    }

    @Test
    void a_principal_has_so_many_open_and_no_more() throws Exception {
        engine(PLAIN + "policy: {max_open_proposals: 2}\n");
        ProposalId first = engine.propose("a");
        engine.propose("b");

        assertThat(engine.refusal(Engine.ANA, "c")).isEqualTo("TOO_MANY_PROPOSALS");
        assertThat(engine.propose("a")).as("the same call is no more").isEqualTo(first);
        engine.propose(Engine.BO, "c");
        engine.proposals().withdraw(Engine.ANA, "s", first);
        engine.propose("d");
    }

    @Test
    void a_requester_makes_ten_times_as_many_within_an_hour_at_most() throws Exception {
        engine(PLAIN + "policy: {max_open_proposals: 1}\n");
        for (int i = 0; i < 10; i++) {
            ProposalId id = engine.propose("a".repeat(i + 1));
            engine.proposals().withdraw(Engine.ANA, "s", id);
        }

        assertThat(engine.refusal(Engine.ANA, "another")).isEqualTo("TOO_MANY_PROPOSALS");
        engine.propose(Engine.BO, "another");
        engine.pass(Duration.ofMinutes(61));
        engine.propose("web");
    }

    @Test
    void only_observes_where_told_to() throws Exception {
        engine(PLAIN + "policy: {mode: observe}\n");

        assertThat(engine.refusal(Engine.ANA, "web")).isEqualTo("OBSERVE_MODE");
        assertThat(engine.proposals().pending()).isEmpty();
        assertThat(engine.leaves())
                .extracting(leaf -> leaf.path("kind").asString())
                .contains("would_propose");
    }

    private static final String AUTO =
            Engine.TOOLS
                    + """
                    guards:
                      restart:
                        environment: prod
                        reversible: true
                        limits: [{calls: 1, per: 1h, by: [service]}]
                        verify: {tool: errors, args: {service: "{service}"}, expect: "value < 0.5", within: 1m, every: 10ms}
                    policy:
                      mode: auto
                      rules: [{id: by-itself, then: permit, when: 'tool.name == "restart"'}]
                    """;

    @Test
    void goes_without_a_person_where_a_rule_permits_it_and_all_conditions_hold() throws Exception {
        engine(AUTO);
        ProposalId id = engine.propose("web");

        ProposalStatus status = engine.settled(id);

        assertThat(status.state()).isEqualTo(ProposalState.VERIFIED);
        assertThat(engine.changes.sent).hasSize(1);
        assertThat(engine.proposals().show(id).core()).contains("\"permitted_by\":\"by-itself\"");
        assertThat(engine.state(engine.propose("web")))
                .as("over its limit a person is asked")
                .isEqualTo(ProposalState.PENDING);
        assertThat(engine.changes.sent).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "  mode: auto",
                "    reversible: true",
                "    limits: [{calls: 1, per: 1h, by: [service]}]",
                "    verify: {tool: errors, args: {service: \"{service}\"}, expect: \"value <"
                        + " 0.5\", within: 1m, every: 10ms}",
                "  rules: [{id: by-itself, then: permit, when: 'tool.name == \"restart\"'}]",
            })
    void waits_for_a_person_when_one_condition_is_missing(String line) throws Exception {
        assertThat(AUTO).contains(line + "\n");
        engine(AUTO.replace(line + "\n", ""));

        assertThat(engine.state(engine.propose("web"))).isEqualTo(ProposalState.PENDING);
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void a_loss_that_is_accepted_does_in_the_place_of_reversible() throws Exception {
        engine(AUTO.replace("reversible: true", "accepts_loss: \"a second of logs\""));

        engine.settled(engine.propose("web"));

        assertThat(engine.changes.sent).hasSize(1);
    }

    @Test
    void refuses_what_no_person_would_read() throws Exception {
        engine(PLAIN);
        String note = "line\\n".repeat(300);

        assertThat(
                        engine.call(
                                Engine.ANA,
                                "restart",
                                "{\"service\":\"web\",\"note\":\"" + note + "\"}"))
                .isInstanceOf(Answer.Faulty.class);
        assertThat(engine.proposals().pending()).isEmpty();
    }

    @Test
    void refuses_an_argument_that_holds_a_secret() throws Exception {
        engine(PLAIN);
        String secret = "s3cret-of-the-api-0123456789";

        assertThat(
                        engine.call(
                                Engine.ANA,
                                "restart",
                                "{\"service\":\"web\",\"note\":\"x" + secret + "y\"}"))
                .isInstanceOf(Answer.Faulty.class);
        assertThat(engine.call(Engine.ANA, "restart", "{\"service\":\"web\"}", "key " + secret))
                .isInstanceOf(Answer.Faulty.class);
        assertThat(new String(engine.export(), UTF_8)).doesNotContain(secret);
    }

    @Test
    void tells_each_session_once_what_became_of_its_proposals() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        String session = "s-" + Engine.ANA.value();
        assertThat(engine.proposals().news(session)).isEmpty();

        engine.reject(id, "bo");

        assertThat(engine.proposals().news("s-" + Engine.BO.value())).isEmpty();
        assertThat(engine.proposals().news(session))
                .singleElement()
                .asString()
                .contains(id.value(), "REJECTED");
        assertThat(engine.proposals().news(session)).isEmpty();
    }

    @Test
    void a_call_that_waits_for_a_change_waits_as_long_as_it_was_asked_to() throws Exception {
        engine(Engine.TOOLS + Engine.GUARDED);
        AtomicLong seconds = new AtomicLong();
        engine.reads =
                () -> {
                    seconds.incrementAndGet();
                    return engine.value("0.9");
                };
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");
        engine.await(id, ProposalState.APPLIED);
        List<Double> told = new ArrayList<>();
        long begun = seconds.get();

        ToolResult result =
                engine.pipeline(() -> seconds.get() * 1_000_000_000L)
                        .call(
                                new ToolCall(
                                        "c1",
                                        new ToolName("proposal_status"),
                                        JsonNodeFactory.instance
                                                .objectNode()
                                                .put("proposal", id.value())
                                                .put("wait_seconds", 20),
                                        Caller.of(Engine.ANA),
                                        new ClientSession("s-1", "test", "1"),
                                        null),
                                (done, all, text) -> told.add(done))
                        .orElseThrow();

        assertThat(result.isError()).isFalse();
        assertThat(seconds.get() - begun).isGreaterThanOrEqualTo(20);
        assertThat(told).isSorted().hasSizeBetween(1, 5).last().isEqualTo(20.0);
    }

    @Test
    void freezes_an_environment_after_so_many_failures_and_not_one_sooner() throws Exception {
        engine(PLAIN + "policy: {breaker: {failures: 3, within: 10m}}\n");
        engine.changes.dispatch = (request, sending) -> new Sent(Outcome.FAILED, "500", null);
        ProposalId open = engine.propose("open");
        for (String service : List.of("a", "b")) {
            fails(service);
            assertThat(engine.freezes.all()).isEmpty();
        }

        fails("c");

        frozen(open, 1);
        assertThat(engine.freezes.frozen("staging")).isEmpty();
        assertThat(engine.refusal(Engine.ANA, "d")).isEqualTo("FROZEN");
        assertThat(engine.call(Engine.ANA, "restart", "{\"service\":\"d\"}"))
                .asInstanceOf(type(Answer.Refused.class))
                .extracting(Answer.Refused::message)
                .isEqualTo("changes are frozen: in `prod`: 3 changes failed within 10 min");
        assertThat(engine.changes.sent).hasSize(3);

        engine.freezes.thaw("prod");
        fails("e");
        fails("f");
        assertThat(engine.freezes.all()).as("a person saw the first three").isEmpty();
        fails("g");
        frozen(open, 2);
    }

    @Test
    void says_that_it_froze_where_that_cannot_be_written_down() throws Exception {
        engine(PLAIN + "policy: {breaker: {failures: 3, within: 10m}}\n");
        Files.createDirectories(folder.resolve("freeze.new").resolve("in the way"));
        engine.changes.dispatch = (request, sending) -> new Sent(Outcome.FAILED, "500", null);
        ProposalId open = engine.propose("open");
        for (String service : List.of("a", "b", "c")) {
            fails(service);
        }

        frozen(open, 1);
        engine.proposals().close();
        assertThat(engine.notices)
                .extracting(notice -> notice.event().word())
                .filteredOn("frozen"::equals)
                .hasSize(1);
    }

    /** The freeze is there before its leaf is. */
    private void frozen(ProposalId any, int times) throws Exception {
        engine.await(
                any,
                status -> {
                    try {
                        return engine.leaves().stream()
                                        .filter(
                                                leaf ->
                                                        leaf.path("kind")
                                                                .asString()
                                                                .equals("frozen"))
                                        .count()
                                == times;
                    } catch (Exception failed) {
                        throw new AssertionError(failed);
                    }
                });
        assertThat(engine.freezes.frozen("prod")).isPresent();
    }

    private void fails(String service) throws Exception {
        ProposalId id = engine.propose(service);
        engine.approve(id, "bo");
        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.FAILED);
    }

    @Test
    void failures_long_ago_do_not_count() throws Exception {
        engine(PLAIN + "policy: {breaker: {failures: 3, within: 10m}}\n");
        engine.changes.dispatch = (request, sending) -> new Sent(Outcome.FAILED, "500", null);
        fails("a");
        fails("b");
        engine.pass(Duration.ofMinutes(11));
        fails("c");
        fails("d");

        engine.proposals().close();
        assertThat(engine.freezes.all()).isEmpty();
    }

    @Test
    void what_fails_in_this_server_while_it_sends_is_not_known() throws Exception {
        engine(PLAIN);
        engine.changes.dispatch =
                (request, sending) -> {
                    throw new IllegalStateException("a bug");
                };
        ProposalId id = engine.propose("web");

        engine.approve(id, "bo");

        assertThat(engine.await(id, ProposalState.OUTCOME_UNKNOWN).outcome())
                .isEqualTo(Outcome.OUTCOME_UNKNOWN);
        assertThat(engine.changes.sent).hasSize(1);
    }

    @Test
    void a_log_that_cannot_be_written_refuses() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        Statement statement = engine.statement(id, "bo");
        engine.proposals().close();
        engine.edit("ALTER TABLE leaf RENAME TO leaf_away");
        try {
            assertThatThrownBy(() -> engine.submit(id, statement, engine.sign(statement, "bo")))
                    .isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> engine.propose("db")).isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> engine.statement(id, "bo")).isInstanceOf(StoreException.class);
        } finally {
            engine.edit("ALTER TABLE leaf_away RENAME TO leaf");
        }
        assertThat(engine.state(id)).isEqualTo(ProposalState.PENDING);
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void a_statement_given_out_while_it_is_decided_leaves_the_log_true() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        engine.whileIssuing =
                () -> {
                    engine.whileIssuing = () -> {};
                    try {
                        engine.proposals().withdraw(Engine.ANA, "s", id);
                    } catch (Exception failed) {
                        throw new AssertionError(failed);
                    }
                };

        refused("WRONG_STATE", () -> engine.statement(id, "bo"));
        assertThat(engine.kinds(id)).containsExactly("proposed", "withdrawn");
    }

    @Test
    void what_a_person_did_by_hand_is_told_as_theirs() throws Exception {
        engine(GUARDED);
        ProposalId id = engine.propose("web");
        engine.reads = () -> engine.value("0.1");

        engine.proposals().done(id, new Person("bo"), "typed it");

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.DONE_BY_HAND);
        assertThat(status.why()).isEqualTo("bo: typed it");
        assertThat(Objects.requireNonNull(status.verification()).result())
                .isEqualTo(Verification.Result.VERIFIED);
        refused("WRONG_STATE", () -> engine.approve(id, "bo"));
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void counts_no_key_at_the_claim_whose_time_is_over_by_then() throws Exception {
        engine(guard("approvals: {count: 2}"));
        ProposalId id = engine.propose("web");
        engine.approve(id, "bo");
        Path approvers = folder.resolve("approvers");
        String line = engine.key("bo").line("bo", "");
        Files.writeString(
                approvers,
                Files.readString(approvers)
                        .replace(
                                line,
                                engine.key("bo").line("bo", "valid-before=\"20261121120100Z\"")));
        engine.pass(Duration.ofMinutes(30));
        engine.approve(id, "cy");

        ProposalStatus status = engine.settled(id);
        assertThat(status.state()).isEqualTo(ProposalState.BLOCKED);
        assertThat(status.why()).isEqualTo("its approvals are no longer enough");
        assertThat(engine.changes.sent).isEmpty();
    }

    @Test
    void a_key_struck_out_while_it_decides_is_struck_out_behind_its_decision() throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        Statement statement = engine.statement(id, "bo");
        String signature = engine.sign(statement, "bo");
        Thread striking =
                Thread.ofPlatform()
                        .unstarted(
                                () -> {
                                    try {
                                        Engine.valid(
                                                        engine.approvers()
                                                                .removing(new Person("bo"), null))
                                                .make();
                                    } catch (IOException failed) {
                                        throw new UncheckedIOException(failed);
                                    }
                                });
        engine.beforeWriting =
                () -> {
                    engine.beforeWriting = () -> {};
                    striking.start();
                    // It either has to wait, or is done with it.
                    while (striking.getState() != Thread.State.BLOCKED && striking.isAlive()) {
                        Thread.onSpinWait();
                    }
                };

        engine.submit(id, statement, signature);
        striking.join();

        engine.settled(id);
        assertThat(engine.leaves())
                .extracting(leaf -> leaf.path("kind").asString())
                .containsSubsequence("approver", "approved", "approver");
        assertThat(engine.audit()).isInstanceOf(AuditFile.Verdict.Good.class);
    }

    @Test
    void what_a_person_rejected_is_named_however_often_it_was_proposed_and_taken_back_since()
            throws Exception {
        engine(PLAIN);
        ProposalId rejected = engine.propose("web");
        engine.reject(rejected, "bo");
        engine.pass(Duration.ofMinutes(16));
        for (int i = 0; i < 11; i++) {
            engine.proposals().withdraw(Engine.ANA, "s", engine.propose("web"));
        }

        ProposalId id = engine.propose("web");

        String view = engine.proposals().show(id).view().text();
        assertThat(view)
                .containsSubsequence(
                        "done before:",
                        rejected.value(),
                        "state: REJECTED",
                        "state: WITHDRAWN",
                        "done before, and not named here:\n  WITHDRAWN: 2\n")
                .containsOnlyOnce("REJECTED");
        assertThat(view.lines().filter("done before:"::equals)).hasSize(10);
        engine.restart();
        assertThat(engine.proposals().show(id).view().text()).isEqualTo(view);
        engine.approve(id, "bo");
        engine.settled(id);
        assertThat(engine.changes.sent).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"Reject\"", "\"no\"", "\"\"", "null", "true", "[\"reject\"]"})
    void gives_no_statement_out_for_a_decision_by_another_word(String decision) throws Exception {
        engine(PLAIN);
        ProposalId id = engine.propose("web");
        JsonNode request =
                JsonMapper.shared()
                        .readTree(
                                "{\"proposal\":\"%s\",\"approver\":\"bo\",\"decision\":%s}"
                                        .formatted(id, decision));

        assertThatThrownBy(
                        () ->
                                Objects.requireNonNull(
                                                new ProposalOperations(engine.proposals())
                                                        .operations()
                                                        .get("statement"))
                                        .perform(
                                                request,
                                                "bo",
                                                JsonNodeFactory.instance.objectNode()))
                .hasMessageContaining("decision");
        assertThat(engine.kinds(id)).containsExactly("proposed");
    }

    @Test
    void asks_only_what_runs_to_stop() throws Exception {
        engine(PLAIN);
        CountDownLatch stopped = new CountDownLatch(1);
        engine.changes.dispatch =
                (request, sending) -> {
                    sending.accepted().as("command-1");
                    stopped.await();
                    return new Sent(Outcome.PARTLY_APPLIED, "stopped", null);
                };
        ProposalId id = engine.propose("web");
        assertThat(engine.proposals().cancel(id)).isFalse();
        engine.approve(id, "bo");
        engine.await(id, ProposalStatus::isCancellable);

        assertThat(engine.proposals().running()).extracting(ProposalStatus::id).containsExactly(id);
        assertThat(engine.proposals().cancel(id)).isTrue();
        engine.reload(PLAIN.replace("api.test", "elsewhere.test"));
        assertThat(engine.proposals().cancel(id)).as("another backend").isFalse();
        stopped.countDown();

        assertThat(engine.settled(id).outcome()).isEqualTo(Event.Outcome.PARTLY_APPLIED);
        assertThat(engine.proposals().cancel(id)).isFalse();
    }

    @FunctionalInterface
    private interface Act {
        void run() throws Exception;
    }

    private static void refused(String code, Act act) {
        refused(code, code, act);
    }

    private static void refused(String code, String orCode, Act act) {
        assertThatThrownBy(act::run)
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isIn(code, orCode));
    }
}
