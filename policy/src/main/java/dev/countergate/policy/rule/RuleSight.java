package dev.countergate.policy.rule;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Policy.RuleText;
import dev.countergate.policy.rule.Expressions.Compiled;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a rule looks at, told from its text alone. Where the text leaves it open, the rule sees the fact and may fail.
 *
 * @param rule as written
 * @param seen dotted paths from a variable, each as far as it is written out
 * @param cannotFail whether no call whatever makes it fail; a rule that fails forbids, even one that permits
 */
public record RuleSight(RuleText rule, Set<String> seen, boolean cannotFail) {
    public RuleSight {
        seen = Set.copyOf(seen);
    }

    /**
     * What each rule of {@code policy} looks at.
     *
     * @throws IllegalArgumentException for a rule that does not compile; a loaded catalogue has none
     */
    public static List<RuleSight> of(Policy policy) {
        if (policy.rules().isEmpty()) {
            return List.of();
        }
        Expressions expressions = new Expressions(Activation.RULE_VARIABLES);
        List<RuleSight> sights = new ArrayList<>();
        for (RuleText rule : policy.rules()) {
            if (!(expressions.compile(rule.id(), rule.when())
                    instanceof Checked.Valid<Compiled>(Compiled compiled))) {
                throw new IllegalArgumentException("the rule does not compile: " + rule.id());
            }
            sights.add(
                    new RuleSight(
                            rule,
                            Names.seen(compiled.tree()),
                            Outcome.of(compiled.tree().getExpr()) == Outcome.FLAG));
        }
        return sights;
    }

    /**
     * Whether it looks at a fact.
     *
     * @param path from a variable, such as {@code tool.labels.area} or {@code args.service}
     */
    public boolean sees(String path) {
        return seen.stream()
                .anyMatch(
                        each ->
                                each.equals(path)
                                        || each.startsWith(path + ".")
                                        || path.startsWith(each + "."));
    }

    /** Whether it looks at which names there are, as {@code size(args)} does, so that one more of them counts. */
    public boolean seesNames() {
        return seen.contains("args") || seen.contains("tool") || seen.contains("tool.labels");
    }
}
