package dev.countergate.server.proposal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.change.Attempt;
import dev.countergate.policy.change.Event;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Event.Sighting;
import dev.countergate.policy.change.Plan;
import dev.countergate.policy.change.Proposal;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.change.Reading;
import dev.countergate.policy.change.Step;
import dev.countergate.policy.change.StoreTime;
import dev.countergate.policy.parameter.JsonText;
import dev.countergate.server.audit.Store;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class KeptTest {
    @TempDir private Path folder;

    private Engine engine;
    private Ledger.Entry entry;

    @BeforeEach
    void begins() throws Exception {
        engine = new Engine(folder, Engine.TOOLS + Engine.PLAIN);
        String id = engine.propose("web").value();
        Store.Proposal row = engine.store().read(rows -> rows.proposal(id)).orElseThrow();
        entry = Ledger.entry(row);
    }

    @AfterEach
    void ends() {
        engine.close();
    }

    /** It is rendered again before it is sent, and must come out as it was seen. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740993",
                "12345678901234567890123",
                "9007199254740993.0",
                "9007199254740993e1",
                "1e22",
                "0.12345678901234567890",
                "1e39",
                "1e40"
            })
    void keeps_a_number_as_it_is_sent(String number) {
        JsonNode bound =
                number.matches("[0-9]+")
                        ? JsonNodeFactory.instance.numberNode(
                                new BigDecimal(number).toBigIntegerExact())
                        : JsonNodeFactory.instance.numberNode(new BigDecimal(number));
        ObjectNode arguments = JsonNodeFactory.instance.objectNode().set("id", bound);
        Kept kept =
                new Kept(entry.kept().proposal(), arguments, Duration.ofMinutes(15), null, null);

        Kept read = Kept.of(kept.text(), entry.core(), entry.state());

        assertThat(JsonText.exact(read.arguments().get("id"))).isEqualTo(JsonText.exact(bound));
    }

    private Proposal unknown() {
        Proposal pending = entry.kept().proposal();
        Plan plan =
                new Plan(
                        pending.plan().created(),
                        pending.plan().expires(),
                        null,
                        Duration.ofMinutes(2));
        Attempt attempt =
                new Attempt(
                        Engine.NOON,
                        new Reading.Unreadable(),
                        "command-1",
                        Outcome.OUTCOME_UNKNOWN,
                        Engine.NOON.plusSeconds(300),
                        null);
        return new Proposal(
                pending.id(),
                pending.digest(),
                pending.requester(),
                pending.quorum(),
                plan,
                ProposalState.OUTCOME_UNKNOWN,
                "timeout",
                List.of(),
                attempt,
                null);
    }

    private Proposal read(String text) {
        return Kept.of(text, entry.core(), ProposalState.OUTCOME_UNKNOWN).proposal();
    }

    private static Proposal absent(Proposal proposal, int second) {
        return switch (proposal.apply(
                new Event.Search(Sighting.ABSENT),
                new StoreTime(Engine.NOON.plusSeconds(second)))) {
            case Step.Taken(Proposal next) -> next;
            case Step.Refused refused -> throw new AssertionError(refused);
        };
    }

    @Test
    void keeps_an_attempt() {
        Proposal unknown = unknown();

        assertThat(read(entry.kept().with(unknown).text())).isEqualTo(unknown);
        assertThat(read(entry.kept().with(absent(unknown, 400)).text()))
                .isEqualTo(absent(unknown, 400));
    }

    /** An earlier version kept no end; the first search came after it, whenever that was. */
    @Test
    void an_attempt_without_an_end_settles_from_its_first_search_on() {
        String text = entry.kept().with(unknown()).text();
        Proposal old = read(text.replaceFirst("\"ended_at\":\"[^\"]*\",", ""));
        Proposal once = absent(old, 400);

        assertThat(Objects.requireNonNull(old.attempt()).endedAt()).isNull();
        assertThat(absent(once, 519).state()).isEqualTo(ProposalState.OUTCOME_UNKNOWN);
        assertThat(absent(once, 520).state()).isEqualTo(ProposalState.FOUND_NOT_APPLIED);
    }
}
