package dev.countergate.policy.parameter;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a string parameter is declared to be, beyond being a string.
 *
 * <p>Never advertised as JSON Schema's {@code format}: common validators read {@code duration} as ISO 8601 and would
 * refuse {@code 1h}. A format becomes an anchored pattern and words in the description.
 */
public enum Format {
    /** A whole PromQL query. */
    PROMQL("a PromQL expression", "such as sum by (job) (up)", null),
    /** A whole LogQL query. */
    LOGQL("a LogQL query", "such as {app=\"x\"} |= \"error\"", null),
    /** A regular expression in RE2 syntax. */
    REGEX("a regular expression in RE2 syntax", "such as api-.*", null),
    /** A duration in Prometheus' grammar: {@code 90s}, {@code 1h30m}. */
    DURATION("a duration", "such as 90s or 1h30m", "^(?:0|(?:[0-9]+(?:ms|[ywdhms]))+)$"),
    /** A point in time: RFC 3339, or seconds since the epoch. */
    TIME(
            "a point in time",
            "such as 2026-01-31T12:00:00Z or seconds since the epoch",
            "^(?:[0-9]{1,11}(?:\\.[0-9]{1,9})?|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}"
                    + "(?:\\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2}))$"),
    /** A label name: {@code [a-zA-Z_][a-zA-Z0-9_]*}. */
    LABEL_NAME("a label name", "such as job", "^(?:" + PrometheusName.LABEL + ")$"),
    /** A metric name: {@code [a-zA-Z_:][a-zA-Z0-9_:]*}. */
    METRIC_NAME(
            "a metric name", "such as http_requests_total", "^(?:" + PrometheusName.METRIC + ")$"),
    /** An IP address or a network in CIDR notation (RFC 4632, RFC 4291 section 2.3). */
    CIDR(
            "an IP address or a network",
            "such as 10.0.0.7 or 10.0.0.0/8",
            "^(?:[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?)$"),
    /** An absolute, normalised path below one of the declared folders. */
    PATH("an absolute, normalised path", "without . and .. in it", "^(?:/.*)$");

    private final String meaning;
    private final String example;
    private final @Nullable String advertisedPattern;

    Format(String meaning, String example, @Nullable String advertisedPattern) {
        this.meaning = meaning;
        this.example = example;
        this.advertisedPattern = advertisedPattern;
    }

    /** The name in a catalogue, such as {@code label_name}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it is, with its article: {@code a duration}. */
    String meaning() {
        return meaning;
    }

    /** An example for whoever has to write one. */
    String example() {
        return example;
    }

    /** An anchored expression that every value of this format matches, or null where there is no useful one. */
    @Nullable String advertisedPattern() {
        return advertisedPattern;
    }
}
