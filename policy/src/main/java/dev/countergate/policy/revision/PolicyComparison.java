package dev.countergate.policy.revision;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Policy.RuleText;
import dev.countergate.policy.catalogue.Policy.Then;
import dev.countergate.policy.rule.RuleSight;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Compares what holds for all tools, and which folder of runbooks agents may read. */
final class PolicyComparison {
    private final Catalogue accepted;
    private final Catalogue next;
    private final Differences differences;

    PolicyComparison(Catalogue accepted, Catalogue next, Differences differences) {
        this.accepted = accepted;
        this.next = next;
        this.differences = differences;
    }

    void compare() {
        compareRunbooks();
        JsonNode before = accepted.entries().policy();
        JsonNode after = next.entries().policy();
        for (String key : Differences.keys(before, after)) {
            if (key.equals("rules")) {
                compareRules(before.get(key), after.get(key));
            } else {
                differences.tell(
                        judge(key, accepted.policy(), next.policy()),
                        "policy." + key,
                        before.get(key),
                        after.get(key));
            }
        }
    }

    private static Judgement judge(String key, Policy before, Policy after) {
        return switch (key) {
            case "mode" -> Judgement.ofLess(before.mode(), after.mode());
            case "separation" -> Judgement.ofMore(least(before), least(after));
            case "max_open_proposals" ->
                    Judgement.ofLess(before.openProposalsMax(), after.openProposalsMax());
            case "breaker" ->
                    Judgement.ofLess(before.breaker().failures(), after.breaker().failures())
                            .and(
                                    Judgement.ofMore(
                                            before.breaker().within(), after.breaker().within()));
            // Who is told, which cannot be more or less, and what is not known here.
            default -> Judgement.LOOSENS;
        };
    }

    private static String least(Policy policy) {
        return policy.separation() == null ? "S0" : policy.separation();
    }

    /** Another folder is other files that agents may read; which files lie in one is not the catalogue's business. */
    private void compareRunbooks() {
        String before = accepted.runbooks().orElse(null);
        String after = next.runbooks().orElse(null);
        if (!Objects.equals(before, after)) {
            differences.tell(
                    after == null ? Judgement.TIGHTENS : Judgement.LOOSENS,
                    "runbooks",
                    node(before),
                    node(after));
        }
    }

    private static @Nullable JsonNode node(@Nullable String text) {
        return text == null ? null : JsonNodeFactory.instance.stringNode(text);
    }

    private void compareRules(@Nullable JsonNode entriesBefore, @Nullable JsonNode entriesAfter) {
        Map<String, RuleText> before = byId(accepted.policy());
        Map<String, RuleText> after = byId(next.policy());
        Map<String, JsonNode> written = entries(entriesBefore);
        Map<String, JsonNode> rewritten = entries(entriesAfter);
        Set<String> ids = new LinkedHashSet<>(before.keySet());
        ids.addAll(after.keySet());
        boolean told = false;
        for (String id : ids) {
            JsonNode one = written.get(id);
            JsonNode other = rewritten.get(id);
            if (!Objects.equals(one, other)) {
                told = true;
                differences.tell(
                        judge(before.get(id), after.get(id)), "policy.rules." + id, one, other);
            }
        }
        if (!told) {
            differences.tell(Judgement.NEUTRAL, "policy.rules: in another order");
        }
    }

    private Judgement judge(@Nullable RuleText before, @Nullable RuleText after) {
        if (before == null) {
            return after != null && after.then() != Then.PERMIT
                    ? Judgement.TIGHTENS
                    : Judgement.LOOSENS;
        }
        if (after == null) {
            return before.then() == Then.PERMIT && cannotFail(before)
                    ? Judgement.TIGHTENS
                    : Judgement.LOOSENS;
        }
        if (!before.when().equals(after.when())) {
            return Judgement.LOOSENS; // which of two expressions matches more cannot be told
        }
        return Judgement.ofMore(before.then(), after.then())
                .and(
                        before.then() == after.then()
                                ? Judgement.ofMore(before.approvals(), after.approvals())
                                : Judgement.NEUTRAL);
    }

    /** A rule that fails forbids, even one that permits. */
    private boolean cannotFail(RuleText rule) {
        return RuleSight.of(accepted.policy()).stream()
                .filter(sight -> sight.rule().equals(rule))
                .allMatch(RuleSight::cannotFail);
    }

    private static Map<String, RuleText> byId(Policy policy) {
        Map<String, RuleText> byId = new LinkedHashMap<>();
        policy.rules().forEach(rule -> byId.put(rule.id(), rule));
        return byId;
    }

    private static Map<String, JsonNode> entries(@Nullable JsonNode rules) {
        Map<String, JsonNode> entries = new LinkedHashMap<>();
        if (rules != null) {
            for (JsonNode rule : rules) {
                if (rule.path("id").isString()) {
                    entries.put(rule.path("id").stringValue(), rule);
                }
            }
        }
        return entries;
    }
}
