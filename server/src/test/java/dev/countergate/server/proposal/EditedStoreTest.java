package dev.countergate.server.proposal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.change.Core;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.Statement;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.backend.Resolution;
import dev.countergate.testing.ApproverKey;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Somebody writes the store beside the daemon, between an approval and its claim, or before the approval: nothing is executed
 * that nobody signed.
 */
@Tag("long")
@Timeout(60)
class EditedStoreTest {
    private static final String TWO =
            Engine.TOOLS
                    + "guards: {restart: {environment: prod, approvals: {count: 2, other_person:"
                    + " true}}}\n";
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir private Path folder;

    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private Engine engine;

    @BeforeEach
    void begins() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
    }

    @AfterEach
    void ends() {
        leave.countDown();
        engine.close();
    }

    /** An approved proposal whose claim waits for its backend. */
    private ProposalId approved() throws Exception {
        ProposalId id = engine.propose("web");
        Statement statement = engine.statement(id, "bo");
        engine.changes.resolving =
                () -> {
                    entered.countDown();
                    leave.await();
                };
        engine.submit(id, statement, engine.sign(statement, "bo"));
        entered.await();
        return id;
    }

    private void nothingIsSent() {
        leave.countDown();
        engine.proposals().close();
        assertThat(engine.changes.sent).isEmpty();
    }

    private Store.Proposal row(ProposalId id) throws StoreException {
        return engine.store().read(rows -> rows.proposal(id.value())).orElseThrow();
    }

    private void core(ProposalId id, String core) throws Exception {
        engine.edit(
                "UPDATE proposal SET core = ?, digest = ? WHERE id = ?",
                core,
                Digest.of(core.getBytes(UTF_8)).hex(),
                id.value());
    }

    @Test
    void sends_what_was_approved_when_nothing_was_edited() throws Exception {
        ProposalId id = approved();
        leave.countDown();

        engine.settled(id);
        assertThat(engine.changes.sent).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "restart\",restart2\"",
        "prod,test",
        "\"persons\":1,\"persons\":0",
        "unix:ana,unix:bo",
        "2026-11-21T13,2026-11-22T13"
    })
    void a_rewritten_core(String was, String is) throws Exception {
        ProposalId id = approved();
        String before = row(id).core();
        assertThat(before).contains(was);

        core(id, before.replace(was, is));

        nothingIsSent();
    }

    /** No evidence stands behind what a rule permits, so only the comparison with what was looked at does. */
    @Test
    void a_rewritten_core_of_what_a_rule_permits() throws Exception {
        engine.reload(
                Engine.TOOLS
                        + Engine.GUARDED
                        + "    limits: [{calls: 9, per: 1h}]\n"
                        + "policy: {mode: auto, rules: [{id: go, then: permit, when: 'true'}]}\n");
        AtomicInteger resolved = new AtomicInteger();
        engine.changes.resolving =
                () -> {
                    if (resolved.incrementAndGet() == 2) {
                        entered.countDown();
                        leave.await();
                    }
                };
        ProposalId id = engine.propose("web");
        entered.await();

        core(id, row(id).core().replace("api.test/restart", "api.test/destroy"));

        nothingIsSent();
    }

    @Test
    void a_rewritten_core_without_its_checksum() throws Exception {
        ProposalId _ = approved();

        engine.edit("UPDATE proposal SET core = replace(core, 'prod', 'test')");

        nothingIsSent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PENDING",
                "REJECTED",
                "WITHDRAWN",
                "CLAIMED",
                "SENDING",
                "APPLIED",
                "nonsense"
            })
    void a_rewritten_state(String state) throws Exception {
        ProposalId id = approved();

        engine.edit("UPDATE proposal SET state = ? WHERE id = ?", state, id.value());

        nothingIsSent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM evidence",
                "UPDATE evidence SET signature = replace(signature, 'A', 'B')",
                "UPDATE evidence SET statement = replace(statement, 'approve', 'reject')",
                "UPDATE evidence SET statement = replace(statement, '\"bo\"', '\"cy\"')",
                "UPDATE evidence SET subject = 'p-00000000000000000000000001'",
                "UPDATE evidence SET statement = ''",
                "UPDATE evidence SET signature = ''",
            })
    void rewritten_evidence(String sql) throws Exception {
        approved();

        engine.edit(sql);

        nothingIsSent();
    }

    @ParameterizedTest
    @CsvSource({"person,cy", "key,SHA256:AAAA", "challenge,CHALLENGE"})
    void a_rewritten_approval(String member, String value) throws Exception {
        ProposalId id = approved();
        ObjectNode detail = engine.detail(id);
        ((ObjectNode) detail.path("approvals").get(0))
                .put(member, value.equals("CHALLENGE") ? "0".repeat(64) : value);

        engine.edit("UPDATE proposal SET detail = ? WHERE id = ?", detail.toString(), id.value());

        nothingIsSent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "null", "[]", "{\"persons\":1}"})
    void a_detail_that_is_none(String detail) throws Exception {
        ProposalId id = approved();

        engine.edit("UPDATE proposal SET detail = ? WHERE id = ?", detail, id.value());

        nothingIsSent();
    }

    /** Wants two, of whom one is not the requester; has ana's own, and a second that somebody wrote. */
    @Test
    void an_approval_that_nobody_gave() throws Exception {
        engine.reload(TWO);
        ProposalId id = engine.propose("web");
        Statement statement = engine.statement(id, "cy");
        String signature = engine.sign(statement, "cy");
        engine.approve(id, "ana");
        ObjectNode detail = engine.detail(id);
        ObjectNode forged = ((ObjectNode) detail.path("approvals").get(0)).deepCopy();
        forged.put("person", "bo")
                .put("key", engine.key("bo").fingerprint())
                .put("challenge", "1".repeat(64))
                .put("evidence", "2".repeat(64));
        ((tools.jackson.databind.node.ArrayNode) detail.path("approvals")).add(forged);
        engine.edit("UPDATE proposal SET detail = ? WHERE id = ?", detail.toString(), id.value());

        // The third approval completes a quorum that stands on two feet, one of them forged.
        engine.edit(
                "UPDATE proposal SET detail = ? WHERE id = ?",
                without(detail, "ana").toString(),
                id.value());
        engine.submit(id, statement, signature);

        assertThat(engine.settled(id).state()).isEqualTo(ProposalState.BLOCKED);
        nothingIsSent();
    }

    private static ObjectNode without(ObjectNode detail, String person) {
        ObjectNode copy = detail.deepCopy();
        for (int i = copy.path("approvals").size() - 1; i >= 0; i--) {
            if (copy.path("approvals").get(i).path("person").asString().equals(person)) {
                ((tools.jackson.databind.node.ArrayNode) copy.path("approvals")).remove(i);
            }
        }
        return copy;
    }

    /** The evidence is written too, signed by a key that is not enrolled. */
    @Test
    void an_approval_with_evidence_of_a_strangers_key() throws Exception {
        ProposalId id = approved();
        ApproverKey stranger = new ApproverKey();
        String statement =
                engine.store()
                        .read(rows -> rows.evidence(id.value()))
                        .getFirst()
                        .statement()
                        .replace(engine.key("bo").fingerprint(), stranger.fingerprint());
        ObjectNode detail = engine.detail(id);
        ((ObjectNode) detail.path("approvals").get(0)).put("key", stranger.fingerprint());
        engine.edit("UPDATE proposal SET detail = ? WHERE id = ?", detail.toString(), id.value());
        engine.edit(
                "UPDATE evidence SET statement = ?, signature = ?",
                statement,
                stranger.sign(statement.getBytes(UTF_8)));

        nothingIsSent();
    }

    @Test
    void a_quorum_lowered_beside_the_core_does_not_count() throws Exception {
        engine.reload(TWO);
        ProposalId id = engine.propose("web");
        ObjectNode detail = engine.detail(id);
        detail.put("persons", 0);
        engine.edit("UPDATE proposal SET detail = ? WHERE id = ?", detail.toString(), id.value());

        assertThat(engine.approve(id, "ana").state()).isEqualTo(ProposalState.PENDING);
        assertThat(engine.status(id).needed()).isEqualTo(2);
        nothingIsSent();
    }

    @Test
    void an_approval_found_in_the_store_at_the_start_is_over() throws Exception {
        ProposalId id = engine.propose("web");
        engine.edit("UPDATE proposal SET state = 'APPROVED' WHERE id = ?", id.value());

        engine.restart();

        assertThat(engine.state(id)).isEqualTo(ProposalState.EXPIRED);
        nothingIsSent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"core, digest", "detail", "core, digest, detail", "id", "effect"})
    void two_rows_with_their_contents_swapped(String columns) throws Exception {
        ProposalId pending = engine.propose("db");
        ProposalId id = approved();
        if (columns.equals("id")) {
            engine.edit("UPDATE proposal SET id = 'x' WHERE id = ?", id.value());
            engine.edit("UPDATE proposal SET id = ? WHERE id = ?", id.value(), pending.value());
            engine.edit("UPDATE proposal SET id = ? WHERE id = 'x'", pending.value());
        } else if (columns.equals("effect")) {
            engine.edit("UPDATE proposal SET held = 0");
            engine.edit("DELETE FROM evidence");
        } else {
            Store.Proposal one = row(id);
            Store.Proposal other = row(pending);
            for (String column : columns.split(", ", -1)) {
                boolean isCore = column.equals("core");
                engine.edit(
                        "UPDATE proposal SET " + column + " = ? WHERE id = ?",
                        isCore
                                ? other.core()
                                : column.equals("detail")
                                        ? other.detail()
                                        : Digest.of(other.core().getBytes(UTF_8)).hex(),
                        id.value());
                engine.edit(
                        "UPDATE proposal SET " + column + " = ? WHERE id = ?",
                        isCore
                                ? one.core()
                                : column.equals("detail")
                                        ? one.detail()
                                        : Digest.of(one.core().getBytes(UTF_8)).hex(),
                        pending.value());
            }
        }

        nothingIsSent();
    }

    /** What is sent resolves to the same, and a rule that forbids it looks at arguments alone. */
    @Test
    void arguments_that_would_please_the_rules() throws Exception {
        ProposalId id = engine.propose("web");
        CoreRequest request =
                Engine.valid(
                        CoreRequest.read(
                                JSON.readTree(row(id).core()).path("request"), id.attempt()));
        engine.changes.resolution = new Resolution.Resolved(request, List.of());
        engine.reload(
                Engine.TOOLS
                        + Engine.PLAIN
                        + "policy: {rules: [{id: n, then: forbid, when: 'args.service"
                        + " ==\"web\"'}]}");
        ObjectNode detail = engine.detail(id);
        ((ObjectNode) detail.path("arguments")).put("service", "db");
        engine.edit("UPDATE proposal SET detail = ? WHERE id = ?", detail.toString(), id.value());

        try {
            engine.approve(id, "bo");
        } catch (RefusedException already) {
            assertThat(already.code()).isEqualTo("WRONG_STATE");
        }

        nothingIsSent();
    }

    /** Rewritten whole before anybody looked: then that is what is looked at, and signed or not. */
    @Test
    void a_core_rewritten_after_the_statement_was_given_out() throws Exception {
        ProposalId id = engine.propose("web");
        Statement statement = engine.statement(id, "bo");
        String core = row(id).core().replace("\"web\"", "\"db\"");
        core(id, core);
        assertThat(Core.digest(core.getBytes(UTF_8))).isNotEqualTo(statement.digest());

        try {
            engine.submit(id, statement, engine.sign(statement, "bo"));
            throw new AssertionError("accepted");
        } catch (RefusedException refused) {
            assertThat(refused.code()).isIn("OTHER_DIGEST", "OTHER_VIEW", "WRONG_STATE");
        }
        nothingIsSent();
    }

    /** One row that was edited neither hides the others nor keeps the daemon from starting. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "core, `{}`",
                "digest, 00",
                "core, no JSON",
                "detail, `{}`",
                "detail, no JSON",
                "state, GONE",
            })
    void a_row_that_cannot_be_read(String column, String text) throws Exception {
        ProposalId edited = engine.propose("web");
        ProposalId other = engine.propose("db");
        engine.stop();
        engine.edit("UPDATE proposal SET " + column + " = ? WHERE id = ?", text, edited.value());

        engine.begin();

        assertThat(engine.proposals().pending())
                .extracting(ProposalStatus::id)
                .containsExactly(other);
        engine.approve(other, "bo");
        engine.settled(other);
        assertThat(engine.changes.sent).hasSize(1);
        assertThat(engine.proposals().unreadable())
                .containsExactlyElementsOf(
                        column.equals("state") ? List.of() : List.of(edited.value()));
    }

    /** The same of a core whose checksum was written anew, so that only its members show it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"persons\":1            | \"persons\":\"x\"",
                "\"digests\"              | \"digests2\"",
                "\"every\":\"10ms\"       | \"every\":\"\"",
            })
    void a_core_that_is_none(String was, String is) throws Exception {
        engine.close();
        engine = new Engine(folder, Engine.TOOLS + Engine.GUARDED);
        ProposalId edited = engine.propose("web");
        ProposalId other = engine.propose("db");
        String before = row(edited).core();
        assertThat(before).contains(was);
        engine.stop();
        core(edited, before.replace(was, is));

        engine.begin();

        assertThat(engine.proposals().pending())
                .extracting(ProposalStatus::id)
                .containsExactly(other);
        assertThat(engine.proposals().unreadable()).containsExactly(edited.value());
    }

    /** The key says of the same statement that it saw a touch, and not who touched it. */
    @Test
    void evidence_by_a_key_that_did_not_verify_its_person() throws Exception {
        engine.close();
        engine =
                new Engine(
                        folder,
                        Engine.TOOLS
                                + "guards: {restart: {environment: prod, approvals:"
                                + " {verification: true}}}\n");
        ApproverKey key = engine.enrolHardware("eve");
        ProposalId id = engine.propose("web");
        Statement statement = engine.statement(id, "eve");
        engine.changes.resolving =
                () -> {
                    entered.countDown();
                    leave.await();
                };
        engine.submit(
                id,
                statement,
                key.sign(statement.bytes(), ApproverKey.PRESENT | ApproverKey.VERIFIED));
        entered.await();

        engine.edit(
                "UPDATE evidence SET signature = ?",
                key.sign(statement.bytes(), ApproverKey.PRESENT));

        nothingIsSent();
    }
}
