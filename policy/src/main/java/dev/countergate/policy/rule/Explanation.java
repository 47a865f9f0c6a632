package dev.countergate.policy.rule;

import dev.countergate.policy.catalogue.Policy.Then;
import java.util.List;

/**
 * Why a call is decided as it is.
 *
 * @param findings what each rule says of it, in the order of the catalogue
 * @param limits those of its limits that are reached, in words
 * @param withheld why a rule that permits it does not spare a person; empty when nothing stands against that
 * @param decision what becomes of it
 */
public record Explanation(
        List<Finding> findings, List<String> limits, List<String> withheld, Decision decision) {
    public Explanation {
        findings = List.copyOf(findings);
        limits = List.copyOf(limits);
        withheld = List.copyOf(withheld);
    }

    /**
     * What one rule says of a call.
     *
     * @param rule its id
     * @param then what it does when it matches
     * @param match whether it does
     */
    public record Finding(String rule, Then then, Match match) {}

    /** Whether a rule matches. */
    public enum Match {
        YES,
        NO,
        /** It could not be evaluated; it forbids, whatever it was there for. */
        FAULTY
    }
}
