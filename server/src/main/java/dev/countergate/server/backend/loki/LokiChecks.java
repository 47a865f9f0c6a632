package dev.countergate.server.backend.loki;

import dev.countergate.policy.request.LokiRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Form;
import dev.countergate.server.backend.TimeRange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Finds what would be refused anyway, or would not reach the path it means, before it is sent. */
final class LokiChecks {
    private LokiChecks() {}

    /** Why {@code request} cannot be sent at {@code now}, or nothing. */
    static Optional<Reply.Failure> fault(LokiRequest request, Instant now) {
        return switch (request) {
            case LokiRequest.Range range ->
                    limit(range)
                            .or(() -> step(range))
                            .or(() -> backwards(range.span(), now, false));
            case LokiRequest.Instant _ -> Optional.empty();
            case LokiRequest.Labels(_, Span span) -> backwards(span, now, true);
            case LokiRequest.LabelValues(_, String label, _, Span span) ->
                    Form.isSegment(label)
                            ? backwards(span, now, true)
                            : invalid(
                                    "`" + label + "` is not a label's name",
                                    "list the label names first");
            case LokiRequest.Series(_, List<String> match, Span span) ->
                    match.isEmpty()
                            ? invalid("there is no selector", "give at least one stream selector")
                            : backwards(span, now, true);
            case LokiRequest.Stats(_, _, Span span) -> backwards(span, now, true);
        };
    }

    private static Optional<Reply.Failure> limit(LokiRequest.Range range) {
        int limit = LokiLimits.of(range);
        return limit >= 1 && limit <= LokiLimits.ENTRIES_MAX
                ? Optional.empty()
                : invalid(
                        "a limit of " + limit + " is not between 1 and " + LokiLimits.ENTRIES_MAX,
                        "ask for fewer entries, and for further ones by moving the end back");
    }

    private static Optional<Reply.Failure> step(LokiRequest.Range range) {
        return range.step() == null || range.step().isPositive()
                ? Optional.empty()
                : invalid(
                        "a step must be longer than nothing",
                        "leave the step out, and one that fits is chosen");
    }

    private static Optional<Reply.Failure> backwards(Span span, Instant now, boolean mayBeEmpty) {
        return TimeRange.of(span, now)
                .fault(now, mayBeEmpty)
                .flatMap(fault -> invalid(fault, "give a start before the end"));
    }

    private static Optional<Reply.Failure> invalid(String message, String hint) {
        return Optional.of(new Reply.Failure(FailureCode.INVALID_ARGUMENT, message, hint));
    }
}
