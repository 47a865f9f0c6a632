package dev.countergate.policy.revision;

import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Guard.Approvals;
import dev.countergate.policy.catalogue.Guard.Limit;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.rule.RuleSight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Compares the guards of one tool before and after. */
final class GuardComparison {
    private static final JsonNode NONE = JsonNodeFactory.instance.objectNode();

    private final Policy policy;
    private final List<RuleSight> rules;
    private final Differences differences;

    /**
     * @param policy the accepted one
     * @param rules of both catalogues
     */
    GuardComparison(Policy policy, List<RuleSight> rules, Differences differences) {
        this.policy = policy;
        this.rules = rules;
        this.differences = differences;
    }

    void compare(
            Tool before,
            Tool after,
            @Nullable JsonNode entryBefore,
            @Nullable JsonNode entryAfter) {
        JsonNode one = entryBefore == null ? NONE : entryBefore;
        JsonNode other = entryAfter == null ? NONE : entryAfter;
        for (String key : Differences.keys(one, other)) {
            Judgement judgement =
                    judge(key, before.guard(), after.guard(), one.get(key), other.get(key));
            differences.tell(
                    judgement, "guards." + after.name() + "." + key, one.get(key), other.get(key));
        }
    }

    private Judgement judge(
            String key,
            Guard before,
            Guard after,
            @Nullable JsonNode entryBefore,
            @Nullable JsonNode entryAfter) {
        return switch (key) {
            case "risk" -> unlessSeen("tool.risk", Judgement.ofMore(before.risk(), after.risk()));
            case "reversible" ->
                    unlessSeen(
                            "tool.reversible",
                            Judgement.ofLess(
                                    reversible(before.reversible()),
                                    reversible(after.reversible())));
            case "labels" -> labels(before, after);
            case "limits" -> limits(before.limits(), after.limits());
            case "targets" -> Judgement.ofLess(most(before.targetsMax()), most(after.targetsMax()));
            case "require" -> require(entryBefore, entryAfter);
            case "approvals" -> approvals(before.approvals(), after.approvals());
            case "after_failure" -> Judgement.ofMore(before.afterFailure(), after.afterFailure());
            case "settle" -> settle(before.settle(), after.settle());
            // What a person is told of the outcome and of the way back, where it acts, and what is
            // not known here.
            default -> Judgement.LOOSENS;
        };
    }

    /** A fact that a rule looks at may lead it anywhere. */
    private Judgement unlessSeen(String fact, Judgement judgement) {
        return judgement == Judgement.TIGHTENS && rules.stream().anyMatch(rule -> rule.sees(fact))
                ? Judgement.LOOSENS
                : judgement;
    }

    /** Not reversible is worse than not known, as an approver sees it. */
    private static int reversible(@Nullable Boolean reversible) {
        return reversible == null ? 1 : reversible ? 2 : 0;
    }

    private static int most(@Nullable Integer max) {
        return max == null ? Integer.MAX_VALUE : max;
    }

    /** Labels are there for rules alone. */
    private Judgement labels(Guard before, Guard after) {
        List<String> names = new ArrayList<>(before.labels().keySet());
        names.addAll(after.labels().keySet());
        boolean seen =
                names.stream()
                        .filter(
                                name ->
                                        !before.labels()
                                                .getOrDefault(name, "")
                                                .equals(after.labels().getOrDefault(name, "")))
                        .anyMatch(
                                name ->
                                        rules.stream()
                                                .anyMatch(
                                                        rule -> rule.sees("tool.labels." + name)));
        return seen ? Judgement.LOOSENS : Judgement.NEUTRAL;
    }

    private Judgement limits(List<Limit> before, List<Limit> after) {
        if (before.equals(after)) {
            return Judgement.NEUTRAL;
        }
        boolean firstOfAll = before.isEmpty();
        boolean mayPermit =
                policy.mode() == Policy.Mode.AUTO
                        && policy.rules().stream()
                                .anyMatch(rule -> rule.then() == Policy.Then.PERMIT);
        if (firstOfAll && mayPermit) {
            return Judgement.LOOSENS; // a permit takes effect only on a tool with a limit
        }
        return before.stream().allMatch(old -> after.stream().anyMatch(now -> covers(now, old)))
                ? Judgement.TIGHTENS
                : Judgement.LOOSENS;
    }

    /**
     * Whether {@code limit} is passed whenever {@code other} is, and means at least as much. Counted apart by other parameters
     * it would begin at zero.
     */
    private static boolean covers(Limit limit, Limit other) {
        return limit.calls() <= other.calls()
                && limit.per().compareTo(other.per()) >= 0
                && new HashSet<>(limit.by()).equals(new HashSet<>(other.by()))
                && (limit.forbids() || !other.forbids());
    }

    private static Judgement require(@Nullable JsonNode before, @Nullable JsonNode after) {
        List<JsonNode> wanted = withoutReasons(before);
        List<JsonNode> given = withoutReasons(after);
        if (!given.containsAll(wanted)) {
            return Judgement.LOOSENS;
        }
        return wanted.containsAll(given) ? Judgement.NEUTRAL : Judgement.TIGHTENS;
    }

    private static List<JsonNode> withoutReasons(@Nullable JsonNode list) {
        List<JsonNode> items = new ArrayList<>();
        if (list != null) {
            for (JsonNode item : list) {
                items.add(((ObjectNode) item).deepCopy().without("reason"));
            }
        }
        return items;
    }

    private static Judgement approvals(Approvals before, Approvals after) {
        return Judgement.ofMore(before.count(), after.count())
                .and(Judgement.ofLess(before.expires(), after.expires()))
                .and(Judgement.ofMore(before.otherPerson(), after.otherPerson()))
                .and(Judgement.ofMore(before.verifiesPerson(), after.verifiesPerson()));
    }

    /** How long the backend's own time is, is not known here. */
    private static Judgement settle(@Nullable Duration before, @Nullable Duration after) {
        return before == null || after == null
                ? Judgement.LOOSENS
                : Judgement.ofMore(before, after);
    }
}
