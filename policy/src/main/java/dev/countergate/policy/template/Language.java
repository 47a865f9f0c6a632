package dev.countergate.policy.template;

/** The language a template is written in, which decides what may stand where. */
public enum Language {
    /** A PromQL expression. */
    PROMQL,
    /** A LogQL query. */
    LOGQL,
    /** A command line for {@code sh}, as AWS-RunShellScript runs it. */
    SHELL,
    /** One label name. */
    LABEL_NAME,
    /** One metric name. */
    METRIC_NAME,
    /** One duration in Prometheus' grammar. */
    DURATION,
    /** One point in time: RFC 3339, or seconds since the epoch. */
    TIME,
    /** One whole number. */
    INTEGER,
    /** Text without syntax: a silence's comment, a receiver's name. */
    TEXT,
    /**
     * Text that AWS Systems Manager reads: an instance id, a tag's value, a document's parameter. Values must be free of
     * line breaks, NUL and double braces: Systems Manager puts what {@code {{ssm:...}}} names in its place.
     */
    SSM_TEXT
}
