package dev.countergate.policy.catalogue;

import dev.countergate.policy.secret.SecretText;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What holds for all tools.
 *
 * @param mode what becomes of writes
 * @param separation the least separation level at which writes are taken, such as {@code S1}, or null
 * @param openProposalsMax per principal
 * @param breaker when an environment freezes by itself
 * @param notifications whom the daemon tells
 * @param rules in the order of the file
 */
public record Policy(
        Mode mode,
        @Nullable String separation,
        int openProposalsMax,
        Breaker breaker,
        List<Notification> notifications,
        List<RuleText> rules) {
    /** What holds where the catalogue says nothing. */
    public static final Policy DEFAULT =
            new Policy(
                    Mode.PROPOSE,
                    null,
                    20,
                    new Breaker(3, Duration.ofMinutes(10)),
                    List.of(),
                    List.of());

    public Policy {
        notifications = List.copyOf(notifications);
        rules = List.copyOf(rules);
    }

    /** The same policy in another mode. */
    public Policy in(Mode other) {
        return new Policy(other, separation, openProposalsMax, breaker, notifications, rules);
    }

    /** What becomes of writes. */
    public enum Mode {
        /** Decided and logged, never proposed. */
        OBSERVE,
        /** Proposed to a person. */
        PROPOSE,
        /** Sent without a person where a rule permits it. */
        AUTO
    }

    /**
     * When an environment freezes by itself.
     *
     * @param failures this many
     * @param within in this time
     */
    public record Breaker(int failures, Duration within) {}

    /**
     * Whom the daemon tells of what.
     *
     * @param on {@code proposed}, {@code outcome}, {@code frozen}
     * @param url where it posts
     */
    public record Notification(List<String> on, SecretText url) {
        public Notification {
            on = List.copyOf(on);
        }
    }

    /**
     * A rule as written; compiled by the rule package.
     *
     * @param id unique in its catalogue
     * @param then {@code permit}, {@code approve} or {@code forbid}
     * @param approvals persons asked for; with {@code approve} only, at least one
     * @param when a CEL expression
     * @param reason told to whom it concerns; may be empty
     * @param file where it stands
     * @param line from 1
     * @param column from 1
     */
    public record RuleText(
            String id,
            Then then,
            int approvals,
            String when,
            String reason,
            String file,
            int line,
            int column) {}

    /** What a rule does when it matches. */
    public enum Then {
        PERMIT,
        APPROVE,
        FORBID
    }
}
