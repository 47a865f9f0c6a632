package dev.countergate.policy.rule;

import dev.countergate.policy.catalogue.Policy.RuleText;
import dev.countergate.policy.catalogue.Tool;
import java.util.List;

/**
 * Whose calls a rule can match, as far as tools alone tell: whatever is given, whoever asks, and whenever. A call of any
 * other tool it never matches.
 *
 * @param rule as written
 * @param tools whose calls it can match, in the order of the catalogue
 * @param faulty tools of which no call can be evaluated, so that the rule forbids them all
 */
public record Reach(RuleText rule, List<Tool> tools, List<Tool> faulty) {
    public Reach {
        tools = List.copyOf(tools);
        faulty = List.copyOf(faulty);
    }
}
