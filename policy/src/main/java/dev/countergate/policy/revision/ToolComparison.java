package dev.countergate.policy.revision;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.rule.RuleSight;
import dev.countergate.policy.rule.Vocabulary;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Compares the tools of two catalogues and their guards. */
final class ToolComparison {
    /** What an agent is told, or how much of an answer it gets at once; nothing a call does hangs on it. */
    private static final Set<String> TEXTS =
            Set.of("description", "max_bytes", "max_rows", "max_series");

    private final Catalogue accepted;
    private final Catalogue next;
    private final Differences differences;
    private final List<RuleSight> acceptedRules;
    private final List<RuleSight> allRules;
    private final Reads reads;
    private final Set<ToolName> readByGuards = new HashSet<>();

    ToolComparison(Catalogue accepted, Catalogue next, Differences differences) {
        this.accepted = accepted;
        this.next = next;
        this.differences = differences;
        this.acceptedRules = RuleSight.of(accepted.policy());
        this.allRules = new ArrayList<>(acceptedRules);
        allRules.addAll(RuleSight.of(next.policy()));
        this.reads = new Reads(accepted, acceptedRules);
        accepted.tools().forEach(tool -> readByGuards.addAll(tool.guard().tools()));
        next.tools().forEach(tool -> readByGuards.addAll(tool.guard().tools()));
    }

    void compare() {
        Set<ToolName> names = new LinkedHashSet<>();
        accepted.tools().forEach(tool -> names.add(tool.name()));
        next.tools().forEach(tool -> names.add(tool.name()));
        GuardComparison guards = new GuardComparison(accepted.policy(), allRules, differences);
        for (ToolName name : names) {
            Tool before = accepted.find(name).orElse(null);
            Tool after = next.find(name).orElse(null);
            if (before == null && after != null) {
                differences.tell(added(after), "tools." + name, null, whole(next, name));
            } else if (before != null && after == null) {
                differences.tell(Judgement.TIGHTENS, "tools." + name, whole(accepted, name), null);
            } else if (before != null && after != null) {
                compare(before, after);
                guards.compare(
                        before,
                        after,
                        accepted.entries().guards().get(name),
                        next.entries().guards().get(name));
            }
        }
        compareRestrictions();
        compareNames();
        compareOrder();
    }

    private static ObjectNode whole(Catalogue catalogue, ToolName name) {
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.set("entry", catalogue.entries().tools().get(name));
        JsonNode guard = catalogue.entries().guards().get(name);
        if (guard != null) {
            whole.set("guard", guard);
        }
        return whole;
    }

    private Judgement added(Tool tool) {
        return switch (tool.effect()) {
            case READ -> reads.allow(next, tool) ? Judgement.NEUTRAL : Judgement.LOOSENS;
            case NOTIFY, WRITE -> Judgement.LOOSENS;
            case FORBIDDEN -> Judgement.NEUTRAL;
        };
    }

    private void compare(Tool before, Tool after) {
        String path = "tools." + after.name();
        JsonNode one = entry(accepted, before.name());
        JsonNode other = entry(next, after.name());
        Set<String> keys = Differences.keys(one, other);
        boolean isAnother = before.effect() != after.effect();
        if (isAnother && !keys.contains("effect")) {
            differences.tell(
                    effect(before, after),
                    path
                            + " is of effect `"
                            + before.effect().word()
                            + "` -> `"
                            + after.effect().word()
                            + "`");
        }
        Judgement elsewhere = ofAction(before, after);
        if (!names(before).equals(names(after))) {
            differences.tell(
                    elsewhere,
                    path + " reaches the backends " + names(before) + " -> " + names(after));
        }
        for (String key : keys) {
            Judgement judgement =
                    switch (key) {
                        case "effect" -> isAnother ? effect(before, after) : Judgement.NEUTRAL;
                        case "params" -> parameters(before, after, elsewhere);
                        default -> TEXTS.contains(key) ? Judgement.NEUTRAL : elsewhere;
                    };
            differences.tell(judgement, path + "." + key, one.get(key), other.get(key));
        }
    }

    private static JsonNode entry(Catalogue catalogue, ToolName name) {
        return catalogue
                .entries()
                .tools()
                .getOrDefault(name, JsonNodeFactory.instance.objectNode());
    }

    private static Set<String> names(Tool tool) {
        Set<String> names = new TreeSet<>();
        tool.action().backends().stream().map(BackendName::value).forEach(names::add);
        return names;
    }

    /** A read may become another one where agents read freely, unless something hangs on what it shows. */
    private Judgement ofAction(Tool before, Tool after) {
        return before.effect() == Effect.READ
                        && reads.allow(next, after)
                        && !readByGuards.contains(after.name())
                ? Judgement.NEUTRAL
                : Judgement.LOOSENS;
    }

    private Judgement effect(Tool before, Tool after) {
        if (after.effect() == Effect.FORBIDDEN) {
            return Judgement.TIGHTENS;
        }
        // A limit that stops a read only makes a write ask for a person.
        boolean softens = before.guard().limits().stream().anyMatch(limit -> !limit.forbids());
        boolean seen = allRules.stream().anyMatch(rule -> rule.sees("tool.effect"));
        return softens || seen
                ? Judgement.LOOSENS
                : Judgement.ofMore(before.effect(), after.effect());
    }

    private Judgement parameters(Tool before, Tool after, Judgement otherwise) {
        return ParameterComparison.judge(before.parameters(), after.parameters(), otherwise);
    }

    /** Else a forbidden read could be removed in one step, and come back as a new one in the next. */
    private void compareRestrictions() {
        Reads after = new Reads(next, RuleSight.of(next.policy()));
        for (String origin : reads.restricted()) {
            if (after.origins().contains(origin) && !after.restricted().contains(origin)) {
                differences.tell(
                        Judgement.LOOSENS,
                        "reads of " + origin + ": nothing restricts any of them any more");
            }
        }
    }

    /** A rule that looks at which names there are sees every tool's. */
    private void compareNames() {
        Vocabulary before = Vocabulary.of(accepted.tools());
        Vocabulary after = Vocabulary.of(next.tools());
        if (!before.equals(after)) {
            acceptedRules.stream()
                    .filter(RuleSight::seesNames)
                    .forEach(
                            rule ->
                                    differences.tell(
                                            Judgement.LOOSENS,
                                            "policy.rules."
                                                    + rule.rule().id()
                                                    + ": sees the names of all parameters and labels, and there are others now"));
        }
    }

    private void compareOrder() {
        List<ToolName> before = order(accepted, next);
        List<ToolName> after = order(next, accepted);
        if (!before.equals(after)) {
            differences.tell(Judgement.NEUTRAL, "tools: in another order");
        }
    }

    private static List<ToolName> order(Catalogue catalogue, Catalogue other) {
        return catalogue.tools().stream()
                .map(Tool::name)
                .filter(name -> other.find(name).isPresent())
                .toList();
    }
}
