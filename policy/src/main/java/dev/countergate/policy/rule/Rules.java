package dev.countergate.policy.rule;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.PartialVars;
import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Policy.RuleText;
import dev.countergate.policy.catalogue.Policy.Then;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.rule.Decision.Code;
import dev.countergate.policy.rule.Explanation.Finding;
import dev.countergate.policy.rule.Explanation.Match;
import dev.countergate.policy.rule.Expressions.Compiled;
import dev.countergate.policy.rule.Usage.Passed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A catalogue's rules, compiled.
 *
 * <p>Every rule is evaluated. Forbid beats approve, the highest quorum asked for counts, approve beats permit. Where no
 * rule matches, reads and notifications are permitted and a write needs the approvals of its guard. Thread safe.
 */
public final class Rules {
    private final Policy policy;
    private final Vocabulary vocabulary;
    private final List<Rule> rules;

    private Rules(Policy policy, Vocabulary vocabulary, List<Rule> rules) {
        this.policy = policy;
        this.vocabulary = vocabulary;
        this.rules = List.copyOf(rules);
    }

    /**
     * Compiles the rules of {@code policy}.
     *
     * @return every fault of every rule, each with the rule's id as its subject; a name declared nowhere is one
     */
    public static Checked<Rules> compile(Policy policy, Vocabulary vocabulary) {
        if (policy.rules().isEmpty()) {
            return Checked.valid(new Rules(policy, vocabulary, List.of()));
        }
        Expressions expressions = new Expressions(Activation.RULE_VARIABLES);
        List<Rule> rules = new ArrayList<>();
        List<Fault> faults = new ArrayList<>();
        for (RuleText text : policy.rules()) {
            switch (expressions.compile(text.id(), text.when())) {
                case Checked.Invalid<Compiled>(List<Fault> found) -> faults.addAll(found);
                case Checked.Valid<Compiled>(Compiled compiled) -> {
                    faults.addAll(Names.undeclared(text.id(), compiled.tree(), vocabulary));
                    rules.add(new Rule(text, compiled));
                }
            }
        }
        return faults.isEmpty()
                ? Checked.valid(new Rules(policy, vocabulary, rules))
                : Checked.invalid(faults);
    }

    /**
     * The rules of a catalogue whose loading has compiled them already.
     *
     * @throws IllegalArgumentException when they do not compile
     */
    public static Rules of(Catalogue catalogue) {
        return of(catalogue, catalogue.policy().mode());
    }

    /** The same, as they would decide in another mode. */
    public static Rules of(Catalogue catalogue, Policy.Mode mode) {
        return switch (compile(catalogue.policy().in(mode), Vocabulary.of(catalogue.tools()))) {
            case Checked.Valid<Rules>(Rules rules) -> rules;
            case Checked.Invalid<Rules>(List<Fault> faults) ->
                    throw new IllegalArgumentException("rules with faults: " + faults);
        };
    }

    /** Whose calls each rule can match, of {@code tools}; a forbidden tool has none. */
    public List<Reach> reach(Collection<Tool> tools) {
        List<Known> known =
                tools.stream()
                        .filter(tool -> tool.effect() != Effect.FORBIDDEN)
                        .map(tool -> new Known(tool, Activation.ofAny(tool, vocabulary)))
                        .toList();
        return rules.stream().map(rule -> rule.reach(known)).toList();
    }

    /** What becomes of {@code situation}'s call. */
    public Decision decide(Situation situation) {
        return explain(situation).decision();
    }

    /** What becomes of {@code situation}'s call, and why. */
    public Explanation explain(Situation situation) {
        Map<String, Object> variables =
                rules.isEmpty() ? Map.of() : Activation.of(situation, vocabulary);
        List<Finding> findings = rules.stream().map(rule -> rule.finding(variables)).toList();
        List<Passed> passed = situation.usage().passed(situation.tool(), situation.arguments());
        List<String> limits = passed.stream().map(Passed::text).toList();
        List<String> withheld = new ArrayList<>();
        if (situation.tool().effect() == Effect.WRITE) {
            withheld.addAll(missingForPermit(policy.mode(), situation.tool().guard()));
            withheld.addAll(limits);
        }
        return new Explanation(
                findings, limits, withheld, decision(situation, findings, passed, withheld));
    }

    private Decision decision(
            Situation situation,
            List<Finding> findings,
            List<Passed> passed,
            List<String> withheld) {
        Tool tool = situation.tool();
        if (tool.effect() == Effect.FORBIDDEN) {
            return new Decision.Forbid(null, "the catalogue forbids this tool");
        }
        for (int i = 0; i < findings.size(); i++) {
            Finding finding = findings.get(i);
            if (finding.match() == Match.FAULTY) {
                // INVARIANT: a rule that cannot be evaluated forbids, whatever it was there for.
                return new Decision.Forbid(
                        finding.rule(), "the rule could not be evaluated, so it forbids");
            }
            if (finding.match() == Match.YES && finding.then() == Then.FORBID) {
                return new Decision.Forbid(finding.rule(), rules.get(i).text().reason());
            }
        }
        return stopped(situation, passed)
                .orElseGet(() -> answerable(situation, combined(tool, findings, passed, withheld)));
    }

    /** What no rule and no person can let go on. */
    private static Optional<Decision> stopped(Situation situation, List<Passed> passed) {
        Tool tool = situation.tool();
        int targets = situation.facts().targets().size();
        Integer targetsMax = tool.guard().targetsMax();
        if (targetsMax != null && targets > targetsMax) {
            return Optional.of(
                    new Decision.Forbid(
                            Code.TOO_MANY_TARGETS,
                            null,
                            "it reaches " + targets + " targets of at most " + targetsMax));
        }
        if (tool.effect() == Effect.WRITE && situation.frozen() != null) {
            return Optional.of(
                    new Decision.Forbid(
                            Code.FROZEN, null, "changes are frozen: " + situation.frozen()));
        }
        // Nobody can be asked for a read or a notification, so their limits are hard.
        return passed.stream()
                .filter(limit -> limit.limit().forbids() || tool.effect() != Effect.WRITE)
                .findFirst()
                .map(limit -> new Decision.Forbid(Code.RATE_LIMITED, null, limit.text()));
    }

    private Decision combined(
            Tool tool, List<Finding> findings, List<Passed> passed, List<String> withheld) {
        @Nullable RuleText approve = null;
        @Nullable RuleText permit = null;
        for (int i = 0; i < findings.size(); i++) {
            RuleText text = rules.get(i).text();
            if (findings.get(i).match() != Match.YES) {
                continue;
            }
            if (text.then() == Then.APPROVE
                    && (approve == null || text.approvals() > approve.approvals())) {
                approve = text;
            } else if (text.then() == Then.PERMIT && permit == null) {
                permit = text;
            }
        }
        int quorum = tool.guard().approvals().count();
        String limits = passed.stream().map(Passed::text).collect(Collectors.joining("; "));
        if (approve != null) {
            return new Decision.Approve(
                    approve.id(),
                    Math.max(quorum, approve.approvals()),
                    approve.reason().isEmpty() || limits.isEmpty()
                            ? approve.reason() + limits
                            : approve.reason() + "; " + limits);
        }
        if (tool.effect() != Effect.WRITE || (permit != null && withheld.isEmpty())) {
            return new Decision.Permit(permit == null ? null : permit.id());
        }
        return new Decision.Approve(null, quorum, limits);
    }

    /** A quorum that asks who the requester is cannot be met where nobody knows. */
    private static Decision answerable(Situation situation, Decision decision) {
        boolean asksWho =
                decision instanceof Decision.Approve approve
                        && (approve.approvals() > 1
                                || situation.tool().guard().approvals().otherPerson());
        return asksWho && situation.person() == null
                ? new Decision.Forbid(
                        Code.UNMAPPED_PERSON,
                        decision.rule(),
                        "it matters who stands behind the requester, and no person is mapped to `"
                                + situation.principal()
                                + "`")
                : decision;
    }

    /** What a write lacks to go without a person where a rule permits it; empty when it lacks nothing. */
    public static List<String> missingForPermit(Policy.Mode mode, Guard guard) {
        List<String> missing = new ArrayList<>();
        if (mode != Policy.Mode.AUTO) {
            missing.add("the mode is `" + mode.name().toLowerCase(Locale.ROOT) + "`, not `auto`");
        }
        if (guard.limits().isEmpty()) {
            missing.add("it has no limit");
        }
        if (guard.verify() == null) {
            missing.add("it has no `verify`");
        }
        if (!Boolean.TRUE.equals(guard.reversible()) && guard.acceptsLoss() == null) {
            missing.add("it is neither `reversible: true` nor has `accepts_loss`");
        }
        return missing;
    }

    private record Rule(RuleText text, Compiled when) {
        Finding finding(Map<String, Object> variables) {
            try {
                return new Finding(
                        text.id(), text.then(), when.holds(variables) ? Match.YES : Match.NO);
            } catch (CelEvaluationException fault) {
                return new Finding(text.id(), text.then(), Match.FAULTY);
            }
        }

        Reach reach(List<Known> known) {
            List<Tool> tools = new ArrayList<>();
            List<Tool> faulty = new ArrayList<>();
            for (Known each : known) {
                try {
                    if (when.canHold(each.variables())) {
                        tools.add(each.tool());
                    }
                } catch (CelEvaluationException fault) {
                    faulty.add(each.tool());
                }
            }
            return new Reach(text, tools, faulty);
        }
    }

    /** What is known of every call of a tool. */
    private record Known(Tool tool, PartialVars variables) {}
}
