package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.Core;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.SshSignature;
import dev.countergate.policy.token.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Whether what a log says of its proposals can have happened: each goes from state to state along {@link ProposalState}'s
 * edges, by leaves of the kinds that may tell of them; nothing is sent without an intent, nor twice; a core has its digest;
 * every approval was signed by a key that was its person's then, and that verified them where the core asks for it, and an
 * intent has as many as the core asks for.
 */
final class ProposalLives {
    /** The kinds of a write's life, and the states that may follow each. */
    private static final Map<String, Set<ProposalState>> AFTER =
            Map.ofEntries(
                    entry("proposed", Set.of(ProposalState.PENDING, ProposalState.APPROVED)),
                    entry("viewed", Set.of(ProposalState.values())),
                    entry(
                            "approved",
                            Set.of(
                                    ProposalState.PENDING,
                                    ProposalState.APPROVED,
                                    ProposalState.BLOCKED)),
                    entry("rejected", Set.of(ProposalState.REJECTED)),
                    entry("withdrawn", Set.of(ProposalState.WITHDRAWN)),
                    entry("expired", Set.of(ProposalState.EXPIRED)),
                    entry("superseded", Set.of(ProposalState.SUPERSEDED)),
                    entry("blocked", Set.of(ProposalState.BLOCKED)),
                    entry("intent", Set.of(ProposalState.CLAIMED)),
                    entry("sending", Set.of(ProposalState.SENDING)),
                    entry(
                            "result",
                            Set.of(
                                    ProposalState.APPLIED,
                                    ProposalState.PARTLY_APPLIED,
                                    ProposalState.FAILED,
                                    ProposalState.OUTCOME_UNKNOWN)),
                    entry(
                            "verification",
                            Set.of(
                                    ProposalState.APPLIED,
                                    ProposalState.PARTLY_APPLIED,
                                    ProposalState.FOUND_APPLIED,
                                    ProposalState.DONE_BY_HAND,
                                    ProposalState.VERIFIED,
                                    ProposalState.NOT_VERIFIED,
                                    ProposalState.UNVERIFIED)),
                    entry(
                            "reconciled",
                            Set.of(
                                    ProposalState.OUTCOME_UNKNOWN,
                                    ProposalState.FOUND_APPLIED,
                                    ProposalState.FOUND_NOT_APPLIED)),
                    entry("resolved", Set.of(ProposalState.RESOLVED_BY_HUMAN)),
                    entry("done_by_hand", Set.of(ProposalState.DONE_BY_HAND)));

    private final Enrolments enrolments = new Enrolments();
    private final Map<String, Life> lives = new HashMap<>();
    private final Set<String> challenges = new HashSet<>();

    /** How far a proposal has come. */
    private static final class Life {
        private final String digest;
        private final long persons;
        private final boolean verifiesPerson;
        private final Set<Person> approvers = new HashSet<>();
        private ProposalState state;

        Life(String digest, long persons, boolean verifiesPerson, ProposalState state) {
            this.digest = digest;
            this.persons = persons;
            this.verifiesPerson = verifiesPerson;
            this.state = state;
        }
    }

    /** Takes the next leaf of the log; says what of it cannot be, and then is of no use any more. */
    Optional<String> next(JsonNode leaf) {
        String kind = text(leaf, "kind");
        if (kind.equals("approver")) {
            return enrolments.next(leaf);
        }
        String id = text(leaf, "proposal");
        boolean isStep = AFTER.containsKey(kind);
        if (!isStep && (id.isEmpty() || !leaf.has("state"))) {
            return Optional.empty();
        }
        Life life = lives.get(id);
        if (kind.equals("proposed")) {
            return life == null
                    ? begin(id, leaf)
                    : Optional.of("`" + id + "` is proposed a second time");
        }
        if (life == null) {
            return Optional.of("`" + kind + "` of a proposal that no leaf before it proposes");
        }
        Optional<ProposalState> said = leaf.has("state") ? stateOf(leaf) : Optional.of(life.state);
        if (said.isEmpty()) {
            return Optional.of("`" + text(leaf, "state") + "` is no state");
        }
        Optional<String> fault = step(kind, life, said.get());
        if (fault.isEmpty() && (kind.equals("approved") || kind.equals("rejected"))) {
            fault = decision(leaf, kind, id, life);
        }
        life.state = said.get();
        return fault;
    }

    private Optional<String> begin(String id, JsonNode leaf) {
        String digest = text(leaf, "digest");
        long persons = 0;
        boolean verifiesPerson = false;
        if (leaf.has("core")) {
            byte[] bytes = text(leaf, "core").getBytes(UTF_8);
            if (!Core.digest(bytes).hex().equals(digest)) {
                return Optional.of("the core of `" + id + "` has another digest");
            }
            if (!(CanonicalJson.read(bytes) instanceof Checked.Valid<JsonNode>(JsonNode core))
                    || !text(core, "proposal").equals(id)) {
                return Optional.of("the core of `" + id + "` is that of another proposal");
            }
            JsonNode quorum = core.path("quorum");
            persons = quorum.path("persons").asLong(0);
            verifiesPerson = quorum.has("verification");
            if (persons == 0 && text(quorum, "permitted_by").isEmpty()) {
                return Optional.of("`" + id + "` asks for nobody, and no rule permits it");
            }
        }
        Optional<ProposalState> first = stateOf(leaf).filter(after("proposed")::contains);
        if (first.isEmpty() || (first.get() == ProposalState.APPROVED && persons > 0)) {
            return Optional.of("`" + id + "` begins as `" + text(leaf, "state") + "`");
        }
        lives.put(id, new Life(digest, persons, verifiesPerson, first.get()));
        return Optional.empty();
    }

    private static Optional<String> step(String kind, Life life, ProposalState next) {
        ProposalState before = life.state;
        boolean isStep = AFTER.containsKey(kind);
        if (isStep && !after(kind).contains(next)) {
            return Optional.of("`" + kind + "` leads to " + next);
        }
        if (next != before && (kind.equals("viewed") || !before.next().contains(next))) {
            return Optional.of("`" + kind + "` leads from " + before + " to " + next);
        }
        // What takes the attempt and what sends it is told once, by a leaf of its own.
        if (kind.equals("intent") != (next == ProposalState.CLAIMED && next != before)
                || kind.equals("sending") != (next == ProposalState.SENDING && next != before)) {
            return Optional.of("`" + kind + "` leads from " + before + " to " + next);
        }
        return kind.equals("intent") && life.approvers.size() < life.persons
                ? Optional.of(
                        "an intent with "
                                + life.approvers.size()
                                + " of "
                                + life.persons
                                + " approvals")
                : Optional.empty();
    }

    private Optional<String> decision(JsonNode leaf, String kind, String id, Life life) {
        byte[] bytes = text(leaf, "statement").getBytes(UTF_8);
        if (!(Statement.read(bytes) instanceof Checked.Valid<Statement>(Statement said))) {
            return Optional.of("`" + kind + "` without a statement");
        }
        boolean isApproval = said.decision() == Statement.Decision.APPROVE;
        if (isApproval != kind.equals("approved")
                || !said.proposal().value().equals(id)
                || !said.digest().hex().equals(life.digest)
                || !said.approver().name().equals(text(leaf, "approver"))
                || !said.key().equals(text(leaf, "key"))) {
            return Optional.of("`" + kind + "` with a statement of something else");
        }
        if (!(SshSignature.parse(text(leaf, "signature"))
                        instanceof Checked.Valid<SshSignature>(SshSignature signature))
                || !signature.key().fingerprint().equals(said.key())
                || !signature.verifies(bytes, Statement.NAMESPACE)) {
            return Optional.of(
                    "the statement of `" + said.approver() + "` is not signed by its key");
        }
        if (isApproval && life.verifiesPerson && !signature.hasVerification()) {
            return Optional.of("the key of `" + said.approver() + "` did not verify its person");
        }
        if (!challenges.add(said.challenge().hex())) {
            return Optional.of("the statement of `" + said.approver() + "` is used a second time");
        }
        if (isApproval && !life.approvers.add(said.approver().folded())) {
            return Optional.of("`" + said.approver() + "` approves a second time");
        }
        return enrolments.objection(
                signature.key(), said.approver().name(), Instant.parse(text(leaf, "time")));
    }

    private static Set<ProposalState> after(String kind) {
        return AFTER.getOrDefault(kind, Set.of());
    }

    private static Optional<ProposalState> stateOf(JsonNode leaf) {
        String name = text(leaf, "state");
        return Arrays.stream(ProposalState.values())
                .filter(each -> each.name().equals(name))
                .findFirst();
    }

    static String text(JsonNode value, String name) {
        return value.path(name).stringValueOpt().orElse("");
    }
}
