package dev.countergate.policy.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.token.ApprovalToken.Verdict.Verified;
import dev.countergate.policy.token.Challenge;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import dev.countergate.policy.token.SshPublicKey;
import dev.countergate.policy.token.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Short words for proposals and what happens to them. */
@NullMarked
final class Proposals {
    static final Instant START = Instant.parse("2026-11-21T07:00:00Z");
    static final ProposalId ID = new ProposalId("p-00000000000000000000000001");
    static final Digest DIGEST = Digest.of("core".getBytes(UTF_8));
    static final Decision ONE = new Decision.Approve(null, 1, "");
    static final Decision PERMIT = new Decision.Permit("auto");
    static final Decision FORBID = new Decision.Forbid("no", "never");

    /** Expires after an hour, is looked at for 12 minutes, settles within 2. */
    static final Plan PLAN =
            new Plan(
                    START,
                    START.plus(Duration.ofHours(1)),
                    Duration.ofMinutes(12),
                    Duration.ofMinutes(2));

    private Proposals() {}

    static Proposal pending(int persons, boolean otherPerson) {
        return make("ana", Quorum.of(persons, otherPerson, false), PLAN);
    }

    static Proposal make(@Nullable String requester, Quorum quorum, Plan plan) {
        return ((Checked.Valid<Proposal>)
                        Proposal.make(
                                ID,
                                DIGEST,
                                requester == null ? null : new Person(requester),
                                quorum,
                                plan))
                .value();
    }

    /** A proposal in {@code state}, come there by the shortest way. */
    static Proposal in(ProposalState state) {
        Proposal pending = pending(1, false);
        return switch (state) {
            case PENDING -> pending;
            case REJECTED -> after(pending, reject("bo", 1));
            case EXPIRED -> after(pending, Duration.ofHours(1), new Event.Expire());
            case WITHDRAWN -> after(pending, new Event.Withdraw());
            case SUPERSEDED -> after(pending, new Event.Supersede());
            case BLOCKED -> after(in(ProposalState.APPROVED), claim(FORBID, "bo"));
            case DONE_BY_HAND ->
                    after(pending, new Event.DoneByHand(new Person("bo"), no(0), "typed it"));
            case APPROVED -> after(pending, approve("bo", 1, ONE));
            case CLAIMED -> after(in(ProposalState.APPROVED), claim(ONE, "bo"));
            case SENDING -> after(in(ProposalState.CLAIMED), send(no(0)));
            case APPLIED, PARTLY_APPLIED, FAILED, OUTCOME_UNKNOWN ->
                    after(
                            in(ProposalState.SENDING),
                            new Event.Answer(Event.Outcome.valueOf(state.name()), "as told"));
            case VERIFIED ->
                    after(
                            in(ProposalState.APPLIED),
                            new Event.Look(yes(1)),
                            new Event.Look(yes(2)));
            case NOT_VERIFIED ->
                    after(
                            after(in(ProposalState.APPLIED), new Event.Look(no(1))),
                            Duration.ofMinutes(12),
                            new Event.Close());
            case UNVERIFIED ->
                    after(in(ProposalState.APPLIED), Duration.ofMinutes(12), new Event.Close());
            case FOUND_APPLIED ->
                    after(
                            in(ProposalState.OUTCOME_UNKNOWN),
                            new Event.Search(Event.Sighting.FOUND));
            case FOUND_NOT_APPLIED ->
                    after(
                            after(
                                    in(ProposalState.OUTCOME_UNKNOWN),
                                    new Event.Search(Event.Sighting.ABSENT)),
                            Duration.ofMinutes(2),
                            new Event.Search(Event.Sighting.ABSENT));
            case RESOLVED_BY_HUMAN ->
                    after(
                            in(ProposalState.OUTCOME_UNKNOWN),
                            new Event.Resolve(new Person("bo"), true, "saw it"));
        };
    }

    static Proposal after(Proposal proposal, Event... events) {
        Proposal now = proposal;
        for (Event event : events) {
            now = after(now, Duration.ZERO, event);
        }
        return now;
    }

    static Proposal after(Proposal proposal, Duration later, Event event) {
        return switch (proposal.apply(event, at(later))) {
            case Step.Taken(Proposal next) -> next;
            case Step.Refused refused ->
                    throw new AssertionError(proposal.state() + " " + event + ": " + refused);
        };
    }

    static StoreTime at(Duration later) {
        return new StoreTime(START.plus(later));
    }

    static Event approve(String person, int challenge, Decision decision) {
        return new Event.Decide(
                token(Statement.Decision.APPROVE, person, challenge, DIGEST), decision);
    }

    static Event reject(String person, int challenge) {
        return new Event.Decide(token(Statement.Decision.REJECT, person, challenge, DIGEST), ONE);
    }

    static Event claim(Decision decision, String... personsWithKeys) {
        return new Event.Claim(checks(decision, personsWithKeys));
    }

    /** Sends what {@code bo} approved, or a rule permits. */
    static Event send(@Nullable Reading before) {
        return new Event.Send(before, false, checks(PERMIT, "bo"));
    }

    static Event.Checks checks(Decision decision, String... personsWithKeys) {
        return new Event.Checks(
                decision,
                Set.of(personsWithKeys).stream()
                        .map(Proposals::fingerprint)
                        .collect(Collectors.toSet()),
                List.of());
    }

    static Event.Obstacle frozen() {
        return new Event.Obstacle(Event.Obstacle.Kind.FROZEN, "frozen by ana");
    }

    static Verified token(
            Statement.Decision decision, String person, int challenge, Digest digest) {
        Statement statement =
                new Statement(
                        decision,
                        new ServerId("ops-1"),
                        ID,
                        digest,
                        DIGEST,
                        new Person(person),
                        fingerprint(person),
                        new Challenge(HexFormat.of().toHexDigits(challenge).repeat(8)),
                        START,
                        START.plusSeconds(300));
        return new Verified(statement, Digest.of(statement.bytes()), SshPublicKey.Kind.ED25519, 0);
    }

    static String fingerprint(String person) {
        return "SHA256:" + person + "x".repeat(43 - person.length());
    }

    /** A read that is as expected, with a sample that many seconds after the start. */
    static Reading yes(int second) {
        return new Reading.Seen(true, START.plusSeconds(second));
    }

    static Reading no(int second) {
        return new Reading.Seen(false, START.plusSeconds(second));
    }
}
