package dev.countergate.server.call;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.catalogue.Guard.Limit;
import dev.countergate.policy.parameter.PrometheusDuration;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.result.ToolResult.ErrorBody;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.token.UtcTime;
import dev.countergate.server.proposal.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The results of calls that were not made: each says why, and what the agent can do instead. */
final class Refusals {
    private Refusals() {}

    static ToolResult invalid(List<Fault> faults) {
        List<String> lines = faults.stream().map(Fault::text).toList();
        String message =
                lines.size() == 1
                        ? lines.getFirst()
                        : lines.size() + " faults: " + String.join("; ", lines);
        return of("INVALID_ARGUMENT", message, "mend the arguments and call again", null, lines);
    }

    /** A read or a notification a rule asks a person for: there is no proposal to be made of it. */
    static ToolResult notProposable(Decision.Approve decision) {
        String by = decision.rule() == null ? "" : " (rule `" + decision.rule() + "`)";
        return of(
                "APPROVAL_REQUIRED",
                "a rule asks for a person's approval, and only what changes something can be"
                        + " proposed"
                        + by,
                "tell your user, who can ask the operator of this server",
                decision.rule(),
                List.of());
    }

    /** A call that would have changed something, refused by the engine. */
    static ToolResult refused(Answer.Refused refused) {
        return of(refused.code(), refused.message(), refused.hint(), refused.rule(), List.of());
    }

    /**
     * @param isUnsure whether what was asked may stand in the log all the same
     */
    static ToolResult unrecorded(boolean isUnsure) {
        return of(
                "LOG_UNWRITABLE",
                isUnsure
                        ? "the log of this server cannot be written, and whether it took this shows"
                                + " when it can be again, as `proposal_list` then does; nothing was"
                                + " sent"
                        : "the log of this server cannot be written, so nothing is changed or sent;"
                                + " nothing was sent",
                "tell your user: `countergate doctor` says what to mend; reads go on",
                null,
                List.of());
    }

    static ToolResult notAllowed(String code, String message, String hint) {
        return of(code, message, hint, null, List.of());
    }

    static ToolResult tooOften(Limit limit) {
        return of(
                "RATE_LIMITED",
                "this notification was sent "
                        + limit.calls()
                        + " times within "
                        + limit.per().toSeconds()
                        + " s, which is its limit; nothing was sent",
                "wait, or tell your user directly",
                null,
                List.of());
    }

    static ToolResult tooManyCalls(PrincipalId principal, CallLimits.Reached reached, Instant now) {
        long wait =
                Math.max(1, Math.ceilDiv(Duration.between(now, reached.again()).toMillis(), 1_000));
        return of(
                "RATE_LIMITED",
                "`"
                        + principal
                        + "` is at its limit of "
                        + reached.limit().calls()
                        + (reached.limit().calls() == 1 ? " call per " : " calls per ")
                        + PrometheusDuration.text(reached.limit().per())
                        + "; nothing was sent",
                "call again at " + UtcTime.text(reached.again()) + ", in " + wait + " s",
                null,
                List.of());
    }

    static ToolResult notFound(String message, String hint) {
        return of("NOT_FOUND", message, hint, null, List.of());
    }

    private static ToolResult of(
            String code, String message, String hint, @Nullable String rule, List<String> faults) {
        return new ToolResult(
                List.of(code + ": " + message + "; " + hint),
                null,
                new ErrorBody(code, message, hint, rule, faults));
    }
}
