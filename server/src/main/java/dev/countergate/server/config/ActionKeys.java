package dev.countergate.server.config;

import static dev.countergate.server.config.CommonShapes.SCALAR;
import static dev.countergate.server.config.CommonShapes.TEXT;
import static dev.countergate.server.config.CommonShapes.TEXTS;
import static dev.countergate.server.yaml.Shape.Key.optional;
import static dev.countergate.server.yaml.Shape.Key.required;

import dev.countergate.server.yaml.Shape;
import dev.countergate.server.yaml.Shape.Block;
import dev.countergate.server.yaml.Shape.Either;
import dev.countergate.server.yaml.Shape.Flag;
import dev.countergate.server.yaml.Shape.ListOf;
import dev.countergate.server.yaml.Shape.MapOf;
import dev.countergate.server.yaml.Shape.True;
import dev.countergate.server.yaml.Shape.Whole;
import dev.countergate.server.yaml.Shape.Words;

/** The keys of the typed actions. */
final class ActionKeys {
    private static final Shape.Key BACKEND =
            optional(
                    "backend",
                    CommonShapes.NAME,
                    "which backend; may be left out where there is one of the type");
    private static final Shape.Key SINCE =
            optional("since", TEXT, "how far back from the end, as a duration");
    private static final Shape.Key START =
            optional("start", SCALAR, "RFC 3339 or seconds since the epoch");
    private static final Shape.Key END = optional("end", SCALAR, "likewise; now where left out");

    static final Block PROMETHEUS =
            Block.of(
                    "prometheus",
                    BACKEND,
                    optional("instant", TEXT, "a PromQL query at one point in time"),
                    optional("range", TEXT, "a PromQL query over a window"),
                    optional(
                            "series",
                            Either.of(new True(), TEXT, new ListOf(TEXT, 1)),
                            "the series that match one or several selectors"),
                    optional("labels", new True(), "the label names in use"),
                    optional("label_values", TEXT, "the values of this label"),
                    optional(
                            "metadata",
                            Either.of(new True(), TEXT),
                            "type, help and unit of all metrics, or of this one"),
                    optional(
                            "targets",
                            Either.of(new True(), TEXT),
                            "the scrape targets: active, dropped or any"),
                    optional(
                            "rules",
                            Either.of(new True(), TEXT),
                            "the rules: alert or record, or both"),
                    optional("alerts", new True(), "the alerts pending or firing"),
                    optional("time", SCALAR, "when, for instant; now where left out"),
                    SINCE,
                    START,
                    END,
                    optional(
                            "step",
                            SCALAR,
                            "between two points of a range; chosen to fit where left out"),
                    optional("match", TEXTS, "only in series that match these selectors"));

    static final Block LOKI =
            Block.of(
                    "loki",
                    BACKEND,
                    optional("query", TEXT, "a LogQL query"),
                    optional(
                            "instant",
                            new Flag(),
                            "whether the query is a metric query at one point in time"),
                    optional("time", SCALAR, "when, for an instant query; now where left out"),
                    SINCE,
                    START,
                    END,
                    optional("limit", SCALAR, "how many log lines at most; Loki's default is 100"),
                    optional("step", SCALAR, "between two points of a metric query"),
                    optional(
                            "direction",
                            Words.of("forward", "backward"),
                            "oldest or newest lines first; backward where left out"),
                    optional("labels", new True(), "the label names in use"),
                    optional("label_values", TEXT, "the values of this label"),
                    optional("selector", TEXT, "for label_values: only in streams that match this"),
                    optional("series", TEXTS, "the streams that match one or several selectors"),
                    optional("stats", TEXT, "how much this selector would read"));

    static final Block FILTER =
            Block.of(
                    "alertFilter",
                    optional("matchers", TEXTS, "matchers, all of which must match"),
                    optional("receiver", TEXT, "an expression over the receivers' names"),
                    optional(
                            "active",
                            new Flag(),
                            "whether active alerts are listed; true where left out"),
                    optional(
                            "silenced",
                            new Flag(),
                            "whether silenced alerts are listed; true where left out"),
                    optional(
                            "inhibited",
                            new Flag(),
                            "whether inhibited alerts are listed; true where left out"));

    static final Block SILENCES =
            Block.of(
                    "silencesFilter",
                    optional("matchers", TEXTS, "matchers, all of which must match"));

    static final Block SILENCE =
            Block.of(
                    "silence",
                    required("matchers", TEXTS, "what is silenced"),
                    required("duration", TEXT, "for how long"),
                    required("comment", TEXT, "why"));

    static final Block ALERTMANAGER =
            Block.of(
                    "alertmanager",
                    BACKEND,
                    optional("alerts", Either.of(new True(), FILTER), "the alerts"),
                    optional("groups", Either.of(new True(), FILTER), "the alerts by group"),
                    optional("silences", Either.of(new True(), SILENCES), "the silences"),
                    optional("status", new True(), "version, uptime and cluster"),
                    optional("silence", SILENCE, "a new silence"),
                    optional("expire", TEXT, "the id of a silence to end"));

    static final Block INVOCATION =
            Block.of(
                    "invocation",
                    required("command_id", TEXT, "the command's id"),
                    required("instance", TEXT, "the instance's id"));

    static final Block PARAMETER_PATH =
            Block.of("parameterPath", required("path", TEXT, "every parameter below this path"));

    private static final Shape PERCENT_OR_COUNT =
            Either.of(
                    new Whole(0, 1_000),
                    new Shape.Text(
                            "a number, or a percentage such as `10%`",
                            "[0-9]{1,4}|(?:100|[0-9]{1,2})%"));

    static final Block SSM =
            Block.of(
                    "ssm",
                    BACKEND,
                    optional("instances", TEXTS, "instance ids"),
                    optional(
                            "targets",
                            new MapOf(
                                    new Shape.Text(
                                            "a filter key such as `tag:service`",
                                            "tag:[\\s\\S]{1,128}|resource-groups:[A-Za-z]+"),
                                    TEXT),
                            "instances by tag"),
                    optional("commands", TEXTS, "shell commands"),
                    optional("document", TEXT, "a command document"),
                    optional(
                            "version",
                            Either.of(
                                    new Whole(1, Integer.MAX_VALUE),
                                    new Shape.Text("a version number", "[1-9][0-9]{0,8}")),
                            "the document's version; its default version where left out"),
                    optional(
                            "parameters",
                            new MapOf(
                                    Shape.Text.NOT_BLANK,
                                    Either.of(
                                            Shape.Text.ANY,
                                            new Whole(Long.MIN_VALUE, Long.MAX_VALUE),
                                            new ListOf(SCALAR, 0))),
                            "of the document or automation"),
                    optional("automation", TEXT, "an automation document"),
                    optional(
                            "invocation",
                            INVOCATION,
                            "the outcome of an earlier command on one instance"),
                    optional(
                            "inventory",
                            new True(),
                            "the managed instances, all or those of `instances` or `targets`"),
                    optional(
                            "parameter",
                            Either.of(TEXT, PARAMETER_PATH),
                            "a parameter of the store; never a SecureString's value"),
                    optional(
                            "max_concurrency",
                            PERCENT_OR_COUNT,
                            "instances at once, a number or a percentage"),
                    optional(
                            "max_errors",
                            PERCENT_OR_COUNT,
                            "failed instances after which no more are begun"),
                    optional("run_limit", CommonShapes.DURATION, "after which a command is ended"),
                    optional("working_directory", TEXT, "where commands run"));

    private ActionKeys() {}
}
