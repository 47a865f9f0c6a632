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
                    "which backend; may be left out where there is one of the type only");
    private static final Shape.Key SINCE =
            optional(
                    "since",
                    TEXT,
                    "how far back from the end, as a duration; not together with `start`");
    private static final Shape.Key START =
            optional("start", SCALAR, "from when on: RFC 3339 or seconds since the epoch");
    private static final Shape.Key END =
            optional("end", SCALAR, "until when, written likewise; now where left out");

    static final Block PROMETHEUS =
            Block.of(
                    "prometheus",
                    BACKEND,
                    optional("instant", TEXT, "a PromQL query at one point in time"),
                    optional(
                            "range",
                            TEXT,
                            "a PromQL query over a window; the last hour where nothing says which"),
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
                                    "whether the query is a metric query at one point in time")
                            .or(false),
                    optional("time", SCALAR, "when, for an instant query; now where left out"),
                    SINCE,
                    START,
                    END,
                    optional(
                            "limit",
                            SCALAR,
                            "how many log lines at most, up to 5000; 200 where left out"),
                    optional(
                            "step",
                            SCALAR,
                            "between two points of a metric query; Loki's choice where left out"),
                    optional(
                                    "direction",
                                    Words.of("forward", "backward"),
                                    "oldest or newest lines first")
                            .or("backward"),
                    optional("labels", new True(), "the label names in use"),
                    optional("label_values", TEXT, "the values of this label"),
                    optional("selector", TEXT, "for label_values: only in streams that match this"),
                    optional("series", TEXTS, "the streams that match one or several selectors"),
                    optional("stats", TEXT, "how much this selector would read"));

    static final Block FILTER =
            Block.of(
                    "alertFilter",
                    optional(
                            "matchers",
                            TEXTS,
                            "matchers such as service=\"{service}\", all of which must match"),
                    optional("receiver", TEXT, "an expression over the receivers' names"),
                    optional("active", new Flag(), "whether active alerts are listed").or(true),
                    optional("silenced", new Flag(), "whether silenced alerts are listed").or(true),
                    optional("inhibited", new Flag(), "whether inhibited alerts are listed")
                            .or(true));

    static final Block SILENCES =
            Block.of(
                    "silencesFilter",
                    optional(
                            "matchers",
                            TEXTS,
                            "matchers such as service=\"{service}\", all of which must match"));

    static final Block SILENCE =
            Block.of(
                    "silence",
                    required("matchers", TEXTS, "what is silenced: alerts that all of these match"),
                    required("duration", TEXT, "for how long, counted from when it is proposed"),
                    required(
                            "comment",
                            TEXT,
                            "why; stands in Alertmanager beside the attempt's id"));

    static final Block ALERTMANAGER =
            Block.of(
                    "alertmanager",
                    BACKEND,
                    optional("alerts", Either.of(new True(), FILTER), "the alerts: true for all"),
                    optional(
                            "groups",
                            Either.of(new True(), FILTER),
                            "the alerts by group: true for all"),
                    optional(
                            "silences",
                            Either.of(new True(), SILENCES),
                            "the silences: true for all"),
                    optional("status", new True(), "version, uptime and cluster"),
                    optional("silence", SILENCE, "a new silence: a write"),
                    optional("expire", TEXT, "the id of a silence to end: a write"));

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
                    optional("instances", TEXTS, "where it runs: up to 50 instance ids"),
                    optional(
                            "targets",
                            new MapOf(
                                    new Shape.Text(
                                            "a filter key such as `tag:service`",
                                            "tag:[\\s\\S]{1,128}|resource-groups:[A-Za-z]+"),
                                    TEXT),
                            "where it runs: up to 5 tags and their values, resolved to instances before a person is asked"),
                    optional(
                            "commands",
                            TEXTS,
                            "shell commands: a write unless the tool declares `effect: read`"),
                    optional(
                            "document",
                            TEXT,
                            "a command document by name or ARN: a write unless the tool declares `effect: read`"),
                    optional(
                            "version",
                            Either.of(
                                    new Whole(1, Integer.MAX_VALUE),
                                    new Shape.Text("a version number", "[1-9][0-9]{0,8}")),
                            "the document's version; its default version, looked up before a person is asked, where left out"),
                    optional(
                            "parameters",
                            new MapOf(
                                    Shape.Text.NOT_BLANK,
                                    Either.of(
                                            Shape.Text.ANY,
                                            new Whole(Long.MIN_VALUE, Long.MAX_VALUE),
                                            new ListOf(SCALAR, 0))),
                            "values for the document or automation"),
                    optional("automation", TEXT, "an automation document by name or ARN: a write"),
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
                            "instances at once, a number or a percentage; a write has to say"),
                    optional(
                            "max_errors",
                            PERCENT_OR_COUNT,
                            "failed instances after which no more are begun; a write has to say"),
                    optional(
                            "run_limit",
                            CommonShapes.DURATION,
                            "after which a command is ended, from 5s to 48h; AWS's default, an hour, where left out"),
                    optional("working_directory", TEXT, "the folder that `commands` run in"));

    private ActionKeys() {}
}
