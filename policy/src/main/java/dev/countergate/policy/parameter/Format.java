package dev.countergate.policy.parameter;

import java.util.Locale;

/**
 * What a string parameter is declared to be, beyond being a string.
 *
 * <p>Never advertised as JSON Schema's {@code format}: common validators read {@code duration} as ISO 8601 and would
 * refuse {@code 1h}. A format becomes an anchored pattern and words in the description.
 */
public enum Format {
    /** A whole PromQL query. */
    PROMQL,
    /** A whole LogQL query. */
    LOGQL,
    /** A regular expression in RE2 syntax. */
    REGEX,
    /** A duration in Prometheus' grammar: {@code 90s}, {@code 1h30m}. */
    DURATION,
    /** A point in time: RFC 3339, or seconds since the epoch. */
    TIME,
    /** A label name: {@code [a-zA-Z_][a-zA-Z0-9_]*}. */
    LABEL_NAME,
    /** A metric name: {@code [a-zA-Z_:][a-zA-Z0-9_:]*}. */
    METRIC_NAME,
    /** An IP address or a network in CIDR notation (RFC 4632, RFC 4291 section 2.3). */
    CIDR,
    /** An absolute, normalised path below one of the declared folders. */
    PATH;

    /** The name in a catalogue, such as {@code label_name}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
