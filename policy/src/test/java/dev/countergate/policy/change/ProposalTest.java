package dev.countergate.policy.change;

import static dev.countergate.policy.change.Proposals.DIGEST;
import static dev.countergate.policy.change.Proposals.FORBID;
import static dev.countergate.policy.change.Proposals.ID;
import static dev.countergate.policy.change.Proposals.ONE;
import static dev.countergate.policy.change.Proposals.PERMIT;
import static dev.countergate.policy.change.Proposals.PLAN;
import static dev.countergate.policy.change.Proposals.START;
import static dev.countergate.policy.change.Proposals.after;
import static dev.countergate.policy.change.Proposals.approve;
import static dev.countergate.policy.change.Proposals.at;
import static dev.countergate.policy.change.Proposals.checks;
import static dev.countergate.policy.change.Proposals.claim;
import static dev.countergate.policy.change.Proposals.in;
import static dev.countergate.policy.change.Proposals.make;
import static dev.countergate.policy.change.Proposals.no;
import static dev.countergate.policy.change.Proposals.pending;
import static dev.countergate.policy.change.Proposals.reject;
import static dev.countergate.policy.change.Proposals.send;
import static dev.countergate.policy.change.Proposals.token;
import static dev.countergate.policy.change.Proposals.yes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Event.Sighting;
import dev.countergate.policy.change.Step.Reason;
import dev.countergate.policy.change.Verification.Result;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProposalTest {
    /** One of each kind of event, in a form that would be taken in the state it is meant for. */
    private static final Map<String, Event> EVENTS =
            Map.ofEntries(
                    Map.entry("approve", approve("cy", 7, ONE)),
                    Map.entry("reject", reject("cy", 8)),
                    Map.entry("withdraw", new Event.Withdraw()),
                    Map.entry("supersede", new Event.Supersede()),
                    Map.entry("done", new Event.DoneByHand(new Person("cy"), no(0), "by hand")),
                    Map.entry("claim", claim(ONE, "bo")),
                    Map.entry("send", send(no(0))),
                    Map.entry("accept", new Event.Accept("command-1")),
                    Map.entry("stop", new Event.Stop("frozen")),
                    Map.entry("answer", new Event.Answer(Outcome.APPLIED, "")),
                    Map.entry("look", new Event.Look(no(5))),
                    Map.entry("search", new Event.Search(Sighting.FOUND)),
                    Map.entry("resolve", new Event.Resolve(new Person("cy"), false, "looked")));

    @ParameterizedTest
    @CsvSource({
        "PENDING,approve reject withdraw supersede done",
        "APPROVED,reject withdraw supersede done claim",
        "CLAIMED,send",
        "SENDING,accept stop answer",
        "APPLIED,look",
        "PARTLY_APPLIED,look",
        "FAILED,''",
        "OUTCOME_UNKNOWN,search resolve",
        "VERIFIED,''",
        "NOT_VERIFIED,''",
        "UNVERIFIED,''",
        "FOUND_APPLIED,look",
        "FOUND_NOT_APPLIED,''",
        "RESOLVED_BY_HUMAN,''",
        "REJECTED,''",
        "EXPIRED,''",
        "WITHDRAWN,''",
        "SUPERSEDED,''",
        "BLOCKED,''",
        "DONE_BY_HAND,look",
    })
    void takes_in_each_state_these_events_and_no_other(ProposalState state, String taken) {
        Set<String> words = Set.of(taken.split(" ", -1));
        Proposal proposal = in(state);

        assertThat(proposal.state()).isEqualTo(state);
        EVENTS.forEach(
                (word, event) -> {
                    Step step = proposal.apply(event, at(Duration.ofMinutes(3)));
                    assertThat(step instanceof Step.Taken)
                            .as("%s in %s", word, state)
                            .isEqualTo(words.contains(word));
                    if (step instanceof Step.Refused refused) {
                        assertThat(refused.reason()).isEqualTo(Reason.WRONG_STATE);
                    }
                });
    }

    @ParameterizedTest
    @CsvSource({
        // needed, other person asked for, requester, who approves -> complete
        "1,false,ana,ana,true",
        "1,false,ana,bo,true",
        "1,false,,ana,true",
        "1,true,ana,ana,false",
        "1,true,ana,bo,true",
        "1,true,ana,Ana,false",
        "1,true,ANA,ana,false",
        "2,false,ana,ana bo,true",
        "2,false,ana,bo cy,true",
        "2,false,ana,bo,false",
        "2,true,ana,ana bo,true",
        "2,true,ana,ana,false",
        "3,false,ana,ana bo,false",
        "3,true,ana,ana bo cy,true",
    })
    void is_approved_by_enough_distinct_persons_and_another_one_where_asked(
            int persons, boolean other, String requester, String approvers, boolean complete) {
        Proposal proposal = make(requester, Quorum.of(persons, other, false), PLAN);
        int challenge = 0;
        for (String person : approvers.split(" ", -1)) {
            proposal = after(proposal, approve(person, ++challenge, ONE));
        }

        assertThat(proposal.state())
                .isEqualTo(complete ? ProposalState.APPROVED : ProposalState.PENDING);
    }

    @Test
    void counts_persons_and_not_keys() {
        Proposal once = after(pending(2, false), approve("bo", 1, ONE));

        assertRefused(once, approve("bo", 2, ONE), Reason.SAME_PERSON);
        assertRefused(once, approve("Bo", 2, ONE), Reason.SAME_PERSON);
    }

    @ParameterizedTest
    @CsvSource({"2,false", "1,true", "2,true"})
    void cannot_be_made_for_a_requester_nobody_stands_behind_when_that_matters(
            int persons, boolean other) {
        assertThat(
                        Proposal.make(ID, DIGEST, null, Quorum.of(persons, other, false), PLAN)
                                .faultsFound())
                .singleElement()
                .satisfies(fault -> assertThat(fault.text()).contains("no person is known"));
    }

    @Test
    void takes_an_unknown_requester_where_one_person_is_enough() {
        assertThat(make(null, Quorum.of(1, false, false), PLAN).state())
                .isEqualTo(ProposalState.PENDING);
    }

    @Test
    void refuses_an_approval_when_the_raised_quorum_needs_to_know_the_requester() {
        Proposal proposal = make(null, Quorum.of(1, false, false), PLAN);

        assertRefused(
                proposal,
                approve("bo", 1, new Decision.Approve("wide", 2, "")),
                Reason.UNMAPPED_PERSON);
    }

    @Test
    void asks_no_less_of_the_keys_when_more_persons_are_asked_for() {
        Proposal one = make("ana", Quorum.of(1, true, true), PLAN);

        Proposal raised = after(one, approve("bo", 1, new Decision.Approve("wide", 2, "")));

        assertThat(raised.quorum()).isEqualTo(Quorum.of(2, true, true));
        assertThat(raised.state()).isEqualTo(ProposalState.PENDING);
    }

    @Test
    void refuses_a_quorum_of_nobody_without_a_rule() {
        assertThatThrownBy(() -> Quorum.of(0, false, false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Quorum.of(-1, false, false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Quorum(0, true, false, "auto"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Quorum(0, false, true, "auto"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Quorum(1, false, false, "auto"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void raises_the_quorum_when_more_is_asked_for_now_and_never_lowers_it() {
        Proposal raised =
                after(pending(1, false), approve("bo", 1, new Decision.Approve("wide", 2, "")));
        assertThat(raised.state()).isEqualTo(ProposalState.PENDING);
        assertThat(raised.quorum().persons()).isEqualTo(2);

        Proposal still = after(pending(2, false), approve("bo", 1, PERMIT));
        assertThat(still.state()).isEqualTo(ProposalState.PENDING);
        assertThat(after(raised, approve("cy", 2, ONE)).state()).isEqualTo(ProposalState.APPROVED);
    }

    @Test
    void is_blocked_when_it_is_forbidden_by_the_time_it_is_approved() {
        assertThat(after(pending(1, false), approve("bo", 1, FORBID)).state())
                .isEqualTo(ProposalState.BLOCKED);
    }

    @Test
    void the_first_rejection_is_final() {
        Proposal rejected = after(after(pending(2, false), approve("bo", 1, ONE)), reject("cy", 2));

        assertThat(rejected.state()).isEqualTo(ProposalState.REJECTED);
        assertRefused(rejected, approve("dee", 3, ONE), Reason.WRONG_STATE);
        assertThat(after(in(ProposalState.APPROVED), reject("bo", 9)).state())
                .isEqualTo(ProposalState.REJECTED);
    }

    @Test
    void takes_a_challenge_once() {
        Proposal once = after(pending(2, false), approve("bo", 1, ONE));

        assertRefused(once, approve("cy", 1, ONE), Reason.TOKEN_SPENT);
        assertRefused(once, approve("bo", 1, ONE), Reason.TOKEN_SPENT);
    }

    @Test
    void takes_tokens_for_its_own_bytes_alone() {
        Digest other = Digest.of("others".getBytes(UTF_8));
        for (Statement.Decision decision : Statement.Decision.values()) {
            assertRefused(
                    pending(1, false),
                    new Event.Decide(token(decision, "bo", 1, other), ONE),
                    Reason.OTHER_PROPOSAL);
        }
    }

    @ParameterizedTest
    @CsvSource({"3599,false", "3600,true", "7200,true"})
    void expires_when_its_time_is_over_and_not_before(int seconds, boolean expired) {
        StoreTime now = at(Duration.ofSeconds(seconds));
        for (ProposalState state : List.of(ProposalState.PENDING, ProposalState.APPROVED)) {
            assertThat(in(state).apply(new Event.Expire(), now) instanceof Step.Taken)
                    .isEqualTo(expired);
        }
        assertThat(pending(1, false).apply(approve("bo", 1, ONE), now) instanceof Step.Refused)
                .isEqualTo(expired);
        assertThat(
                        ((Step.Taken) in(ProposalState.APPROVED).apply(claim(ONE, "bo"), now))
                                .proposal()
                                .state())
                .isEqualTo(expired ? ProposalState.EXPIRED : ProposalState.CLAIMED);
    }

    @Test
    void a_clock_set_back_does_not_bring_an_expired_proposal_back() {
        StoreTime now = StoreTime.of(START, START.plus(Duration.ofHours(2)));

        assertThat(now.at()).isEqualTo(START.plus(Duration.ofHours(2)));
        assertThat(pending(1, false).apply(approve("bo", 1, ONE), now))
                .isInstanceOfSatisfying(
                        Step.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.EXPIRED));
        assertThat(StoreTime.of(START.plusSeconds(1), START).at()).isEqualTo(START.plusSeconds(1));
    }

    @Test
    void is_claimed_only_while_nothing_stands_in_the_way() {
        Proposal approved = in(ProposalState.APPROVED);

        assertThat(after(approved, claim(ONE, "bo", "cy")).state())
                .isEqualTo(ProposalState.CLAIMED);
        assertThat(after(approved, claim(PERMIT, "bo")).state()).isEqualTo(ProposalState.CLAIMED);
        assertThat(after(approved, claim(FORBID, "bo")).state()).isEqualTo(ProposalState.BLOCKED);
        assertThat(after(approved, claim(ONE, "cy")).state())
                .as("the approver's key was removed")
                .isEqualTo(ProposalState.BLOCKED);
        assertThat(after(approved, claim(new Decision.Approve("wide", 2, ""), "bo")).state())
                .as("two persons are asked for now")
                .isEqualTo(ProposalState.BLOCKED);
        for (Event.Obstacle.Kind kind : Event.Obstacle.Kind.values()) {
            Event claim =
                    new Event.Claim(
                            new Event.Checks(
                                    ONE,
                                    Set.of(Proposals.fingerprint("bo")),
                                    List.of(new Event.Obstacle(kind, "because"))));
            assertThat(after(approved, claim))
                    .satisfies(
                            blocked -> assertThat(blocked.state()).isEqualTo(ProposalState.BLOCKED))
                    .satisfies(blocked -> assertThat(blocked.why()).isEqualTo("because"));
        }
    }

    @Test
    void goes_without_a_person_only_while_a_rule_still_permits_it() {
        Proposal permitted = make(null, new Quorum(0, false, false, "auto"), PLAN);

        assertThat(permitted.state()).isEqualTo(ProposalState.APPROVED);
        assertThat(after(permitted, claim(PERMIT)).state()).isEqualTo(ProposalState.CLAIMED);
        assertThat(after(permitted, claim(ONE)).state()).isEqualTo(ProposalState.BLOCKED);
        assertThat(after(permitted, claim(FORBID)).state()).isEqualTo(ProposalState.BLOCKED);
    }

    @Test
    void sends_nothing_once_frozen() {
        Event frozen = new Event.Send(no(0), true, checks(ONE, "bo"));
        assertThat(after(in(ProposalState.CLAIMED), frozen))
                .satisfies(failed -> assertThat(failed.state()).isEqualTo(ProposalState.FAILED))
                .satisfies(failed -> assertThat(failed.attempt()).isNull());
    }

    @Test
    void what_was_kept_back_before_its_first_byte_is_no_attempt_unless_the_backend_knows_of_it() {
        Proposal sending = in(ProposalState.SENDING);

        Proposal stopped = after(sending, new Event.Stop("frozen"));
        assertThat(stopped.state()).isEqualTo(ProposalState.FAILED);
        assertThat(stopped.why()).isEqualTo("frozen");
        assertThat(stopped.attempt()).isNull();
        Proposal named = after(sending, new Event.Accept("command-1"), new Event.Stop("frozen"));
        assertThat(named.state()).isEqualTo(ProposalState.FAILED);
        assertThat(named.attempt()).extracting(Attempt::outcome).isEqualTo(Outcome.FAILED);
    }

    /** The claim's reads take their time, and the world of rules and keys goes on meanwhile. */
    @Test
    void sends_nothing_that_could_not_be_claimed_any_more() {
        Event.Checks obstructed =
                new Event.Checks(
                        ONE,
                        Set.of(Proposals.fingerprint("bo")),
                        List.of(new Event.Obstacle(Event.Obstacle.Kind.SEPARATION, "an obstacle")));
        Map<Event.Checks, String> hindrances =
                Map.of(
                        checks(FORBID, "bo"),
                        "never (rule `no`)",
                        checks(new Decision.Approve("wide", 2, ""), "bo"),
                        "its approvals are no longer enough",
                        checks(ONE, "cy"),
                        "its approvals are no longer enough",
                        obstructed,
                        "an obstacle");

        hindrances.forEach(
                (checks, why) ->
                        assertThat(
                                        after(
                                                in(ProposalState.CLAIMED),
                                                new Event.Send(no(0), false, checks)))
                                .satisfies(
                                        failed ->
                                                assertThat(failed.state())
                                                        .isEqualTo(ProposalState.FAILED))
                                .satisfies(failed -> assertThat(failed.attempt()).isNull())
                                .satisfies(failed -> assertThat(failed.why()).isEqualTo(why)));
    }

    @Test
    void remembers_that_it_was_applied_in_part_when_the_effect_is_seen() {
        Proposal verified =
                after(
                        in(ProposalState.PARTLY_APPLIED),
                        new Event.Look(yes(1)),
                        new Event.Look(yes(2)));

        assertThat(verified.state()).isEqualTo(ProposalState.VERIFIED);
        assertThat(verified.attempt())
                .isNotNull()
                .satisfies(
                        attempt -> assertThat(attempt.outcome()).isEqualTo(Outcome.PARTLY_APPLIED));
    }

    /** What the read before sending showed, then reads: y and n with a newer sample, o a yes of an old one, u unreadable. */
    @ParameterizedTest
    @CsvSource({
        "n,yy,VERIFIED",
        "n,nyy,VERIFIED",
        "n,uyy,VERIFIED",
        "n,yoy,VERIFIED",
        "n,yny,UNVERIFIED",
        "n,yuy,UNVERIFIED",
        "n,ynyny,UNVERIFIED",
        "n,yny-,UNVERIFIED",
        "n,y,UNVERIFIED",
        "n,yo,UNVERIFIED",
        "n,yooo,UNVERIFIED",
        "n,'',UNVERIFIED",
        "n,u,UNVERIFIED",
        "n,nu,UNVERIFIED",
        "n,n,NOT_VERIFIED",
        "n,yn,NOT_VERIFIED",
        "n,un,NOT_VERIFIED",
        "n,nnnnn,NOT_VERIFIED",
        "y,yy,UNVERIFIED",
        "y,n,UNVERIFIED",
        "y,'',UNVERIFIED",
        "u,yy,UNVERIFIED",
        "-,yy,UNVERIFIED",
        "n,|yy,VERIFIED",
        "n,y|y,UNVERIFIED",
        "n,y|yy,VERIFIED",
        "n,y|n,NOT_VERIFIED",
    })
    void is_verified_by_two_consecutive_reads_of_something_that_did_not_hold_before(
            String before, String reads, ProposalState end) {
        Reading first = before.equals("-") ? null : reading(before.charAt(0), 0);
        Proposal proposal =
                after(
                        in(ProposalState.CLAIMED),
                        send(first),
                        new Event.Answer(Outcome.APPLIED, ""));
        int second = 1;
        for (int i = 0; i < reads.length(); i++) {
            char read = reads.charAt(i);
            if (proposal.state() == ProposalState.APPLIED && read != '-') {
                Event event =
                        read == '|'
                                ? new Event.Restart()
                                : new Event.Look(reading(read, read == 'o' ? second : ++second));
                proposal = after(proposal, Duration.ofSeconds(second), event);
            }
        }
        if (proposal.state() == ProposalState.APPLIED) {
            proposal = after(proposal, Duration.ofMinutes(12), new Event.Close());
        }

        assertThat(proposal.state()).isEqualTo(end);
    }

    private static Reading reading(char read, int second) {
        return switch (read) {
            case 'y', 'o' -> yes(second);
            case 'n' -> no(second);
            default -> new Reading.Unreadable();
        };
    }

    @Test
    void a_sample_from_before_the_dispatch_counts_for_nothing() {
        Proposal applied = in(ProposalState.APPLIED);

        Proposal looked = after(applied, new Event.Look(yes(-2)), new Event.Look(yes(-1)));

        assertThat(looked.state()).isEqualTo(ProposalState.APPLIED);
        assertThat(after(looked, new Event.Look(yes(0))).state()).isEqualTo(ProposalState.APPLIED);
    }

    @Test
    void a_read_after_the_window_does_not_count() {
        Proposal once = after(in(ProposalState.APPLIED), new Event.Look(yes(1)));

        assertThat(after(once, Duration.ofMinutes(12), new Event.Look(yes(2))).state())
                .isEqualTo(ProposalState.UNVERIFIED);
        assertRefused(once, new Event.Close(), Reason.NOT_DUE);
    }

    @Test
    void is_unverified_at_once_where_nothing_is_declared() {
        Plan plan = new Plan(START, START.plusSeconds(60), null, null);
        Proposal applied =
                after(
                        make("ana", new Quorum(0, false, false, "auto"), plan),
                        claim(PERMIT),
                        send(null),
                        new Event.Answer(Outcome.APPLIED, ""));

        assertThat(after(applied, new Event.Close()))
                .satisfies(end -> assertThat(end.state()).isEqualTo(ProposalState.UNVERIFIED))
                .satisfies(end -> assertThat(end.why()).isEqualTo("none declared"));
    }

    @Test
    void what_a_person_did_is_verified_beside_its_state() {
        Proposal done =
                after(
                        in(ProposalState.DONE_BY_HAND),
                        new Event.Look(yes(1)),
                        new Event.Look(yes(2)));

        assertThat(done.state()).isEqualTo(ProposalState.DONE_BY_HAND);
        assertThat(done.verification())
                .isNotNull()
                .satisfies(seen -> assertThat(seen.result()).isEqualTo(Result.VERIFIED));
    }

    @ParameterizedTest
    @CsvSource({
        // first search, second search, seconds after sending of the answer and of each -> state
        "ABSENT,ABSENT,0,0,119,OUTCOME_UNKNOWN",
        "ABSENT,ABSENT,0,0,120,FOUND_NOT_APPLIED",
        "ABSENT,ABSENT,0,120,120,OUTCOME_UNKNOWN",
        "ABSENT,ABSENT,0,120,121,FOUND_NOT_APPLIED",
        "ABSENT,FOUND,0,0,120,FOUND_APPLIED",
        "ABSENT,UNREADABLE,0,0,500,OUTCOME_UNKNOWN",
        "UNREADABLE,ABSENT,0,0,500,OUTCOME_UNKNOWN",
        "UNREADABLE,FOUND,0,0,1,FOUND_APPLIED",
        // a backend that was waited for longer than it takes to settle may have acted a moment ago
        "ABSENT,ABSENT,300,300,301,OUTCOME_UNKNOWN",
        "ABSENT,ABSENT,300,300,419,OUTCOME_UNKNOWN",
        "ABSENT,ABSENT,300,300,420,FOUND_NOT_APPLIED",
        "ABSENT,ABSENT,300,420,421,FOUND_NOT_APPLIED",
        "ABSENT,FOUND,300,300,301,FOUND_APPLIED",
    })
    void is_found_absent_only_by_two_reads_the_second_after_settling(
            Sighting first,
            Sighting second,
            int answeredAt,
            int firstAt,
            int secondAt,
            ProposalState end) {
        Proposal unknown =
                after(
                        in(ProposalState.SENDING),
                        Duration.ofSeconds(answeredAt),
                        new Event.Answer(Outcome.OUTCOME_UNKNOWN, "timeout"));

        Proposal once = after(unknown, Duration.ofSeconds(firstAt), new Event.Search(first));

        assertThat(after(once, Duration.ofSeconds(secondAt), new Event.Search(second)).state())
                .isEqualTo(end);
    }

    @Test
    void what_a_restart_found_interrupted_settles_from_then_on() {
        Proposal unknown =
                after(in(ProposalState.SENDING), Duration.ofMinutes(5), new Event.Restart());
        Event absent = new Event.Search(Sighting.ABSENT);
        Proposal once = after(unknown, Duration.ofMinutes(5), absent);

        assertThat(after(once, Duration.ofSeconds(419), absent).state())
                .isEqualTo(ProposalState.OUTCOME_UNKNOWN);
        assertThat(after(once, Duration.ofMinutes(7), absent).state())
                .isEqualTo(ProposalState.FOUND_NOT_APPLIED);
    }

    @Test
    void what_cannot_be_searched_for_waits_for_a_person() {
        Plan plan = new Plan(START, START.plusSeconds(60), null, null);
        Proposal unknown =
                after(
                        make("ana", new Quorum(0, false, false, "auto"), plan),
                        claim(PERMIT),
                        send(null),
                        new Event.Answer(Outcome.OUTCOME_UNKNOWN, "reset"));

        for (Sighting sighting : Sighting.values()) {
            assertRefused(unknown, new Event.Search(sighting), Reason.NOT_SEARCHABLE);
        }
        assertThat(after(unknown, new Event.Resolve(new Person("bo"), false, "asked")).why())
                .isEqualTo("bo: not applied: asked");
    }

    @ParameterizedTest
    @EnumSource
    void is_found_after_a_restart_where_it_is_safe_to_believe_it(ProposalState state) {
        ProposalState expected =
                switch (state) {
                    case APPROVED -> ProposalState.EXPIRED;
                    case CLAIMED -> ProposalState.FAILED;
                    case SENDING -> ProposalState.OUTCOME_UNKNOWN;
                    default -> state;
                };

        Proposal restarted = after(in(state), new Event.Restart());

        assertThat(restarted.state()).isEqualTo(expected);
        assertThat(after(restarted, new Event.Restart())).as("twice").isEqualTo(restarted);
    }

    @Test
    void a_restart_goes_on_asking_for_a_command_it_knows_the_id_of() {
        Proposal sending = after(in(ProposalState.SENDING), new Event.Accept("command-1"));

        assertThat(after(sending, new Event.Restart())).isEqualTo(sending);
        assertRefused(sending, new Event.Accept("command-2"), Reason.WRONG_STATE);
    }

    @ParameterizedTest
    @ValueSource(ints = {3600, 3601})
    void a_restart_expires_what_waited_too_long(int seconds) {
        assertThat(
                        after(pending(1, false), Duration.ofSeconds(seconds), new Event.Restart())
                                .state())
                .isEqualTo(ProposalState.EXPIRED);
    }

    private static void assertRefused(Proposal proposal, Event event, Reason reason) {
        assertThat(proposal.apply(event, at(Duration.ZERO)))
                .isInstanceOfSatisfying(
                        Step.Refused.class,
                        refused -> {
                            assertThat(refused.reason()).isEqualTo(reason);
                            assertThat(refused.problem()).doesNotContain("\n").isNotEmpty();
                        });
    }
}
