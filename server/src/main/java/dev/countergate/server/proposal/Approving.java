package dev.countergate.server.proposal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.Approval;
import dev.countergate.policy.change.Event;
import dev.countergate.policy.change.Step;
import dev.countergate.policy.change.StoreTime;
import dev.countergate.policy.change.View;
import dev.countergate.policy.token.AllowedSigners;
import dev.countergate.policy.token.AllowedSigners.Signer;
import dev.countergate.policy.token.ApprovalToken;
import dev.countergate.policy.token.ApprovalToken.Verdict;
import dev.countergate.policy.token.Challenge;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import dev.countergate.policy.token.Statement;
import dev.countergate.server.audit.Leaf;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.proposal.Ledger.Applied;
import dev.countergate.server.proposal.Ledger.Entry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Gives out statements and takes them back signed. Thread safe. */
final class Approving {
    private final ServerId server;
    private final Ledger ledger;
    private final Store store;
    private final Recheck recheck;
    private final Approvers approvers;
    private final RandomGenerator random;

    Approving(
            ServerId server,
            Ledger ledger,
            Store store,
            Recheck recheck,
            Approvers approvers,
            RandomGenerator random) {
        this.server = server;
        this.ledger = ledger;
        this.store = store;
        this.recheck = recheck;
        this.approvers = approvers;
        this.random = random;
    }

    ServerId server() {
        return server;
    }

    /**
     * A statement to be signed.
     *
     * @param statement its exact bytes are what is signed
     * @param view what it says was seen
     */
    record Issued(Statement statement, View view) {}

    /**
     * Opens a proposal for a decision and spends a fresh challenge on it.
     *
     * @param key the fingerprint of the key that will sign, or null where the approver has one key
     */
    Issued issue(
            ProposalId id,
            Person approver,
            @Nullable String key,
            Statement.Decision decision,
            Duration valid)
            throws RefusedException, StoreException {
        Entry entry = found(id);
        if (!entry.state().isOpen()) {
            throw new RefusedException("WRONG_STATE", "it is " + entry.state());
        }
        String fingerprint = fingerprint(signers(approvers.read()), approver, key);
        View view = view(entry);
        byte[] bits = new byte[Challenge.BYTES];
        synchronized (random) {
            random.nextBytes(bits);
        }
        Challenge challenge = Challenge.of(bits);
        Optional<Issued> given =
                store.write(
                        in ->
                                issue(
                                        in,
                                        entry,
                                        approver,
                                        fingerprint,
                                        decision,
                                        challenge,
                                        view,
                                        valid));
        return given.orElseThrow(
                () -> new RefusedException("WRONG_STATE", "it changed meanwhile: ask again"));
    }

    /** The leaf says how the proposal stands, so it has to stand so in the same transaction. */
    private Optional<Issued> issue(
            Store.Transaction in,
            Entry entry,
            Person approver,
            String fingerprint,
            Statement.Decision decision,
            Challenge challenge,
            View view,
            Duration valid)
            throws StoreException {
        String id = entry.id().value();
        if (in.proposal(id).filter(row -> row.state().equals(entry.row().state())).isEmpty()) {
            return Optional.empty();
        }
        Instant issued = ledger.now(in).at().truncatedTo(ChronoUnit.MILLIS);
        Statement statement =
                new Statement(
                        decision,
                        server,
                        entry.id(),
                        entry.core().digest(),
                        view.digest(),
                        approver,
                        fingerprint,
                        challenge,
                        issued,
                        issued.plus(valid));
        if (!in.issue(challenge.hex(), id, new String(statement.bytes(), UTF_8))) {
            throw new IllegalStateException("a challenge came twice");
        }
        in.append(
                new Leaf(
                        "viewed",
                        issued,
                        Map.of(
                                "proposal", id,
                                "state", entry.state().name(),
                                "decision", decision.word(),
                                "approver", approver.name(),
                                "key", fingerprint,
                                "view", view.digest().hex(),
                                "challenge", challenge.hex())));
        return Optional.of(new Issued(statement, view));
    }

    private static String fingerprint(AllowedSigners signers, Person approver, @Nullable String key)
            throws RefusedException {
        List<String> enrolled =
                signers.signers().stream()
                        .filter(each -> each.person().equals(approver))
                        .map(each -> each.key().fingerprint())
                        .toList();
        if (enrolled.isEmpty()) {
            throw new RefusedException(
                    "KEY_NOT_ENROLLED",
                    "`"
                            + approver
                            + "` has no enrolled key: `countergate approver add "
                            + approver
                            + " KEY.pub`");
        }
        if (key == null && enrolled.size() > 1) {
            throw new RefusedException(
                    "KEY_NOT_ENROLLED",
                    "`" + approver + "` has " + enrolled.size() + " keys: name one with --key");
        }
        if (key != null && !enrolled.contains(key)) {
            throw new RefusedException(
                    "KEY_NOT_ENROLLED",
                    "the key " + key + " is not enrolled for `" + approver + "`");
        }
        return key == null ? enrolled.getFirst() : key;
    }

    /** Takes a decision in, and gives the proposal as it stands then. */
    Entry submit(ProposalId id, String statement, String signature)
            throws RefusedException, StoreException {
        Entry entry = found(id);
        byte[] bytes = statement.getBytes(UTF_8);
        if (!(Statement.read(bytes) instanceof Checked.Valid<Statement>(Statement said))) {
            throw new RefusedException(
                    "MALFORMED_STATEMENT",
                    "not a statement of this server: hand in the bytes of `statement` as they are");
        }
        Optional<String> issued =
                store.read(rows -> rows.issued(said.challenge().hex(), id.value()));
        if (issued.isEmpty()) {
            throw new RefusedException(
                    "NOT_ISSUED",
                    "this server gave out no such statement for this proposal: ask for one with"
                            + " `countergate statement`");
        }
        ApprovalToken.Expected expected = expected(entry, view(entry), statementOf(issued.get()));
        return approvers.<Entry, RefusedException, StoreException>decide(
                keys -> {
                    StoreTime now = store.write(ledger::now);
                    return switch (new ApprovalToken(bytes, signature)
                            .verify(expected, signers(keys), now.at())) {
                        case Verdict.Refused(ApprovalToken.Reason reason, String problem) ->
                                throw refused(id, reason.name(), problem, said);
                        case Verdict.Verified verified ->
                                decide(id, verified, statement, signature);
                    };
                });
    }

    private Entry decide(ProposalId id, Verdict.Verified token, String statement, String signature)
            throws RefusedException, StoreException {
        Statement said = token.statement();
        boolean approves = said.decision() == Statement.Decision.APPROVE;
        Store.Evidence evidence =
                new Store.Evidence(token.evidence(), id.value(), statement, signature);
        Applied applied =
                ledger.apply(
                        id,
                        (before, in, now) ->
                                Ledger.Turn.of(
                                        new Event.Decide(
                                                token,
                                                recheck.decide(
                                                        before, Recheck.counted(in, now), now))),
                        Ledger.Telling.of(
                                approves ? "approved" : "rejected",
                                Map.of(
                                        "approver", said.approver().name(),
                                        "key", said.key(),
                                        "digest", said.digest().hex(),
                                        "statement", statement,
                                        "signature", signature)),
                        (after, in, now) ->
                                in.consume(said.challenge().hex(), evidence)
                                        ? Optional.empty()
                                        : Optional.of(
                                                new Applied.Refused(
                                                        Step.Reason.TOKEN_SPENT,
                                                        "the token was used before: ask for a"
                                                                + " new statement")));
        return switch (applied) {
            case Applied.Taken taken -> taken.after();
            case Applied.Refused(Step.Reason reason, String problem) ->
                    throw refused(id, reason.name(), problem, said);
            case Applied.Absent absent -> throw absent(id);
        };
    }

    /** The keys enrolled now, or why none counts; not to be asked for within a transaction. */
    Checked<AllowedSigners> enrolled() {
        return approvers.read();
    }

    /**
     * The keys of the approvals of {@code entry} that count still: each one's statement and signature, as they came in, are
     * verified again over the core as it is stored now. A row that somebody wrote beside us brings none.
     */
    Set<String> standing(
            Entry entry, Checked<AllowedSigners> enrolled, Store.Rows rows, StoreTime now)
            throws StoreException {
        if (!(enrolled instanceof Checked.Valid<AllowedSigners>(AllowedSigners signers))
                || !(View.of(entry.row().core().getBytes(UTF_8))
                        instanceof Checked.Valid<View>(View view))) {
            return Set.of();
        }
        List<Store.Evidence> all = rows.evidence(entry.id().value());
        Set<String> standing = new HashSet<>();
        for (Approval approval : entry.proposal().approvals()) {
            for (Store.Evidence evidence : all) {
                byte[] bytes = evidence.statement().getBytes(UTF_8);
                if (Statement.read(bytes) instanceof Checked.Valid<Statement>(Statement said)
                        && said.decision() == Statement.Decision.APPROVE
                        && said.approver().equals(approval.person())
                        && said.key().equals(approval.key())
                        && said.challenge().equals(approval.challenge())) {
                    ApprovalToken.Expected expected = expected(entry, view, said);
                    // The statement was in time when it was handed in; its key has to count now.
                    if (new ApprovalToken(bytes, evidence.signature())
                                            .verify(expected, signers, said.issued())
                                    instanceof Verdict.Verified
                            && counts(signers, said, now)) {
                        standing.add(approval.key());
                    }
                }
            }
        }
        return standing;
    }

    /** Whether the key that said it is that person's at this time: it may have run out since. */
    private static boolean counts(AllowedSigners signers, Statement said, StoreTime now) {
        return signers.signers().stream()
                .map(Signer::key)
                .filter(key -> key.fingerprint().equals(said.key()))
                .anyMatch(
                        key ->
                                signers.personOf(key, Statement.NAMESPACE, now.at())
                                        .equals(Checked.valid(said.approver())));
    }

    /** A rejection stops the change, which needs no more than an enrolled key. */
    private ApprovalToken.Expected expected(Entry entry, View view, Statement issued) {
        return new ApprovalToken.Expected(
                server,
                entry.id(),
                entry.core().digest(),
                view.digest(),
                issued,
                issued.decision() == Statement.Decision.APPROVE
                        && entry.core().quorum().verifiesPerson());
    }

    private static Statement statementOf(String issued) throws StoreException {
        return switch (Statement.read(issued.getBytes(UTF_8))) {
            case Checked.Valid<Statement>(Statement statement) -> statement;
            case Checked.Invalid<Statement>(List<Fault> faults) ->
                    throw new StoreException(
                            "a statement given out cannot be read: restore the store");
        };
    }

    /** The view of a proposal's core, as every reader of its bytes makes it. */
    static View view(Entry entry) throws RefusedException {
        return switch (View.of(entry.row().core().getBytes(UTF_8))) {
            case Checked.Valid<View>(View view) -> view;
            case Checked.Invalid<View>(List<Fault> faults) ->
                    throw new RefusedException("NO_VIEW", faults.getFirst().text());
        };
    }

    private static AllowedSigners signers(Checked<AllowedSigners> keys) throws RefusedException {
        return switch (keys) {
            case Checked.Valid<AllowedSigners>(AllowedSigners signers) -> signers;
            case Checked.Invalid<AllowedSigners>(List<Fault> faults) ->
                    throw new RefusedException("APPROVERS_FAULTY", faults.getFirst().text());
        };
    }

    Entry found(ProposalId id) throws RefusedException, StoreException {
        return ledger.find(id).orElseThrow(() -> absent(id));
    }

    static RefusedException absent(ProposalId id) {
        return new RefusedException("NOT_FOUND", "there is no proposal `" + id + "`");
    }

    /** A refusal is told in the log too: somebody tried. */
    private RefusedException refused(ProposalId id, String code, String problem, Statement said)
            throws StoreException {
        store.write(
                in ->
                        in.append(
                                new Leaf(
                                        "refused",
                                        ledger.now(in).at(),
                                        Map.of(
                                                "proposal", id.value(),
                                                "code", code,
                                                "approver", said.approver().name(),
                                                "key", said.key()))));
        return new RefusedException(code, problem);
    }
}
