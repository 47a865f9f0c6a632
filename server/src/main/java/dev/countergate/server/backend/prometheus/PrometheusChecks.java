package dev.countergate.server.backend.prometheus;

import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.BackendTime;
import dev.countergate.server.backend.Form;
import dev.countergate.server.backend.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what would be refused anyway, or would not reach the path it means, before it is sent. */
final class PrometheusChecks {
    private PrometheusChecks() {}

    /** Why {@code request} cannot be sent at {@code now}, or nothing. */
    static Optional<Reply.Failure> fault(PrometheusRequest request, Instant now) {
        return switch (request) {
            case PrometheusRequest.Range(_, String query, Span span, Duration step) ->
                    backwards(span, now).or(() -> step(step, span, now));
            case PrometheusRequest.Series(_, List<String> match, Span span) ->
                    match.isEmpty()
                            ? invalid("there is no selector", "give at least one selector")
                            : backwards(span, now);
            case PrometheusRequest.Labels(_, _, Span span) -> backwards(span, now);
            case PrometheusRequest.LabelValues(_, String label, _, Span span) ->
                    Form.isSegment(label)
                            ? backwards(span, now)
                            : invalid(
                                    "`" + label + "` is not a label's name",
                                    "list the label names first");
            case PrometheusRequest.Instant _ -> Optional.empty();
            case PrometheusRequest.Metadata _ -> Optional.empty();
            case PrometheusRequest.Targets _ -> Optional.empty();
            case PrometheusRequest.Rules _ -> Optional.empty();
            case PrometheusRequest.Alerts _ -> Optional.empty();
        };
    }

    private static Optional<Reply.Failure> backwards(Span span, Instant now) {
        return TimeRange.of(span, now)
                .fault(now, true)
                .flatMap(fault -> invalid(fault, "give a start before the end"));
    }

    private static Optional<Reply.Failure> step(@Nullable Duration step, Span span, Instant now) {
        if (step == null) {
            return Optional.empty();
        }
        if (step.compareTo(Steps.MIN) < 0) {
            return invalid(
                    "a step of " + seconds(step) + " is shorter than the shortest, 1 ms",
                    "leave the step out, and one that fits is chosen");
        }
        Duration length =
                TimeRange.of(span, now).closed(now, PrometheusCalls.RANGE_DEFAULT).length();
        if (Steps.isTooFine(step, length)) {
            return invalid(
                    "a step of "
                            + seconds(step)
                            + " over "
                            + seconds(length)
                            + " makes more than 11,000 points a series, the most Prometheus gives",
                    "use a step of at least "
                            + seconds(Steps.finest(length))
                            + ", or leave it out and one that fits is chosen");
        }
        return Optional.empty();
    }

    private static String seconds(Duration duration) {
        return BackendTime.toSeconds(duration) + "s";
    }

    private static Optional<Reply.Failure> invalid(String message, String hint) {
        return Optional.of(new Reply.Failure(FailureCode.INVALID_ARGUMENT, message, hint));
    }
}
