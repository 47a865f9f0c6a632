package dev.countergate.policy.change;

import static dev.countergate.policy.change.Proposals.DIGEST;
import static dev.countergate.policy.change.Proposals.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Event.Sighting;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.Statement;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random steps, the same in every run, made by proposal and model side by side. */
@NullMarked
class ProposalModelTest {
    private static final int STEPS = 150_000;
    private static final List<String> PERSONS = List.of("ana", "bo", "cy");
    private static final List<String> EVENTS =
            List.of(
                    "decide",
                    "decide",
                    "decide",
                    "decide",
                    "withdraw",
                    "expire",
                    "supersede",
                    "done",
                    "claim",
                    "claim",
                    "claim",
                    "claim",
                    "send",
                    "send",
                    "send",
                    "accept",
                    "stop",
                    "answer",
                    "answer",
                    "look",
                    "look",
                    "look",
                    "close",
                    "search",
                    "search",
                    "resolve",
                    "restart");

    private final Random random = new Random(20_261_121);
    private Proposal proposal = Proposals.pending(1, false);
    private ProposalModel model = new ProposalModel("ana", 1, false, 3600, 720L, 120L);
    private long second;

    @Test
    void goes_where_the_table_of_moves_goes_and_nowhere_else() {
        Set<ProposalState> seen = EnumSet.noneOf(ProposalState.class);
        for (int step = 0; step < STEPS; step++) {
            if (step % 60 == 0) {
                start();
            }
            second += Math.max(0, random.nextInt(120) - 30);
            String word = EVENTS.get(random.nextInt(EVENTS.size()));
            Proposal former = proposal;
            Event event = event(word);
            String move = move(event);
            boolean expected = model.move(move);

            Step made = proposal.apply(event, new StoreTime(START.plusSeconds(second)));

            if (made instanceof Step.Taken(Proposal next)) {
                proposal = next;
            }
            if (made instanceof Step.Taken != expected
                    || !proposal.state().name().equals(model.state)) {
                throw new AssertionError(
                        "step %d, %s (%s) at %d: the model goes to %s, %s to %s"
                                .formatted(
                                        step,
                                        event,
                                        move,
                                        second,
                                        model.state,
                                        former,
                                        proposal.state()));
            }
            assertThat(
                            former.state() == proposal.state()
                                    || former.state().next().contains(proposal.state()))
                    .isTrue();
            seen.add(proposal.state());
            assertThat(model.sends).isLessThanOrEqualTo(1);
            assertThat(proposal.attempt() != null).isEqualTo(model.sends == 1 && !model.keptBack);
        }
        assertThat(seen).as("the walks come everywhere").containsExactly(ProposalState.values());
    }

    private void start() {
        second = 0;
        String requester = random.nextInt(4) == 0 ? null : "ana";
        int persons = requester == null ? random.nextInt(2) : random.nextInt(4);
        boolean other = requester != null && persons > 0 && random.nextBoolean();
        Long within = random.nextInt(5) == 0 ? null : 720L;
        Long settle = random.nextInt(5) == 0 ? null : 120L;
        long expires = random.nextInt(3) == 0 ? 300 : 3600;
        model = new ProposalModel(requester, persons, other, expires, within, settle);
        proposal =
                Proposals.make(
                        requester,
                        persons == 0
                                ? new Quorum(0, false, false, "auto")
                                : Quorum.of(persons, other, false),
                        new Plan(
                                START,
                                START.plusSeconds(expires),
                                within == null ? null : Duration.ofSeconds(within),
                                settle == null ? null : Duration.ofSeconds(settle)));
    }

    private Event event(String word) {
        return switch (word) {
            case "decide" ->
                    new Event.Decide(
                            Proposals.token(
                                    random.nextInt(12) == 0
                                            ? Statement.Decision.REJECT
                                            : Statement.Decision.APPROVE,
                                    person(),
                                    random.nextInt(6),
                                    random.nextInt(20) == 0 ? Digest.of() : DIGEST),
                            decision());
            case "withdraw" -> rarely() ? new Event.Withdraw() : new Event.Restart();
            case "expire" -> new Event.Expire();
            case "supersede" -> rarely() ? new Event.Supersede() : new Event.Expire();
            case "done" ->
                    rarely()
                            ? new Event.DoneByHand(new Person(person()), reading(), "by hand")
                            : new Event.Expire();
            case "claim" -> new Event.Claim(checks());
            case "send" ->
                    new Event.Send(
                            reading(),
                            random.nextInt(8) == 0,
                            rarely()
                                    ? checks()
                                    : Proposals.checks(
                                            Proposals.PERMIT, PERSONS.toArray(String[]::new)));
            case "accept" -> new Event.Accept("command");
            case "stop" -> rarely() ? new Event.Stop("frozen") : new Event.Restart();
            case "answer" ->
                    new Event.Answer(List.of(Outcome.values()).get(random.nextInt(4)), "as told");
            case "look" -> {
                Reading reading = reading();
                yield new Event.Look(reading == null ? new Reading.Unreadable() : reading);
            }
            case "close" -> {
                second += random.nextInt(3) == 0 ? 0 : 720;
                yield new Event.Close();
            }
            case "search" -> new Event.Search(List.of(Sighting.values()).get(random.nextInt(3)));
            case "resolve" ->
                    rarely()
                            ? new Event.Resolve(new Person(person()), random.nextBoolean(), "saw")
                            : new Event.Search(Sighting.ABSENT);
            default -> new Event.Restart();
        };
    }

    /** What the model calls it, with the condition worked out from the model's own record. */
    private String move(Event event) {
        return switch (event) {
            case Event.Decide decide -> decideMove(decide);
            case Event.Withdraw withdraw -> "withdraw";
            case Event.Expire expire -> second >= model.expires ? "expire" : "too-early";
            case Event.Supersede supersede -> "supersede";
            case Event.DoneByHand done -> {
                if (model.isOpen()) {
                    model.before = letter(done.before());
                    model.sentAt = second;
                    model.opened = second;
                }
                yield "done";
            }
            case Event.Claim claim -> claimMove(claim);
            case Event.Send send -> {
                boolean goes = !send.frozen() && goes(send.checks());
                if (model.state.equals("CLAIMED") && goes) {
                    model.before = letter(send.before());
                    model.sentAt = second;
                }
                yield goes ? "send" : "send-stopped";
            }
            case Event.Accept accept -> {
                boolean again = model.named;
                model.named |= model.state.equals("SENDING");
                yield again ? "accept-again" : "accept";
            }
            case Event.Stop stop -> {
                if (model.state.equals("SENDING")) {
                    model.keptBack = !model.named;
                    model.endedAt = second;
                }
                yield "stop";
            }
            case Event.Answer answer -> {
                if (model.state.equals("SENDING")) {
                    model.opened = second;
                    model.endedAt = second;
                }
                yield "answer-" + answer.outcome();
            }
            case Event.Look look -> {
                model.looks.add(
                        new ProposalModel.Look(
                                letter(look.reading()), second, sample(look.reading())));
                if (!watched()) {
                    model.looks.clear();
                }
                yield "look-" + model.verification(second);
            }
            case Event.Close close -> "close-" + model.verification(second);
            case Event.Search search -> searchMove(search.sighting());
            case Event.Resolve resolve -> "resolve";
            case Event.Restart restart -> {
                model.looks.add(new ProposalModel.Look('r', second, 0));
                if (model.state.equals("SENDING") && !model.named) {
                    model.endedAt = second;
                }
                yield model.state.equals("SENDING") && model.named
                        ? "restart-named"
                        : second >= model.expires ? "restart-late" : "restart";
            }
        };
    }

    private boolean watched() {
        return Set.of("APPLIED", "PARTLY_APPLIED", "DONE_BY_HAND", "FOUND_APPLIED")
                .contains(model.state);
    }

    private String decideMove(Event.Decide decide) {
        Statement said = decide.token().statement();
        if (!said.digest().equals(DIGEST)) {
            return "foreign";
        }
        int challenge = Integer.parseInt(said.challenge().hex().substring(0, 8), 16);
        if (model.isOpen() && (second >= model.expires || model.challenges.contains(challenge))) {
            return "late-or-spent";
        }
        if (said.decision() == Statement.Decision.REJECT) {
            return "reject";
        }
        String person = said.approver().name();
        if (!model.state.equals("PENDING") || model.approvers.contains(person)) {
            return "again";
        }
        if (decide.decision() instanceof Decision.Forbid) {
            return "approve-forbidden";
        }
        int wanted =
                decide.decision() instanceof Decision.Approve approve
                        ? Math.max(model.persons, approve.approvals())
                        : model.persons;
        if ((model.other || wanted >= 2) && model.requester == null) {
            return "unmapped";
        }
        model.persons = wanted;
        model.approvers.add(person);
        model.challenges.add(challenge);
        return model.enough(model.approvers, wanted) ? "approve-enough" : "approve-more";
    }

    private String claimMove(Event.Claim claim) {
        if (second >= model.expires) {
            return "claim-late";
        }
        return goes(claim.checks()) ? "claim" : "claim-stopped";
    }

    private boolean goes(Event.Checks checks) {
        Set<String> standing = new HashSet<>(model.approvers);
        standing.removeIf(each -> !checks.keys().contains(Proposals.fingerprint(each)));
        boolean goes =
                switch (checks.decision()) {
                    case Decision.Forbid forbid -> false;
                    case Decision.Permit permit ->
                            model.permitted || model.enough(standing, model.persons);
                    case Decision.Approve approve ->
                            model.enough(standing, Math.max(model.persons, approve.approvals()));
                };
        return goes && checks.obstacles().isEmpty();
    }

    private String searchMove(Sighting sighting) {
        if (!model.state.equals("OUTCOME_UNKNOWN") || model.settle == null) {
            return "search-impossible";
        }
        return switch (sighting) {
            case FOUND -> {
                model.opened = second;
                yield "search-found";
            }
            case UNREADABLE -> "search-nothing";
            case ABSENT -> {
                boolean first = model.absentAt < 0;
                if (first) {
                    model.absentAt = second;
                }
                yield !first && second > model.absentAt && second >= model.endedAt + model.settle
                        ? "search-absent"
                        : "search-nothing";
            }
        };
    }

    private Event.Checks checks() {
        return new Event.Checks(
                decision(),
                keys(),
                random.nextInt(10) == 0 ? List.of(Proposals.frozen()) : List.of());
    }

    private Set<String> keys() {
        Set<String> keys = new HashSet<>();
        for (String person : PERSONS) {
            if (random.nextInt(12) != 0) {
                keys.add(Proposals.fingerprint(person));
            }
        }
        return keys;
    }

    private Decision decision() {
        return switch (random.nextInt(20)) {
            case 0 -> Proposals.FORBID;
            case 1 -> new Decision.Approve("wide", 2, "");
            case 2, 3, 4, 5, 6, 7 -> Proposals.PERMIT;
            default -> Proposals.ONE;
        };
    }

    private @Nullable Reading reading() {
        return switch (random.nextInt(10)) {
            case 0 -> null;
            case 1 -> new Reading.Unreadable();
            case 2, 3, 4, 5 ->
                    new Reading.Seen(true, START.plusSeconds(second - random.nextInt(20)));
            default -> new Reading.Seen(false, START.plusSeconds(second));
        };
    }

    private static char letter(@Nullable Reading reading) {
        return switch (reading) {
            case null -> '-';
            case Reading.Unreadable unreadable -> 'u';
            case Reading.Seen seen -> seen.met() ? 'y' : 'n';
        };
    }

    private static long sample(Reading reading) {
        return reading instanceof Reading.Seen seen
                ? Duration.between(START, seen.sample()).toSeconds()
                : 0;
    }

    private String person() {
        return PERSONS.get(random.nextInt(PERSONS.size()));
    }

    private boolean rarely() {
        return random.nextInt(6) == 0;
    }
}
