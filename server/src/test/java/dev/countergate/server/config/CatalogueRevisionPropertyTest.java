package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.request.Renderer;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.revision.Revision;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.rule.Facts;
import dev.countergate.policy.rule.Rules;
import dev.countergate.policy.rule.Situation;
import dev.countergate.policy.rule.Usage;
import dev.countergate.policy.rule.Vocabulary;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.YamlLimits;
import dev.countergate.server.yaml.YamlParser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whatever edit lets a call through more easily, or changes what a call that is no plain read sends, is judged to loosen. Both
 * catalogues decide the same calls, and their decisions are compared.
 */
@Tag("long")
class CatalogueRevisionPropertyTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Edits tried; more by {@code -Drevision.edits}. */
    private static final int EDITS = Integer.getInteger("revision.edits", 80);

    private static final long SEED = Long.getLong("revision.seed", 20260101L);

    private static final List<String> WORDS =
            List.of(
                    "read",
                    "notify",
                    "write",
                    "forbidden",
                    "low",
                    "moderate",
                    "high",
                    "critical",
                    "observe",
                    "propose",
                    "auto",
                    "permit",
                    "approve",
                    "forbid",
                    "GET",
                    "POST",
                    "1m",
                    "1h",
                    "2h",
                    "5m",
                    "20m",
                    "S0",
                    "S1",
                    "S2",
                    "web",
                    "db",
                    "ana",
                    "bob",
                    "service",
                    "minutes",
                    "area",
                    "compute",
                    "team",
                    "prod",
                    "staging",
                    "metrics",
                    "fleet",
                    "error_ratio",
                    "memory",
                    "start",
                    "{service}",
                    "/issue",
                    "restart",
                    "https://wiki.example.com/x",
                    "https://vault.example.com/list",
                    "true",
                    "args.service == \"db\"",
                    "args.minutes > 30",
                    "tool.effect == \"read\"",
                    "tool.risk == \"high\"",
                    "size(args) > 3",
                    "size(tool.labels) > 1",
                    "tool.reversible",
                    "environment == \"prod\"",
                    "tool.labels.area == \"compute\"",
                    "tool.name != \"memory\"",
                    "request.kind == \"prometheus\"",
                    "principal.person == \"ana\"");

    /** A tool of every kind, rules that hold reads back and rules that let writes go. */
    private static JsonNode base;

    @BeforeAll
    static void read_the_catalogue() {
        base =
                parsed(
                        CatalogueRevisionTest.CATALOGUE
                                .replace("mode: propose", "mode: auto")
                                .replace("reversible: false", "reversible: true")
                                .replace(
                                        "rules:\n",
                                        """
                                        rules:
                                            - {id: all, then: permit, when: 'tool.name == "restart"'}
                                            - {id: mem, then: forbid, when: 'tool.name == "memory" && args.service == "db"'}
                                            - {id: risky, then: approve, approvals: 3, when: 'tool.risk == "critical" && tool.effect == "write"'}
                                        """));
        assertThat(CatalogueRevisionTest.given(base.toString()).faults()).isEmpty();
    }

    private static JsonNode parsed(String yaml) {
        return new YamlParser(YamlLimits.DEFAULT)
                .parse("c.yaml", yaml, new Report())
                .orElseThrow()
                .json();
    }

    @Test
    void no_edit_makes_a_decision_weaker_without_being_judged_to_loosen() {
        Random random = new Random(SEED);
        int good = 0;
        int weaker = 0;
        for (int i = 0; i < EDITS; i++) {
            JsonNode before = base;
            if (random.nextInt(4) == 0) {
                before = edited(base, random);
            }
            JsonNode after = before;
            for (int steps = 1 + random.nextInt(2); steps > 0; steps--) {
                after = edited(after, random);
            }
            Catalogue accepted = catalogue(before);
            Catalogue next = catalogue(after);
            if (accepted == null || next == null) {
                continue;
            }
            good++;
            Revision revision = Revision.between(accepted, next);
            assertThat(revision.differences().isEmpty())
                    .as("edit %d", i)
                    .isEqualTo(accepted.digest().equals(next.digest()));
            String weakened = weakened(accepted, next, random);
            if (weakened != null) {
                weaker++;
                assertThat(revision.loosens())
                        .as("edit %d: %s\n%s\n%s", i, weakened, revision.lines(), after)
                        .isTrue();
            }
        }
        assertThat(good).as("edits that load").isGreaterThan(EDITS / 10);
        assertThat(weaker).as("edits that weaken").isGreaterThan(EDITS / 100);
    }

    private static @Nullable Catalogue catalogue(JsonNode tree) {
        return CatalogueRevisionTest.given(tree.toString()).load() instanceof Loading.Loaded loaded
                ? loaded.catalogue()
                : null;
    }

    /** {@code tree} with something in it taken away, put in, or exchanged. */
    private static JsonNode edited(JsonNode tree, Random random) {
        JsonNode copy = tree.deepCopy();
        List<JsonNode> containers = new ArrayList<>();
        collect(copy, containers);
        // What holds calls back is a small part of a catalogue, and most of what can weaken.
        List<JsonNode> holding = new ArrayList<>();
        collect(copy.path(random.nextBoolean() ? "guards" : "policy"), holding);
        List<JsonNode> chosen = holding.isEmpty() || random.nextInt(3) == 0 ? containers : holding;
        JsonNode container = chosen.get(random.nextInt(chosen.size()));
        if (container instanceof ObjectNode object) {
            List<String> names = List.copyOf(object.propertyNames());
            String name = names.isEmpty() ? "x" : names.get(random.nextInt(names.size()));
            switch (random.nextInt(5)) {
                case 0 -> object.remove(name);
                case 1 -> {
                    // The member of that name from somewhere else.
                    List<JsonNode> others =
                            containers.stream()
                                    .filter(each -> each.isObject() && each.has(name))
                                    .toList();
                    object.set(
                            name, others.get(random.nextInt(others.size())).get(name).deepCopy());
                }
                case 2 -> {
                    JsonNode from = containers.get(random.nextInt(containers.size()));
                    from.properties().stream()
                            .skip(from.isEmpty() ? 0 : random.nextInt(from.size()))
                            .findFirst()
                            .ifPresent(
                                    member ->
                                            object.set(
                                                    member.getKey(), member.getValue().deepCopy()));
                }
                default -> object.set(name, other(object.get(name), random));
            }
        } else if (container.isArray() && !container.isEmpty()) {
            ArrayNode array = (ArrayNode) container;
            int at = random.nextInt(array.size());
            switch (random.nextInt(3)) {
                case 0 -> array.remove(at);
                case 1 -> {
                    JsonNode twin = array.get(at).deepCopy();
                    for (String key : List.of("name", "id")) {
                        if (twin instanceof ObjectNode object && object.has(key)) {
                            object.put(key, object.get(key).asString() + "_" + random.nextInt(3));
                        }
                    }
                    array.add(twin);
                }
                default -> array.set(at, other(array.get(at), random));
            }
        }
        return copy;
    }

    private static void collect(JsonNode value, List<JsonNode> containers) {
        if (value.isContainer()) {
            containers.add(value);
            value.forEach(part -> collect(part, containers));
        }
    }

    private static JsonNode other(@Nullable JsonNode value, Random random) {
        if (value != null && value.isBoolean()) {
            return NODES.booleanNode(!value.booleanValue());
        }
        if (value != null && value.isNumber()) {
            return NODES.numberNode(Math.max(0, value.intValue() + random.nextInt(5) - 2));
        }
        if (value != null && value.isContainer()) {
            return value;
        }
        return NODES.stringNode(WORDS.get(random.nextInt(WORDS.size())));
    }

    /** The first call that is let through more easily by {@code next}, or null. */
    private static @Nullable String weakened(Catalogue accepted, Catalogue next, Random random) {
        Rules before = rules(accepted);
        Rules after = rules(next);
        for (Tool tool : next.tools()) {
            Tool earlier = accepted.find(tool.name()).orElse(null);
            if (earlier == null && tool.effect() == Effect.READ) {
                continue; // a new read is judged by where it reads, which has a table of its own
            }
            for (int i = 0; i < 8; i++) {
                ObjectNode arguments = arguments(tool, random);
                int attempts = List.of(0, 2, 3, 50).get(random.nextInt(4));
                PrincipalId principal =
                        PrincipalId.unix(List.of("ana", "bob", "eve").get(random.nextInt(3)));
                Call was = call(accepted, before, tool.name(), arguments, attempts, principal);
                Call is = call(next, after, tool.name(), arguments, attempts, principal);
                boolean free =
                        earlier != null
                                && earlier.effect() == Effect.READ
                                && tool.effect() == Effect.READ;
                boolean sendsAnother =
                        !free && is.strictness() < FORBIDDEN && !is.request().equals(was.request());
                // A read that took no such arguments before may take them now.
                boolean isWeaker =
                        is.strictness() < Math.min(was.strictness(), FORBIDDEN)
                                && !(free && was.strictness() == NO_CALL);
                if (isWeaker || sendsAnother) {
                    return tool.name() + " " + arguments + ": " + was + " -> " + is;
                }
            }
        }
        return null;
    }

    private static final int FORBIDDEN = 100;
    private static final int NO_CALL = 101;

    /**
     * What becomes of a call.
     *
     * @param strictness 0 let through, then persons asked for, twice, one more where another one must be among them
     */
    private record Call(int strictness, String request) {}

    private static Call call(
            Catalogue catalogue,
            Rules rules,
            ToolName name,
            JsonNode given,
            int attempts,
            PrincipalId principal) {
        Tool tool = catalogue.find(name).orElse(null);
        if (tool == null
                || !(tool.parameters().bind(given) instanceof Checked.Valid<Arguments>(var bound))
                || !(Renderer.render(tool, bound, catalogue::backend)
                        instanceof Checked.Valid<Request>(var request))) {
            return new Call(NO_CALL, "");
        }
        Situation situation =
                new Situation(
                        tool,
                        bound,
                        Facts.of(request),
                        principal,
                        catalogue.person(principal).orElse(null),
                        catalogue.environment(tool, bound),
                        Instant.EPOCH,
                        Usage.of(
                                Usage.keys(tool, bound).stream()
                                        .collect(Collectors.toMap(key -> key, key -> attempts))),
                        null);
        int strictness =
                switch (rules.decide(situation)) {
                    case Decision.Permit permit -> 0;
                    case Decision.Approve approve ->
                            2 * approve.approvals()
                                    + (tool.guard().approvals().otherPerson() ? 1 : 0);
                    case Decision.Forbid forbid -> FORBIDDEN;
                };
        return new Call(strictness, String.valueOf(request));
    }

    private static Rules rules(Catalogue catalogue) {
        return switch (Rules.compile(catalogue.policy(), Vocabulary.of(catalogue.tools()))) {
            case Checked.Valid<Rules>(Rules rules) -> rules;
            case Checked.Invalid<Rules> faulty -> throw new AssertionError("a loaded catalogue");
        };
    }

    private static ObjectNode arguments(Tool tool, Random random) {
        ObjectNode arguments = NODES.objectNode();
        for (String name : tool.parameters().names()) {
            if (random.nextInt(6) > 0) {
                if (name.equals("minutes")) {
                    arguments.put(
                            name, IntStream.of(3, 5, 31, 60, 61).toArray()[random.nextInt(5)]);
                } else {
                    arguments.put(name, List.of("web", "db", "dns").get(random.nextInt(3)));
                }
            }
        }
        return arguments;
    }
}
