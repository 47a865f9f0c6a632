package dev.countergate.server.proposal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.Event;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Event.Sighting;
import dev.countergate.policy.change.Plan;
import dev.countergate.policy.change.Proposal;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.change.Quorum;
import dev.countergate.policy.change.Reading;
import dev.countergate.policy.change.RecordedCore;
import dev.countergate.policy.change.Step;
import dev.countergate.policy.change.StoreTime;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.policy.token.ApprovalToken.Verdict.Verified;
import dev.countergate.policy.token.Challenge;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import dev.countergate.policy.token.SshPublicKey;
import dev.countergate.policy.token.Statement;
import dev.countergate.policy.token.UtcTime;
import dev.countergate.server.audit.Leaf;
import dev.countergate.server.audit.SqliteStore;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreClock;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.proposal.Ledger.Applied;
import dev.countergate.server.proposal.Ledger.Telling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random steps, the same in every run, of several proposals at once: each is a transaction of the real store, and what the
 * store then says is held against what the policy says of the same steps without one. (That the policy goes where it may
 * is what {@code ProposalModelTest} tests, against a table.)
 */
@NullMarked
class LedgerModelTest {
    private static final int STEPS = 8_000;
    private static final int STEPS_LONG = 100_000;
    private static final int OPEN = 6;
    private static final int REOPENED = 5_000;
    private static final Instant NOON = Engine.NOON;
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final List<String> PERSONS = List.of("ana", "bo", "cy");

    @TempDir private @Nullable Path folder;

    private final Random random = new Random(20_261_121);
    private final List<Twin> twins = new ArrayList<>();
    private final Set<ProposalState> seen = EnumSet.noneOf(ProposalState.class);
    private long second;
    private int made;
    private @Nullable Template template;

    /** A core that a real call made, to be made others of. */
    private record Template(String core, Kept kept, ProposalId id) {}

    /** One proposal, kept twice: by the store, and here. */
    private static final class Twin {
        private final ProposalId id;
        private Proposal proposal;
        private int sends;
        private boolean isKeptBack;

        Twin(ProposalId id, Proposal proposal) {
            this.id = id;
            this.proposal = proposal;
        }
    }

    @Test
    void the_store_says_what_the_policy_says_after_every_step() throws Exception {
        walk(STEPS);
    }

    @Tag("long")
    @Test
    void the_store_says_what_the_policy_says_after_very_many_steps() throws Exception {
        walk(STEPS_LONG);
        assertThat(seen).as("the walks come everywhere").containsExactly(ProposalState.values());
    }

    private void walk(int steps) throws Exception {
        Path place =
                Files.isWritable(MEMORY)
                        ? Files.createTempDirectory(MEMORY, "countergate-test")
                        : Objects.requireNonNull(folder);
        SqliteStore store = open(place);
        try {
            template = template();
            Ledger ledger = ledger(store);
            for (int step = 0; step < steps; step++) {
                if (step % REOPENED == REOPENED - 1) {
                    store.close();
                    store = open(place);
                    ledger = ledger(store);
                    for (Twin twin : twins) {
                        compare(ledger, twin);
                    }
                }
                if (step % 60 == 0 || twins.isEmpty()) {
                    begin(ledger);
                }
                second += Math.max(0, random.nextInt(15) - 5);
                step(ledger, twins.get(random.nextInt(twins.size())));
            }
        } finally {
            store.close();
            if (!place.equals(folder)) {
                try (Stream<Path> files = Files.walk(place)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    private static SqliteStore open(Path place) throws StoreException {
        Redactor none = Redactor.of(List.of());
        return SqliteStore.open(place, List.of(), () -> none, StoreClock.system());
    }

    private Ledger ledger(SqliteStore store) {
        return new Ledger(store, store, () -> NOON.plusSeconds(second), entry -> {});
    }

    private Template template() throws Exception {
        try (Engine engine =
                new Engine(
                        Files.createDirectory(Objects.requireNonNull(folder).resolve("engine")),
                        Engine.TOOLS + Engine.GUARDED)) {
            ProposalId id = engine.propose("web");
            Ledger.Entry entry = engine.ledger().find(id).orElseThrow();
            return new Template(entry.row().core(), entry.kept(), id);
        }
    }

    private void begin(Ledger ledger) throws StoreException {
        Template of = Objects.requireNonNull(template);
        byte[] bits = new byte[ProposalId.BYTES];
        random.nextBytes(bits);
        ProposalId id = ProposalId.of(bits);
        boolean isKnown = random.nextInt(4) > 0;
        int persons = isKnown ? random.nextInt(4) : random.nextInt(2);
        boolean other = isKnown && persons > 0 && random.nextBoolean();
        String core =
                of.core()
                        .replace(of.id().value(), id.value())
                        .replace(
                                "\"person\":\"ana\"",
                                isKnown ? "\"person\":\"ana\"" : "\"person\":null")
                        .replaceFirst(
                                "\"quorum\":\\{[^}]*}",
                                "\"quorum\":{\"other_person\":%s,\"permitted_by\":%s,\"persons\":%s}"
                                        .formatted(
                                                other, persons == 0 ? "\"auto\"" : "null", persons))
                        .replace("\"within\":\"60s\"", "\"within\":\"200s\"")
                        .replaceFirst("\"created\":\"[^\"]*\"", "\"created\":\"" + text(0) + "\"")
                        .replaceFirst(
                                "\"expires\":\"[^\"]*\"",
                                "\"expires\":\""
                                        + text(random.nextInt(3) == 0 ? 300 : 3600)
                                        + "\"");
        byte[] bytes = core.getBytes(UTF_8);
        RecordedCore recorded = Engine.valid(RecordedCore.read(bytes));
        Plan plan =
                new Plan(
                        recorded.created(),
                        recorded.expires(),
                        recorded.verification().orElseThrow().within(),
                        random.nextInt(5) == 0 ? null : Duration.ofMinutes(2));
        Quorum quorum = recorded.quorum();
        Proposal proposal =
                Engine.valid(Proposal.make(id, recorded.digest(), recorded.person(), quorum, plan));
        Kept kept = new Kept(proposal, of.kept().arguments(), Duration.ofMinutes(15), null, null);
        made++;
        Store.Proposal row =
                new Store.Proposal(
                        id.value(),
                        core,
                        proposal.state().name(),
                        0,
                        kept.text(),
                        recorded.requester().value(),
                        "effect-" + made,
                        true,
                        Instant.EPOCH,
                        recorded.created());
        assertThat(
                        ledger.insert(
                                row,
                                recorded,
                                kept,
                                new Leaf(
                                        "proposed",
                                        NOON.plusSeconds(second),
                                        Map.of("proposal", id.value())),
                                (in, now) -> Optional.<String>empty()))
                .isEmpty();
        Twin twin = new Twin(id, proposal);
        if (twins.size() < OPEN) {
            twins.add(twin);
        } else {
            twins.set(random.nextInt(OPEN), twin);
        }
        compare(ledger, twin);
    }

    /** The time of a core: a walk begins a little before its expiry. */
    private String text(int after) {
        return UtcTime.text(NOON.plusSeconds(second + after));
    }

    private void step(Ledger ledger, Twin twin) throws StoreException {
        Event event = event(twin);
        StoreTime now = new StoreTime(NOON.plusSeconds(second));
        Step expected = twin.proposal.apply(event, now);

        Applied applied = ledger.apply(twin.id, event, Telling.of("step"));

        boolean isRead = true;
        switch (expected) {
            case Step.Taken(Proposal next) -> {
                assertThat(applied).isInstanceOf(Applied.Taken.class);
                if (next.state() == ProposalState.SENDING
                        && twin.proposal.state() != ProposalState.SENDING) {
                    twin.sends++;
                }
                if (event instanceof Event.Stop) {
                    twin.isKeptBack =
                            Objects.requireNonNull(twin.proposal.attempt()).handle() == null;
                }
                twin.proposal = next;
            }
            case Step.Refused(Step.Reason reason, String problem) -> {
                assertThat(applied).isEqualTo(new Applied.Refused(reason, problem));
                // Whatever a refusal left behind would show at the next look, too.
                isRead = random.nextInt(10) == 0;
            }
        }
        if (isRead) {
            compare(ledger, twin);
        }
        seen.add(twin.proposal.state());
        assertThat(twin.sends).isLessThanOrEqualTo(1);
        assertThat(twin.proposal.attempt() != null).isEqualTo(twin.sends == 1 && !twin.isKeptBack);
    }

    private static void compare(Ledger ledger, Twin twin) throws StoreException {
        Ledger.Entry entry = ledger.find(twin.id).orElseThrow();
        assertThat(entry.proposal()).isEqualTo(twin.proposal);
        assertThat(entry.row().state()).isEqualTo(twin.proposal.state().name());
        assertThat(entry.row().held()).isEqualTo(twin.proposal.state().holdsEffectKey());
    }

    private Event event(Twin twin) {
        return switch (random.nextInt(30)) {
            case 0, 1, 2, 3, 4 -> decide(twin);
            case 5, 6, 7, 8 -> new Event.Claim(checks());
            case 9, 10, 11 ->
                    new Event.Send(
                            reading(),
                            random.nextInt(8) == 0,
                            rarely()
                                    ? checks()
                                    : new Event.Checks(
                                            new Decision.Permit("auto"),
                                            PERSONS.stream()
                                                    .map(LedgerModelTest::fingerprint)
                                                    .collect(Collectors.toSet()),
                                            List.of()));
            case 12 -> new Event.Accept("command \"7\" \u2028");
            case 13, 14 ->
                    new Event.Answer(
                            List.of(Outcome.values()).get(random.nextInt(4)), "as told \u00e9\"");
            case 15, 16, 17, 27, 28, 29 -> {
                Reading reading = reading();
                yield new Event.Look(reading == null ? new Reading.Unreadable() : reading);
            }
            case 18 -> {
                second += random.nextInt(3) == 0 ? 0 : 120;
                yield new Event.Close();
            }
            case 19, 20 -> new Event.Search(List.of(Sighting.values()).get(random.nextInt(3)));
            case 21 -> rarely() ? new Event.Withdraw() : new Event.Restart();
            case 22 -> rarely() ? new Event.Supersede() : new Event.Expire();
            case 23 -> rarely() ? new Event.Stop("frozen") : new Event.Expire();
            case 24 ->
                    rarely()
                            ? new Event.DoneByHand(new Person("bo"), reading(), "by hand")
                            : new Event.Expire();
            case 25 ->
                    rarely()
                            ? new Event.Resolve(new Person("bo"), random.nextBoolean(), "saw")
                            : new Event.Search(Sighting.ABSENT);
            default -> new Event.Restart();
        };
    }

    private Event decide(Twin twin) {
        String person = PERSONS.get(random.nextInt(3));
        Instant issued = NOON.plusSeconds(second);
        Statement statement =
                new Statement(
                        random.nextInt(12) == 0
                                ? Statement.Decision.REJECT
                                : Statement.Decision.APPROVE,
                        new ServerId("s-1"),
                        twin.id,
                        random.nextInt(20) == 0 ? Digest.of() : twin.proposal.digest(),
                        Digest.of(),
                        new Person(person),
                        fingerprint(person),
                        new Challenge(HexFormat.of().toHexDigits(random.nextInt(6)).repeat(8)),
                        issued,
                        issued.plusSeconds(300));
        return new Event.Decide(
                new Verified(statement, Digest.of(statement.bytes()), SshPublicKey.Kind.ED25519, 0),
                decision());
    }

    private static String fingerprint(String person) {
        return "SHA256:" + person + "x".repeat(43 - person.length());
    }

    private Event.Checks checks() {
        return new Event.Checks(
                decision(), keys(), random.nextInt(10) == 0 ? List.of(obstacle()) : List.of());
    }

    private Set<String> keys() {
        Set<String> keys = new HashSet<>();
        for (String person : PERSONS) {
            if (random.nextInt(12) != 0) {
                keys.add(fingerprint(person));
            }
        }
        return keys;
    }

    private Decision decision() {
        return switch (random.nextInt(20)) {
            case 0 -> new Decision.Forbid("no", "never");
            case 1 -> new Decision.Approve("wide", 2, "");
            case 2, 3, 4, 5, 6, 7 -> new Decision.Permit("auto");
            default -> new Decision.Approve(null, 1, "");
        };
    }

    private static Event.Obstacle obstacle() {
        return new Event.Obstacle(Event.Obstacle.Kind.TARGETS, "another set");
    }

    private @Nullable Reading reading() {
        return switch (random.nextInt(10)) {
            case 0 -> null;
            case 1 -> new Reading.Unreadable();
            case 2, 3, 4, 5 ->
                    new Reading.Seen(true, NOON.plusSeconds(second - random.nextInt(20)));
            default -> new Reading.Seen(false, NOON.plusSeconds(second));
        };
    }

    private boolean rarely() {
        return random.nextInt(6) == 0;
    }
}
