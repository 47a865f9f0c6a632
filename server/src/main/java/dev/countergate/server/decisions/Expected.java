package dev.countergate.server.decisions;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.rule.Decision;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a case says should become of its call; what it leaves open may be anything.
 *
 * @param outcome what kind of decision
 * @param approvals how many persons, or null for any number
 * @param rule which one decided; null within for none of them
 * @param code of a refusal, or null for any
 */
public record Expected(
        Outcome outcome,
        @Nullable Integer approvals,
        @Nullable ByRule rule,
        Decision.@Nullable Code code) {
    /** Kinds of decision. */
    public enum Outcome {
        PERMIT,
        APPROVE,
        FORBID,
        /** The arguments do not fit the tool, so there is nothing to decide. */
        INVALID;

        /** As a case spells it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Which rule decided.
     *
     * @param id its id, or null where none did
     */
    public record ByRule(@Nullable String id) {}

    /** Whether {@code decided} is as expected. */
    public boolean isMetBy(Checked<Trial.Answer> decided) {
        return switch (decided) {
            case Checked.Invalid<Trial.Answer>(List<Fault> faults) -> outcome == Outcome.INVALID;
            case Checked.Valid<Trial.Answer>(Trial.Answer answer) ->
                    isMetBy(answer.explanation().decision());
        };
    }

    private boolean isMetBy(Decision decision) {
        if (rule != null && !Objects.equals(rule.id(), decision.rule())) {
            return false;
        }
        return switch (decision) {
            case Decision.Permit permit -> outcome == Outcome.PERMIT;
            case Decision.Approve approve ->
                    outcome == Outcome.APPROVE
                            && (approvals == null || approvals == approve.approvals());
            case Decision.Forbid forbid ->
                    outcome == Outcome.FORBID && (code == null || code == forbid.code());
        };
    }

    /** In a few words, such as {@code approve 2 by wide}. */
    public String words() {
        StringBuilder words = new StringBuilder(outcome.word());
        if (approvals != null) {
            words.append(' ').append(approvals);
        }
        if (code != null) {
            words.append(' ').append(code);
        }
        if (rule != null) {
            words.append(rule.id() == null ? " by no rule" : " by " + rule.id());
        }
        return words.toString();
    }
}
