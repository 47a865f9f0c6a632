package dev.countergate.policy.rule;

import dev.cel.runtime.CelEvaluationException;
import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Policy.RuleText;
import dev.countergate.policy.rule.Expressions.Compiled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    /** What becomes of {@code situation}'s call. */
    public Decision decide(Situation situation) {
        if (situation.tool().effect() == Effect.FORBIDDEN) {
            return new Decision.Forbid(null, "the catalogue forbids this tool");
        }
        Map<String, Object> variables =
                rules.isEmpty() ? Map.of() : Activation.of(situation, vocabulary);
        Decision.@Nullable Approve approve = null;
        Decision.@Nullable Permit permit = null;
        for (Rule rule : rules) {
            RuleText text = rule.text();
            boolean matches;
            try {
                matches = rule.when().holds(variables);
            } catch (CelEvaluationException fault) {
                // INVARIANT: a rule that cannot be evaluated forbids, whatever it was there for.
                return new Decision.Forbid(
                        text.id(), "the rule could not be evaluated, so it forbids");
            }
            if (matches) {
                switch (text.then()) {
                    case FORBID -> {
                        return new Decision.Forbid(text.id(), text.reason());
                    }
                    case APPROVE -> {
                        if (approve == null || text.approvals() > approve.approvals()) {
                            approve =
                                    new Decision.Approve(
                                            text.id(), text.approvals(), text.reason());
                        }
                    }
                    case PERMIT ->
                            permit = permit == null ? new Decision.Permit(text.id()) : permit;
                }
            }
        }
        return combined(situation.tool().effect(), situation.tool().guard(), approve, permit);
    }

    private Decision combined(
            Effect effect,
            Guard guard,
            Decision.@Nullable Approve approve,
            Decision.@Nullable Permit permit) {
        int quorum = guard.approvals().count();
        if (approve != null) {
            return new Decision.Approve(
                    approve.rule(), Math.max(quorum, approve.approvals()), approve.reason());
        }
        return switch (effect) {
            case READ, NOTIFY -> permit == null ? new Decision.Permit(null) : permit;
            case WRITE ->
                    permit != null && mayGoWithoutPerson(guard)
                            ? permit
                            : new Decision.Approve(null, quorum, "");
            case FORBIDDEN -> new Decision.Forbid(null, "the catalogue forbids this tool");
        };
    }

    /** Whether a permit of a write takes effect: mode auto, a limit, a verification, and a way back or none needed. */
    private boolean mayGoWithoutPerson(Guard guard) {
        return policy.mode() == Policy.Mode.AUTO
                && !guard.limits().isEmpty()
                && guard.verify() != null
                && (Boolean.TRUE.equals(guard.reversible()) || guard.acceptsLoss() != null);
    }

    private record Rule(RuleText text, Compiled when) {}
}
