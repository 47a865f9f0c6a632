package dev.countergate.policy.change;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.token.ApprovalToken.Verdict.Verified;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Something that happens to a proposal. */
public sealed interface Event {
    /**
     * A person approves or rejects.
     *
     * @param token verified against this proposal's stored bytes
     * @param decision what the rules say of the request now
     */
    record Decide(Verified token, Decision decision) implements Event {}

    /** The requester takes it back. */
    record Withdraw() implements Event {}

    /** The time is looked at. */
    record Expire() implements Event {}

    /** The tool's own digests are others now. */
    record Supersede() implements Event {}

    /**
     * A person did it without us.
     *
     * @param by who
     * @param before what the expectation showed while it was proposed, or null where nobody looked
     * @param note in their words
     */
    record DoneByHand(Person by, @Nullable Reading before, String note) implements Event {}

    /**
     * The one attempt is taken, in the transaction that checks everything.
     *
     * @param checks of that moment
     */
    record Claim(Checks checks) implements Event {}

    /**
     * The first byte is about to leave. The claim's reads take their time, so all that needs none is checked once more.
     *
     * @param before what the expectation shows just now, or null where none is declared
     * @param frozen whether a freeze came since the claim; nothing is sent then
     * @param checks of this moment; nothing is sent where they would not let it be claimed
     */
    record Send(@Nullable Reading before, boolean frozen, Checks checks) implements Event {}

    /**
     * The backend gave the attempt a name to ask for it by.
     *
     * @param handle a command id, say
     */
    record Accept(String handle) implements Event {}

    /**
     * The attempt has ended.
     *
     * @param outcome what is known of its effect
     * @param detail one line for the record
     */
    record Answer(Outcome outcome, String detail) implements Event {}

    /**
     * The attempt was kept back when all was ready for its first byte: nothing was sent.
     *
     * @param detail one line for the record
     */
    record Stop(String detail) implements Event {}

    /** The expectation was read again. */
    record Look(Reading reading) implements Event {}

    /** The end of the verification's window is looked at. */
    record Close() implements Event {}

    /** The attempt id was searched for at the backend. */
    record Search(Sighting sighting) implements Event {}

    /**
     * A person settles an unknown outcome.
     *
     * @param by who
     * @param applied whether it had its effect
     * @param note in their words
     */
    record Resolve(Person by, boolean applied, String note) implements Event {}

    /** The daemon starts and finds the proposal as it was left. */
    record Restart() implements Event {}

    /**
     * Whether an attempt may go on.
     *
     * @param decision what the rules say of the request now
     * @param keys the fingerprints that may still approve
     * @param obstacles what stands in the way now: mode, powers, separation, preconditions, targets
     */
    record Checks(Decision decision, Set<String> keys, List<Obstacle> obstacles) {
        public Checks {
            keys = Set.copyOf(keys);
            obstacles = List.copyOf(obstacles);
        }
    }

    /** What is known of an attempt's effect. */
    enum Outcome {
        APPLIED,
        PARTLY_APPLIED,
        FAILED,
        OUTCOME_UNKNOWN
    }

    /** What a search for an attempt id showed. */
    enum Sighting {
        FOUND,
        ABSENT,
        UNREADABLE
    }

    /**
     * What stops a proposal.
     *
     * @param kind which check
     * @param text one line: what stands in the way and what to do
     */
    record Obstacle(Kind kind, String text) {
        /** The checks. */
        public enum Kind {
            FROZEN,
            LIMIT,
            PRECONDITION,
            TARGETS,
            DOCUMENT,
            TIME_LEFT,
            SEPARATION,
            FORBIDDEN,
            QUORUM
        }
    }
}
