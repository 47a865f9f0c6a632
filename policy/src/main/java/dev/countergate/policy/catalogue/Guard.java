package dev.countergate.policy.catalogue;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.template.Template;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a tool's calls.
 *
 * @param risk how much an approver has to type
 * @param environment where it acts, with placeholders, or null to take the backend's
 * @param reversible whether it can be undone; null where the catalogue does not say
 * @param acceptsLoss what is given up, in the operator's words, or null
 * @param labels for rules to look at
 * @param limits how often it may be called
 * @param targetsMax the most targets of one call, or null
 * @param require reads that must hold before it is proposed and again before it is sent
 * @param verify the read that tells whether it worked, or null
 * @param undo the call that takes it back, or null
 * @param approvals who must agree
 * @param afterFailure how long its effect key waits after a rejection or a failed verification
 * @param settle how long the backend may take to show an effect, or null for the backend's own
 */
public record Guard(
        Risk risk,
        @Nullable Template environment,
        @Nullable Boolean reversible,
        @Nullable String acceptsLoss,
        Map<String, String> labels,
        List<Limit> limits,
        @Nullable Integer targetsMax,
        List<Requirement> require,
        @Nullable Verification verify,
        @Nullable Undo undo,
        Approvals approvals,
        Duration afterFailure,
        @Nullable Duration settle) {
    /** What holds where the catalogue says nothing. */
    public static final Guard NONE =
            new Guard(
                    Risk.MODERATE,
                    null,
                    null,
                    null,
                    Map.of(),
                    List.of(),
                    null,
                    List.of(),
                    null,
                    null,
                    Approvals.DEFAULT,
                    Duration.ofMinutes(15),
                    null);

    public Guard {
        labels = Map.copyOf(labels);
        limits = List.copyOf(limits);
        require = List.copyOf(require);
    }

    /** The tools it names, to require, to verify or to undo. */
    public Set<ToolName> tools() {
        Set<ToolName> named = new LinkedHashSet<>();
        require.forEach(requirement -> named.add(requirement.read().tool()));
        if (verify != null) {
            named.add(verify.read().tool());
        }
        if (undo != null) {
            named.add(undo.tool());
        }
        return Collections.unmodifiableSet(named);
    }

    /** How bad a wrong call would be. */
    public enum Risk {
        LOW,
        MODERATE,
        HIGH,
        CRITICAL
    }

    /**
     * How often a tool may be called.
     *
     * @param calls attempts allowed
     * @param per in this time
     * @param by counted apart for each value of these parameters
     * @param forbids whether going over it forbids; a permit needs a person otherwise
     */
    public record Limit(int calls, Duration per, List<String> by, boolean forbids) {
        public Limit {
            by = List.copyOf(by);
        }
    }

    /**
     * A read of another tool.
     *
     * @param tool a read tool of this catalogue
     * @param arguments its arguments, with placeholders of the guarded tool's parameters
     */
    public record Read(ToolName tool, Map<String, Template> arguments) {
        public Read {
            arguments = Map.copyOf(arguments);
        }
    }

    /**
     * What must hold.
     *
     * @param read what is looked at
     * @param expect a CEL expression over {@code value} and {@code result}
     * @param reason told when it does not hold; may be empty
     */
    public record Requirement(Read read, String expect, String reason) {}

    /**
     * How the effect is looked for.
     *
     * @param read what is looked at
     * @param expect a CEL expression over {@code value} and {@code result}
     * @param within for how long
     * @param every how often
     */
    public record Verification(Read read, String expect, Duration within, Duration every) {}

    /**
     * How the effect is taken back: a proposal filled in beforehand.
     *
     * @param tool a write tool of this catalogue
     * @param arguments its arguments; {@code {result.x}} stands for a member of the write's result
     */
    public record Undo(ToolName tool, Map<String, String> arguments) {
        public Undo {
            arguments = Map.copyOf(arguments);
        }
    }

    /**
     * Who must agree.
     *
     * @param count distinct persons, at least one
     * @param expires how long a proposal waits for them
     * @param otherPerson whether at least one must not be the person behind the requester
     * @param verifiesPerson whether each one's key must verify its person, by PIN or fingerprint
     */
    public record Approvals(
            int count, Duration expires, boolean otherPerson, boolean verifiesPerson) {
        /** One person within an hour. */
        public static final Approvals DEFAULT = new Approvals(1, Duration.ofHours(1), false, false);
    }
}
