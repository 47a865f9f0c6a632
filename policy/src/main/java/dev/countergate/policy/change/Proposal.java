package dev.countergate.policy.change;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Step.Reason;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.token.ApprovalToken.Verdict.Verified;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A rendered write frozen as bytes, and how far it has come. {@link #apply} is the only way on: a function of the proposal,
 * the event and the time, to be stored by compare-and-set on {@code state}.
 *
 * @param id its name
 * @param digest of its core
 * @param requester the person behind who asked for it, or null when not known
 * @param quorum who must agree; raised when the request is decided again and more is asked for
 * @param plan the times it lives by
 * @param state where it stands
 * @param why how it came there, in one line; may be empty
 * @param approvals accepted so far, of distinct persons
 * @param attempt its one execution, or null before the first byte and where that was kept back
 * @param verification whether the effect came about, or null before that is looked at
 */
public record Proposal(
        ProposalId id,
        Digest digest,
        @Nullable Person requester,
        Quorum quorum,
        Plan plan,
        ProposalState state,
        String why,
        List<Approval> approvals,
        @Nullable Attempt attempt,
        @Nullable Verification verification) {
    private static final String UNMAPPED =
            "it matters who stands behind the requester, and no person is known to";

    public Proposal {
        approvals = List.copyOf(approvals);
    }

    /** A new proposal, or why nobody could ever agree to it. One that a rule permits is approved by that. */
    public static Checked<Proposal> make(
            ProposalId id, Digest digest, @Nullable Person requester, Quorum quorum, Plan plan) {
        if (quorum.needsKnownRequester() && requester == null) {
            return Checked.invalid(new Fault("", UNMAPPED, "name them under `principals`"));
        }
        ProposalState first =
                quorum.persons() == 0 ? ProposalState.APPROVED : ProposalState.PENDING;
        return Checked.valid(
                new Proposal(
                        id, digest, requester, quorum, plan, first, "", List.of(), null, null));
    }

    /** What {@code event} makes of this proposal at the time {@code now}. */
    public Step apply(Event event, StoreTime now) {
        return switch (event) {
            case Event.Decide(Verified token, Decision decision) -> decide(token, decision, now);
            case Event.Withdraw withdraw -> leave(ProposalState.WITHDRAWN, "");
            case Event.Expire expire ->
                    state.isOpen() && !now.isAtOrAfter(plan.expires())
                            ? refused(Reason.NOT_DUE, "it has not expired yet")
                            : leave(ProposalState.EXPIRED, "");
            case Event.Supersede supersede -> leave(ProposalState.SUPERSEDED, "");
            case Event.DoneByHand(Person by, Reading before, String note) ->
                    doneByHand(by, before, note, now);
            case Event.Claim(Event.Checks checks) -> claim(checks, now);
            case Event.Send(Reading before, boolean frozen, Event.Checks checks) ->
                    send(before, frozen, checks, now);
            case Event.Accept(String handle) ->
                    state != ProposalState.SENDING || sent().handle() != null
                            ? wrongState()
                            : taken(sent().accepted(handle), verification);
            // What the backend has a name for was begun, whoever says otherwise.
            case Event.Stop(String detail) ->
                    state == ProposalState.SENDING && sent().handle() == null
                            ? to(ProposalState.FAILED, detail, null, null)
                            : answer(Outcome.FAILED, detail, now);
            case Event.Answer(Outcome outcome, String detail) -> answer(outcome, detail, now);
            case Event.Look(Reading reading) ->
                    verification == null ? wrongState() : verified(verification.look(reading, now));
            case Event.Close close -> close(now);
            case Event.Search(Event.Sighting sighting) -> search(sighting, now);
            case Event.Resolve(Person by, boolean applied, String note) ->
                    state != ProposalState.OUTCOME_UNKNOWN
                            ? wrongState()
                            : to(
                                    ProposalState.RESOLVED_BY_HUMAN,
                                    by
                                            + ": "
                                            + (applied ? "applied" : "not applied")
                                            + ": "
                                            + note);
            case Event.Restart restart -> restart(now);
        };
    }

    private Step decide(Verified token, Decision decision, StoreTime now) {
        Statement said = token.statement();
        if (!said.proposal().equals(id) || !said.digest().equals(digest)) {
            return refused(Reason.OTHER_PROPOSAL, "the token is for another proposal");
        }
        if (!state.isOpen()) {
            return wrongState();
        }
        if (now.isAtOrAfter(plan.expires())) {
            return refused(Reason.EXPIRED, "the proposal has expired: propose it again");
        }
        if (approvals.stream()
                .anyMatch(
                        each ->
                                each.challenge().equals(said.challenge())
                                        || each.evidence().equals(token.evidence()))) {
            return refused(
                    Reason.TOKEN_SPENT, "the token was used before: ask for a new statement");
        }
        return switch (said.decision()) {
            case REJECT -> to(ProposalState.REJECTED, "rejected by " + said.approver());
            case APPROVE -> approve(Approval.of(token, now), decision);
        };
    }

    private Step approve(Approval approval, Decision decision) {
        if (state != ProposalState.PENDING) {
            return wrongState();
        }
        Person person = approval.person().folded();
        if (approvals.stream().anyMatch(each -> each.person().folded().equals(person))) {
            return refused(Reason.SAME_PERSON, "`" + approval.person() + "` has approved already");
        }
        Optional<Quorum> raised = quorum.raisedBy(decision);
        if (raised.isEmpty()) {
            return to(ProposalState.BLOCKED, forbidden(decision));
        }
        Quorum needed = raised.get();
        if (needed.needsKnownRequester() && requester == null) {
            return refused(Reason.UNMAPPED_PERSON, UNMAPPED + ": name them under `principals`");
        }
        List<Approval> given = new ArrayList<>(approvals);
        given.add(approval);
        ProposalState then =
                needed.isMetBy(given, requester) ? ProposalState.APPROVED : ProposalState.PENDING;
        return new Step.Taken(with(needed, then, why, given, attempt, verification));
    }

    private static String forbidden(Decision decision) {
        if (!(decision instanceof Decision.Forbid forbid) || forbid.reason().isEmpty()) {
            return "a rule forbids it now";
        }
        return forbid.rule() == null
                ? forbid.reason()
                : forbid.reason() + " (rule `" + forbid.rule() + "`)";
    }

    private Step doneByHand(Person by, @Nullable Reading before, String note, StoreTime now) {
        return state.isOpen()
                ? to(
                        ProposalState.DONE_BY_HAND,
                        by + ": " + note,
                        attempt,
                        Verification.begin(plan.verifyWithin(), before, now.at(), now))
                : wrongState();
    }

    private Step claim(Event.Checks checks, StoreTime now) {
        if (state != ProposalState.APPROVED) {
            return wrongState();
        }
        if (now.isAtOrAfter(plan.expires())) {
            return to(ProposalState.EXPIRED, "");
        }
        return hindrance(checks)
                .map(why -> to(ProposalState.BLOCKED, why))
                .orElseGet(() -> to(ProposalState.CLAIMED, ""));
    }

    private Step send(
            @Nullable Reading before, boolean frozen, Event.Checks checks, StoreTime now) {
        if (state != ProposalState.CLAIMED) {
            return wrongState();
        }
        Optional<String> hindrance =
                frozen ? Optional.of("frozen before anything was sent") : hindrance(checks);
        return hindrance
                .map(why -> to(ProposalState.FAILED, why))
                .orElseGet(() -> to(ProposalState.SENDING, "", Attempt.begun(now, before), null));
    }

    private Optional<String> hindrance(Event.Checks checks) {
        Optional<Quorum> needed = quorum.raisedBy(checks.decision());
        if (needed.isEmpty()) {
            return Optional.of(forbidden(checks.decision()));
        }
        if (!checks.obstacles().isEmpty()) {
            return Optional.of(checks.obstacles().getFirst().text());
        }
        List<Approval> standing =
                approvals.stream().filter(each -> checks.keys().contains(each.key())).toList();
        return needed.get().isMetBy(standing, requester)
                ? Optional.empty()
                : Optional.of("its approvals are no longer enough");
    }

    private Step answer(Outcome outcome, String detail, StoreTime now) {
        if (state != ProposalState.SENDING) {
            return wrongState();
        }
        Attempt ended = sent().ended(outcome, now);
        return switch (outcome) {
            case APPLIED -> to(ProposalState.APPLIED, detail, ended, beginVerification(ended, now));
            case PARTLY_APPLIED ->
                    to(ProposalState.PARTLY_APPLIED, detail, ended, beginVerification(ended, now));
            case FAILED -> to(ProposalState.FAILED, detail, ended, null);
            case OUTCOME_UNKNOWN -> to(ProposalState.OUTCOME_UNKNOWN, detail, ended, null);
        };
    }

    private Verification beginVerification(Attempt ended, StoreTime now) {
        return Verification.begin(plan.verifyWithin(), ended.before(), ended.sentAt(), now);
    }

    private Step close(StoreTime now) {
        if (verification == null) {
            return wrongState();
        }
        Verification closed = verification.close(now);
        return closed.result() == Verification.Result.OPEN
                ? refused(Reason.NOT_DUE, "the window of its verification is still open")
                : verified(closed);
    }

    /**
     * Only an attempt of ours goes on to a state that says verified. What was done by hand or found later keeps its state,
     * and the verification stands beside it.
     */
    private Step verified(Verification next) {
        if (state != ProposalState.APPLIED && state != ProposalState.PARTLY_APPLIED) {
            return state == ProposalState.DONE_BY_HAND || state == ProposalState.FOUND_APPLIED
                    ? taken(attempt, next)
                    : wrongState();
        }
        return switch (next.result()) {
            case OPEN -> taken(attempt, next);
            case VERIFIED -> to(ProposalState.VERIFIED, next.why(), attempt, next);
            case NOT_VERIFIED -> to(ProposalState.NOT_VERIFIED, next.why(), attempt, next);
            case UNVERIFIED -> to(ProposalState.UNVERIFIED, next.why(), attempt, next);
        };
    }

    private Step search(Event.Sighting sighting, StoreTime now) {
        if (state != ProposalState.OUTCOME_UNKNOWN) {
            return wrongState();
        }
        if (plan.settle() == null) {
            return refused(
                    Reason.NOT_SEARCHABLE,
                    "the backend cannot be asked for this attempt: a person has to resolve it");
        }
        Attempt found = sent();
        return switch (sighting) {
            case FOUND -> to(ProposalState.FOUND_APPLIED, "", found, beginVerification(found, now));
            case UNREADABLE -> taken(found, verification);
            case ABSENT ->
                    found.isAbsentFor(plan.settle(), now)
                            ? to(ProposalState.FOUND_NOT_APPLIED, "")
                            : taken(found.absent(now), verification);
        };
    }

    private Step restart(StoreTime now) {
        return switch (state) {
            case PENDING ->
                    now.isAtOrAfter(plan.expires())
                            ? to(ProposalState.EXPIRED, "")
                            : new Step.Taken(this);
            // An approval is executed at once or not at all: nobody who approved expects it hours
            // later.
            case APPROVED -> to(ProposalState.EXPIRED, "interrupted between approval and claim");
            case CLAIMED -> to(ProposalState.FAILED, "interrupted before anything was sent");
            case SENDING ->
                    sent().handle() != null
                            ? new Step.Taken(this)
                            : to(
                                    ProposalState.OUTCOME_UNKNOWN,
                                    "interrupted while it was sent",
                                    sent().ended(Outcome.OUTCOME_UNKNOWN, now),
                                    null);
            case APPLIED,
                    PARTLY_APPLIED,
                    FAILED,
                    OUTCOME_UNKNOWN,
                    VERIFIED,
                    NOT_VERIFIED,
                    UNVERIFIED,
                    FOUND_APPLIED,
                    FOUND_NOT_APPLIED,
                    RESOLVED_BY_HUMAN,
                    REJECTED,
                    EXPIRED,
                    WITHDRAWN,
                    SUPERSEDED,
                    BLOCKED,
                    DONE_BY_HAND ->
                    taken(attempt, verification == null ? null : verification.resume());
        };
    }

    private Step leave(ProposalState exit, String reason) {
        return state.isOpen() ? to(exit, reason) : wrongState();
    }

    private Step to(ProposalState next, String reason) {
        return to(next, reason, attempt, verification);
    }

    private Step to(
            ProposalState next,
            String reason,
            @Nullable Attempt nextAttempt,
            @Nullable Verification nextVerification) {
        // INVARIANT: only the edges of ProposalState are ever taken, and none of them leads back.
        if (!state.next().contains(next)) {
            throw new IllegalStateException("no edge leads from " + state + " to " + next);
        }
        return new Step.Taken(with(quorum, next, reason, approvals, nextAttempt, nextVerification));
    }

    private Step taken(@Nullable Attempt nextAttempt, @Nullable Verification nextVerification) {
        return new Step.Taken(with(quorum, state, why, approvals, nextAttempt, nextVerification));
    }

    /** This proposal further on; what it was made with stays. */
    private Proposal with(
            Quorum needed,
            ProposalState next,
            String reason,
            List<Approval> given,
            @Nullable Attempt nextAttempt,
            @Nullable Verification nextVerification) {
        return new Proposal(
                id,
                digest,
                requester,
                needed,
                plan,
                next,
                reason,
                given,
                nextAttempt,
                nextVerification);
    }

    private Attempt sent() {
        if (attempt == null) {
            throw new IllegalStateException(state + " without an attempt");
        }
        return attempt;
    }

    private Step wrongState() {
        return refused(Reason.WRONG_STATE, "it is " + state);
    }

    private static Step refused(Reason reason, String problem) {
        return new Step.Refused(reason, problem);
    }
}
