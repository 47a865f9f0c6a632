package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.Core;
import dev.countergate.policy.token.Challenge;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import dev.countergate.policy.token.Statement;
import dev.countergate.testing.ApproverKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Lives as words: a leaf each, {@code KIND} or {@code KIND:STATE}; {@code ana} and {@code bo} approve, {@code no} rejects. */
class ProposalLivesTest {
    private static final String ID = "p-" + "0".repeat(26);
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private final ApproverKey ana;
    private final ApproverKey bo;
    private int challenges;

    ProposalLivesTest() throws Exception {
        ana = new ApproverKey();
        bo = new ApproverKey();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proposed",
                "proposed viewed viewed ana:APPROVED intent sending result:APPLIED"
                        + " verification:VERIFIED viewed",
                "proposed ana:APPROVED intent sending result:PARTLY_APPLIED"
                        + " verification:NOT_VERIFIED",
                "proposed ana:APPROVED intent result:FAILED",
                "proposed ana:APPROVED intent sending accepted:SENDING result:OUTCOME_UNKNOWN"
                        + " reconciled:OUTCOME_UNKNOWN reconciled:FOUND_NOT_APPLIED",
                "proposed ana:APPROVED intent sending result:OUTCOME_UNKNOWN"
                        + " reconciled:FOUND_APPLIED verification:FOUND_APPLIED",
                "proposed ana:APPROVED intent sending result:OUTCOME_UNKNOWN resolved",
                "proposed ana:APPROVED expired",
                "proposed ana:APPROVED blocked",
                "proposed no",
                "proposed withdrawn",
                "proposed superseded",
                "proposed done_by_hand verification:DONE_BY_HAND"
            })
    void lets_a_life_be_what_it_can_be(String life) throws Exception {
        assertThat(fault(1, life)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "viewed",
                "ana:APPROVED",
                "intent",
                "sending",
                "result:APPLIED",
                "proposed proposed",
                "proposed:APPROVED",
                "proposed:CLAIMED",
                "proposed:NONE",
                "proposed viewed:APPROVED",
                "proposed intent",
                "proposed sending",
                "proposed result:APPLIED",
                "proposed ana:APPROVED sending",
                "proposed ana:APPROVED result:APPLIED",
                "proposed ana:APPROVED intent intent",
                "proposed ana:APPROVED intent result:APPLIED",
                "proposed ana:APPROVED claimed:CLAIMED",
                "proposed ana:APPROVED intent sent:SENDING",
                "proposed ana:APPROVED intent sending sending",
                "proposed ana:APPROVED intent sending intent",
                "proposed ana:APPROVED intent sending result:APPLIED sending",
                "proposed ana:APPROVED intent sending result:APPLIED result:FAILED",
                "proposed ana:APPROVED intent sending result:OUTCOME_UNKNOWN sending",
                "proposed ana:APPROVED intent sending result:OUTCOME_UNKNOWN result:APPLIED",
                "proposed ana:APPROVED intent sending result:OUTCOME_UNKNOWN verification:VERIFIED",
                "proposed ana:APPROVED intent sending result:FAILED verification:VERIFIED",
                "proposed ana:APPROVED intent sending result:VERIFIED",
                "proposed ana:APPROVED intent sending result:APPLIED resolved",
                "proposed ana:APPROVED intent no",
                "proposed ana:APPROVED intent withdrawn",
                "proposed ana:APPROVED intent expired",
                "proposed no ana:APPROVED",
                "proposed no intent",
                "proposed expired ana:APPROVED",
                "proposed withdrawn intent",
                "proposed blocked intent",
                "proposed done_by_hand intent",
                "proposed ana:CLAIMED",
                "proposed ana:REJECTED",
                "proposed ana:PENDING ana:APPROVED"
            })
    void finds_what_cannot_have_happened(String life) throws Exception {
        assertThat(fault(1, life)).isPresent();
        int last = life.lastIndexOf(' ');
        if (last > 0) {
            assertThat(fault(1, life.substring(0, last))).isEmpty();
        }
    }

    @Test
    void counts_the_approvals_an_intent_needs() throws Exception {
        assertThat(fault(2, "proposed ana:PENDING bo:APPROVED intent")).isEmpty();
        assertThat(fault(2, "proposed ana:APPROVED intent"))
                .hasValueSatisfying(why -> assertThat(why).contains("1 of 2"));
        assertThat(fault(0, "proposed:APPROVED intent sending result:APPLIED")).isEmpty();
    }

    @Test
    void finds_a_write_that_neither_persons_nor_a_rule_permit() throws Exception {
        ObjectNode proposed = leaf(0, "proposed", "APPROVED");
        String core = proposed.path("core").stringValue().replace("\"auto\"", "null");
        proposed.put("core", core).put("digest", Core.digest(core.getBytes(UTF_8)).hex());
        assertThat(fault(List.of(proposed)))
                .hasValueSatisfying(why -> assertThat(why).contains("no rule permits"));
    }

    @Test
    void finds_a_core_that_is_not_its_digests_or_another_proposals() throws Exception {
        ObjectNode proposed = leaf(1, "proposed", "PENDING");
        ObjectNode other = proposed.deepCopy();
        other.put("core", proposed.path("core").stringValue().replace("restart", "destroy"));
        assertThat(fault(List.of(other))).isPresent();
        ObjectNode moved = proposed.deepCopy();
        moved.put("proposal", "p-" + "1".repeat(26));
        assertThat(fault(List.of(moved))).isPresent();
    }

    @Test
    void finds_a_decision_whose_statement_or_signature_is_not_its_own() throws Exception {
        finds(leaf -> leaf.remove("statement"));
        finds(leaf -> leaf.remove("signature"));
        finds(leaf -> leaf.put("approver", "bo"));
        finds(leaf -> leaf.put("key", "SHA256:" + "A".repeat(43)));
        finds(leaf -> leaf.put("kind", "rejected").put("state", "REJECTED"));
        finds(
                leaf ->
                        leaf.put(
                                "statement",
                                leaf.path("statement")
                                        .stringValue()
                                        .replace("12:05:00.000Z", "12:05:00.001Z")));
        finds(
                leaf ->
                        leaf.put(
                                "signature",
                                sign(bo, leaf.path("statement").stringValue().getBytes(UTF_8))));
        Statement elsewhere =
                statement(ana, "ana", Statement.Decision.APPROVE, Digest.of(new byte[] {1}));
        finds(
                leaf ->
                        leaf.put("statement", new String(elsewhere.bytes(), UTF_8))
                                .put("signature", sign(ana, elsewhere.bytes())));
    }

    @Test
    void finds_a_statement_used_twice() throws Exception {
        ObjectNode first = leaf(2, "ana", "PENDING");
        List<ObjectNode> leaves = new ArrayList<>(List.of(leaf(2, "proposed", "PENDING"), first));
        assertThat(fault(leaves)).isEmpty();
        leaves.add(first);
        assertThat(fault(leaves)).hasValueSatisfying(w -> assertThat(w).contains("second time"));
    }

    @Test
    void finds_a_challenge_that_two_statements_answer() throws Exception {
        List<ObjectNode> leaves = new ArrayList<>(List.of(leaf(2, "proposed", "PENDING")));
        leaves.add(leaf(2, "ana", "PENDING"));
        challenges--;
        leaves.add(leaf(2, "bo", "APPROVED"));
        assertThat(fault(leaves)).hasValueSatisfying(w -> assertThat(w).contains("second time"));
    }

    @Test
    void holds_a_key_to_what_the_log_says_of_it() throws Exception {
        assertThat(approvedAfter(change("add", "ana", ana, ""))).isEmpty();
        assertThat(approvedAfter(change("add", "bo", ana, ""))).isPresent();
        assertThat(approvedAfter(change("add", "ana", ana, ""), change("remove", "ana", ana, "")))
                .isPresent();
        assertThat(approvedAfter(change("remove", "ana", ana, ""), change("add", "ana", ana, "")))
                .isEmpty();
        assertThat(
                        approvedAfter(
                                change(
                                        "add",
                                        "ana",
                                        ana,
                                        "namespaces=\"approval-v1@countergate.dev\"")))
                .isEmpty();
        assertThat(approvedAfter(change("add", "ana", ana, "namespaces=\"git\""))).isPresent();
        assertThat(approvedAfter(change("add", "ana", ana, "valid-before=\"20261121110000Z\"")))
                .isPresent();
        assertThat(approvedAfter(change("add", "ana", ana, "valid-after=\"20261121130000Z\"")))
                .isPresent();
        assertThat(approvedAfter(change("add", "ana", ana, "valid-before=\"20261121130000Z\"")))
                .isEmpty();
        // 13:30 somewhere is noon here: where the daemon ran, the log does not say.
        assertThat(approvedAfter(change("add", "ana", ana, "valid-after=\"20261121133000\"")))
                .isEmpty();
        assertThat(approvedAfter(change("add", "ana", ana, "valid-after=\"20261124133000\"")))
                .isPresent();
    }

    @Test
    void finds_a_key_change_that_changes_nothing_or_another_person() throws Exception {
        assertThat(fault(List.of(change("bless", "ana", ana, "")))).isPresent();
        assertThat(fault(List.of(change("add", "ana", ana, "").put("person", "bo")))).isPresent();
        assertThat(fault(List.of(change("add", "ana", ana, "").put("line", "")))).isPresent();
    }

    @Test
    void finds_an_approval_by_a_key_that_did_not_verify_its_person_where_that_was_asked_for()
            throws Exception {
        ApproverKey hardware = ApproverKey.hardware();
        int verified = ApproverKey.PRESENT | ApproverKey.VERIFIED;

        assertThat(asking(hardware, message -> hardware.sign(message, verified))).isEmpty();
        assertThat(asking(hardware, message -> hardware.sign(message, ApproverKey.PRESENT)))
                .hasValue("the key of `ana` did not verify its person");
        assertThat(asking(ana, ana::sign)).hasValue("the key of `ana` did not verify its person");
    }

    private interface Signing {
        String sign(byte[] message) throws Exception;
    }

    private static String coreAsking() {
        return core(1).replace("\"persons\":1", "\"persons\":1,\"verification\":true");
    }

    private ObjectNode proposedAsking() throws Exception {
        return leaf(1, "proposed", "PENDING")
                .put("core", coreAsking())
                .put("digest", Core.digest(coreAsking().getBytes(UTF_8)).hex());
    }

    private Optional<String> asking(ApproverKey key, Signing signing) throws Exception {
        Statement said =
                statement(
                        key,
                        "ana",
                        Statement.Decision.APPROVE,
                        Core.digest(coreAsking().getBytes(UTF_8)));
        ObjectNode approved =
                leaf(1, "ana", "APPROVED")
                        .put("statement", new String(said.bytes(), UTF_8))
                        .put("signature", signing.sign(said.bytes()))
                        .put("key", key.fingerprint());
        return fault(List.of(proposedAsking(), approved));
    }

    @Test
    void finds_a_person_who_approves_under_two_spellings() throws Exception {
        ObjectNode again =
                decided(leaf(2, "bo", "APPROVED"), bo, "Ana", Statement.Decision.APPROVE, 2);

        assertThat(fault(List.of(leaf(2, "proposed", "PENDING"), leaf(2, "ana", "PENDING"), again)))
                .hasValue("`Ana` approves a second time");
    }

    private Optional<String> approvedAfter(ObjectNode... changes) throws Exception {
        List<ObjectNode> leaves = new ArrayList<>(List.of(changes));
        leaves.add(leaf(1, "proposed", "PENDING"));
        leaves.add(leaf(1, "ana", "APPROVED"));
        return fault(leaves);
    }

    private void finds(Consumer<ObjectNode> change) throws Exception {
        ObjectNode approved = leaf(1, "ana", "APPROVED");
        change.accept(approved);
        assertThat(fault(List.of(leaf(1, "proposed", "PENDING"), approved))).isPresent();
    }

    private Optional<String> fault(int persons, String life) throws Exception {
        List<ObjectNode> leaves = new ArrayList<>();
        for (String word : List.of(life.split(" ", -1))) {
            int colon = word.indexOf(':');
            leaves.add(
                    colon < 0
                            ? leaf(persons, word, stateOf(word))
                            : leaf(persons, word.substring(0, colon), word.substring(colon + 1)));
        }
        return fault(leaves);
    }

    private static String stateOf(String word) {
        return switch (word) {
            case "proposed" -> "PENDING";
            case "intent" -> "CLAIMED";
            case "no" -> "REJECTED";
            case "resolved" -> "RESOLVED_BY_HUMAN";
            case "viewed" -> "";
            default -> word.toUpperCase(java.util.Locale.ROOT);
        };
    }

    private static Optional<String> fault(List<ObjectNode> leaves) {
        ProposalLives lives = new ProposalLives();
        for (ObjectNode leaf : leaves) {
            Optional<String> fault = lives.next(leaf);
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private ObjectNode leaf(int persons, String word, String state) throws Exception {
        ObjectNode leaf = JsonNodeFactory.instance.objectNode();
        leaf.put("time", NOON.toString()).put("proposal", ID);
        if (!state.isEmpty()) {
            leaf.put("state", state);
        }
        return switch (word) {
            case "proposed" ->
                    leaf.put("kind", word)
                            .put("core", core(persons))
                            .put("digest", digest(persons).hex());
            case "ana" -> decided(leaf, ana, word, Statement.Decision.APPROVE, persons);
            case "bo" -> decided(leaf, bo, word, Statement.Decision.APPROVE, persons);
            case "no" -> decided(leaf, bo, "bo", Statement.Decision.REJECT, persons);
            default -> leaf.put("kind", word);
        };
    }

    private ObjectNode decided(
            ObjectNode leaf,
            ApproverKey key,
            String person,
            Statement.Decision decision,
            int persons)
            throws Exception {
        Statement said = statement(key, person, decision, digest(persons));
        return leaf.put("kind", decision == Statement.Decision.APPROVE ? "approved" : "rejected")
                .put("statement", new String(said.bytes(), UTF_8))
                .put("signature", key.sign(said.bytes()))
                .put("approver", person)
                .put("key", key.fingerprint());
    }

    private Statement statement(
            ApproverKey key, String person, Statement.Decision decision, Digest digest)
            throws Exception {
        challenges++;
        return new Statement(
                decision,
                new ServerId("s-" + "0".repeat(26)),
                new ProposalId(ID),
                digest,
                Digest.of(new byte[] {7}),
                new Person(person),
                key.fingerprint(),
                new Challenge(HexFormat.of().toHexDigits(challenges).repeat(8)),
                NOON,
                NOON.plus(Duration.ofMinutes(5)));
    }

    private static ObjectNode change(String action, String person, ApproverKey key, String options)
            throws Exception {
        return JsonNodeFactory.instance
                .objectNode()
                .put("kind", "approver")
                .put("action", action)
                .put("person", person)
                .put("line", key.line(person, options));
    }

    private static String core(int persons) {
        return "{\"proposal\":\""
                + ID
                + "\",\"quorum\":{\"other_person\":false,\"permitted_by\":"
                + (persons == 0 ? "\"auto\"" : "null")
                + ",\"persons\":"
                + persons
                + "},\"verb\":\"restart\"}";
    }

    private static Digest digest(int persons) {
        return Core.digest(core(persons).getBytes(UTF_8));
    }

    private static String sign(ApproverKey key, byte[] message) {
        try {
            return key.sign(message);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
