package dev.countergate.policy.change;

import static dev.countergate.policy.change.Cores.bytes;
import static dev.countergate.policy.change.Cores.core;
import static dev.countergate.policy.change.Cores.restart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.CanonicalJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@NullMarked
class RecordedCoreTest {
    private static final Core CORE = core(restart("true", List.of("i-1", "i-2")), "please");

    /** What may stand anywhere in a row that somebody edited. */
    private static final List<String> OTHERS =
            List.of(
                    "null",
                    "\"\"",
                    "\"x\"",
                    "\"ms\"",
                    "\"-1s\"",
                    "\"99999999999999999999s\"",
                    "0",
                    "-1",
                    "1",
                    "9007199254740991",
                    "true",
                    "false",
                    "[]",
                    "[1]",
                    "{}",
                    "{\"a\":1}");

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static ObjectNode whole() {
        return (ObjectNode) ((Checked.Valid<JsonNode>) CanonicalJson.read(bytes(CORE))).value();
    }

    private static Checked<RecordedCore> read(JsonNode edited) {
        return CanonicalJson.write(edited).then(RecordedCore::read);
    }

    @Test
    void gives_what_the_core_said() {
        RecordedCore read = ((Checked.Valid<RecordedCore>) read(whole())).value();

        assertThat(read.digest()).isEqualTo(Core.digest(bytes(CORE)));
        assertThat(read.proposal()).isEqualTo(CORE.proposal());
        assertThat(read.requester()).isEqualTo(CORE.requester());
        assertThat(read.person()).isEqualTo(new Person("ana"));
        assertThat(read.tool()).isEqualTo(CORE.tool());
        assertThat(read.hasArguments(CORE.arguments())).isTrue();
        assertThat(read.rule()).isEqualTo("wide");
        assertThat(read.risk()).isEqualTo("moderate");
        assertThat(read.environment()).isEqualTo("prod");
        assertThat(read.request()).isEqualTo(whole().get("request"));
        assertThat(read.verb()).isEqualTo(CORE.request().verb());
        assertThat(read.targets()).isEqualTo(CORE.request().targets());
        assertThat(read.digests()).isEqualTo(CORE.digests());
        assertThat(read.quorum()).isEqualTo(CORE.quorum());
        assertThat(read.verification()).isEqualTo(Optional.ofNullable(CORE.verification()));
        assertThat(read.undo()).isEqualTo(Optional.ofNullable(CORE.undo()));
        assertThat(read.created()).isEqualTo(CORE.created());
        assertThat(read.expires()).isEqualTo(CORE.expires());
        assertThat(read.separation()).isEqualTo("S0");
    }

    @Test
    void asks_for_keys_that_verify_their_person_where_the_core_says_so() {
        ObjectNode asking = whole();
        ((ObjectNode) asking.get("quorum")).put("verification", true);
        ObjectNode odd = whole();
        ((ObjectNode) odd.get("quorum")).put("verification", false);

        assertThat(whole().get("quorum").propertyNames())
                .as("as an earlier version wrote it")
                .containsExactlyInAnyOrder("other_person", "permitted_by", "persons");
        assertThat(quorum(whole())).isEqualTo(Quorum.of(2, true, false));
        assertThat(text(odd)).isEmpty();
        assertThat(quorum(asking)).isEqualTo(Quorum.of(2, true, true));
        assertThat(text(whole())).contains("one of them not").doesNotContain("verifies its person");
        assertThat(text(asking))
                .contains("\n  each with a key that verifies its person, by PIN or fingerprint\n");
    }

    private static Quorum quorum(ObjectNode core) {
        return ((Checked.Valid<RecordedCore>) read(core)).value().quorum();
    }

    private static String text(ObjectNode core) {
        return CanonicalJson.write(core).then(View::of) instanceof Checked.Valid<View>(View view)
                ? view.text()
                : "";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "/digests                | ",
                "/digests/backends       | ",
                "/digests/backends       | []",
                "/digests/backends/fleet | 1",
                "/digests/tool           | \"x\"",
                "/quorum                 | ",
                "/quorum/persons         | \"x\"",
                "/quorum/persons         | 9007199254740991",
                "/quorum/persons         | 0",
                "/quorum/other_person    | \"true\"",
                "/quorum/other_person    | ",
                "/quorum/verification    | \"true\"",
                "/quorum/verification    | null",
                "/quorum/verification    | false",
                "/quorum/permitted_by    | 1",
                "/quorum/permitted_by    | ",
                "/verification           | ",
                "/verification           | \"none\"",
                "/verification/every     | \"\"",
                "/verification/every     | \"s\"",
                "/verification/within    | \"-1s\"",
                "/verification/within    | \"99999999999999999999s\"",
                "/verification/arguments | []",
                "/verification/arguments | {\"service\":1}",
                "/undo                   | []",
                "/undo/arguments         | ",
                "/person                 | ",
                "/person                 | 1",
                "/person                 | \"\"",
                "/rule                   | ",
                "/rule                   | null",
                "/rule/id                | 1",
                "/targets                | \"i-1\"",
                "/targets                | [1]",
                "/targets                | ",
                "/request                | ",
                "/request                | []",
                "/arguments              | ",
                "/arguments              | [1]",
                "/separation             | ",
                "/created                | \"yesterday\"",
                "/expires                | 1",
                "/version                | 2",
                "/version                | \"1\"",
                "/version                | ",
            })
    void says_why_a_text_is_no_core(String at, @Nullable String text) {
        ObjectNode edited = whole();
        int slash = at.lastIndexOf('/');
        ObjectNode parent = (ObjectNode) edited.at(at.substring(0, slash));
        if (text == null) {
            parent.remove(at.substring(slash + 1));
        } else {
            parent.set(at.substring(slash + 1), json(text));
        }

        assertThat(read(edited).faultsFound())
                .singleElement()
                .satisfies(fault -> assertThat(fault.text()).startsWith("not a core: "));
    }

    /** Each member and item in turn is taken out, or another value put in its place: a fault, or a core whole through and through. */
    @Test
    void takes_no_text_that_would_fail_later() {
        int edits = 0;
        int cores = 0;
        for (Consumer<ObjectNode> edit : edits()) {
            ObjectNode edited = whole();
            edit.accept(edited);
            edits++;
            if (read(edited) instanceof Checked.Valid<RecordedCore>(RecordedCore core)) {
                cores++;
                assertThat(askAll(core)).as("%s", edited).doesNotContainNull();
            }
        }

        assertThat(edits).isGreaterThan(1_000);
        assertThat(cores).isBetween(100, edits - 500);
    }

    private static List<Object> askAll(RecordedCore core) {
        return List.of(
                core.digest(),
                core.proposal(),
                core.requester(),
                Optional.ofNullable(core.person()),
                core.tool(),
                core.arguments(),
                core.hasArguments(CORE.arguments()),
                Optional.ofNullable(core.rule()),
                core.risk(),
                core.environment(),
                core.request(),
                core.verb(),
                core.targets(),
                core.digests(),
                core.quorum(),
                core.verification(),
                core.undo(),
                core.created(),
                core.expires(),
                core.separation(),
                core.summary());
    }

    private static List<Consumer<ObjectNode>> edits() {
        List<Consumer<ObjectNode>> edits = new ArrayList<>();
        edits("", whole(), edits);
        return edits;
    }

    private static void edits(String at, JsonNode value, List<Consumer<ObjectNode>> edits) {
        for (String name : value.propertyNames()) {
            edits.add(whole -> ((ObjectNode) whole.at(at)).remove(name));
            for (String other : OTHERS) {
                edits.add(whole -> ((ObjectNode) whole.at(at)).set(name, json(other)));
            }
            edits(at + "/" + name, value.get(name), edits);
        }
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            int item = i;
            for (String other : OTHERS) {
                edits.add(whole -> ((ArrayNode) whole.at(at)).set(item, json(other)));
            }
            edits(at + "/" + i, value.get(i), edits);
        }
    }
}
