package dev.countergate.server.config;

import static dev.countergate.server.config.CommonShapes.HEADERS;
import static dev.countergate.server.config.CommonShapes.TEXT;
import static dev.countergate.server.config.CommonShapes.TIMEOUT;
import static dev.countergate.server.config.CommonShapes.TOOL_NAME;
import static dev.countergate.server.yaml.Shape.Key.optional;
import static dev.countergate.server.yaml.Shape.Key.required;

import dev.countergate.server.yaml.Shape;
import dev.countergate.server.yaml.Shape.Anything;
import dev.countergate.server.yaml.Shape.Block;
import dev.countergate.server.yaml.Shape.Either;
import dev.countergate.server.yaml.Shape.Flag;
import dev.countergate.server.yaml.Shape.ListOf;
import dev.countergate.server.yaml.Shape.Numeric;
import dev.countergate.server.yaml.Shape.Text;
import dev.countergate.server.yaml.Shape.Whole;
import dev.countergate.server.yaml.Shape.Words;
import java.util.List;

/** The keys of a tool and of what belongs to a {@code url}. */
final class ToolKeys {
    private static final Words METHOD =
            new Words(List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"), true);

    /** A bound may be a number or a duration. */
    private static final Shape BOUND =
            Either.of(new Numeric(Double.NEGATIVE_INFINITY, false), CommonShapes.DURATION);

    static final Block PARAM =
            Block.of(
                    "param",
                    required(
                            "name",
                            new Text("a string that is not empty", "[\\s\\S]+"),
                            "the argument's name"),
                    optional("description", new Anything(), "what the agent is told of it"),
                    optional(
                            "type",
                            Words.of("string", "number", "integer", "boolean", "array", "object"),
                            "its JSON type; string where left out"),
                    optional("enum", new ListOf(new Anything(), 1), "the only values it may have"),
                    optional("required", new Flag(), "whether a call must give it"),
                    new Shape.Key(
                            "default",
                            new Anything(),
                            false,
                            true,
                            "what stands for it when it is not given"),
                    optional(
                            "format",
                            Words.of(
                                    "promql",
                                    "logql",
                                    "regex",
                                    "duration",
                                    "time",
                                    "label_name",
                                    "metric_name",
                                    "cidr",
                                    "path"),
                            "what the string is declared to be"),
                    optional("pattern", TEXT, "an RE2 expression that the whole value must match"),
                    optional("minimum", BOUND, "the least number or duration"),
                    optional("maximum", BOUND, "the greatest number or duration"),
                    optional("within", new ListOf(TEXT, 1), "the folders a path must lie in"));

    static final Block RESPONSE =
            Block.of(
                    "response",
                    optional(
                            "type",
                            Words.of("text", "json"),
                            "what the answer is; text where left out"),
                    optional(
                            "path",
                            TEXT,
                            "dotted path to the part that is passed on; with type json only"),
                    optional(
                            "template",
                            TEXT,
                            "text with {dotted.path} markers; with type json only"));

    static final Block RETRY =
            Block.of(
                    "retry",
                    optional(
                            "count",
                            new Whole(0, 100),
                            "attempts after the first; 2 where left out"),
                    optional(
                            "backoff_ms",
                            new Numeric(0, false),
                            "before the first of these, doubling each time; 250 where left out"));

    static final Block AUTH =
            Block.of(
                    "auth",
                    optional(
                            "bearer_env",
                            CommonShapes.VARIABLE,
                            "the environment variable that holds a bearer token"));

    static final Block REQUEST =
            Block.of(
                    "request",
                    required("key", TOOL_NAME, "names its answer in the result"),
                    required("url", TEXT, "where it goes"),
                    optional("method", METHOD, "GET where left out"),
                    optional("headers", HEADERS, "sent with it; values may hold ${NAME}"),
                    optional("auth", AUTH, "how it authenticates"),
                    optional("params", new ListOf(PARAM, 0), "the arguments it sends"),
                    optional("response", RESPONSE, "what becomes of the answer"),
                    optional(
                            "timeout",
                            TIMEOUT,
                            "of one attempt: milliseconds, or a duration; 30000 where left out"),
                    optional("retry", RETRY, "what is tried again"));

    static final Block TOOL =
            Block.of(
                    "tool",
                    required("name", TOOL_NAME, "as agents call it"),
                    optional("description", new Anything(), "what the agent is told of it"),
                    optional(
                            "effect",
                            Words.of("read", "notify", "write", "forbidden"),
                            "what it does to the world, where that does not follow from its action"),
                    optional("params", new ListOf(PARAM, 0), "the arguments it takes"),
                    optional(
                            "url",
                            TEXT,
                            "an HTTP request: an absolute URL, or a path where `backend` is given"),
                    optional(
                            "backend",
                            CommonShapes.NAME,
                            "the http backend that `url` is a path of"),
                    optional("method", METHOD, "of `url`; GET where left out"),
                    optional("headers", HEADERS, "of `url`; values may hold ${NAME}"),
                    optional("auth", AUTH, "of `url`: how it authenticates"),
                    optional(
                            "body",
                            new Anything(),
                            "of `url`: a tree whose leaves may be placeholders"),
                    optional(
                            "idempotency_header",
                            CommonShapes.HEADER_NAME,
                            "of `url`: the header that carries a write's attempt id"),
                    optional("response", RESPONSE, "of `url`: what becomes of the answer"),
                    optional(
                            "timeout",
                            TIMEOUT,
                            "of one attempt at `url`: milliseconds, or a duration; 30000 where left out"),
                    optional("retry", RETRY, "of `url`: what is tried again, for reads only"),
                    optional(
                            "requests",
                            new ListOf(REQUEST, 1),
                            "several HTTP requests side by side"),
                    optional("prometheus", ActionKeys.PROMETHEUS, "a read of a Prometheus"),
                    optional("loki", ActionKeys.LOKI, "a read of a Loki"),
                    optional(
                            "alertmanager",
                            ActionKeys.ALERTMANAGER,
                            "a read or a change at an Alertmanager"),
                    optional(
                            "ssm",
                            ActionKeys.SSM,
                            "a read or a change through AWS Systems Manager"),
                    optional(
                            "guard",
                            GuardKeys.GUARD,
                            "what holds for its calls; the same as under `guards`"),
                    optional(
                            "max_bytes",
                            new Whole(1_024, 16 << 20),
                            "how much of an answer the agent gets at once"),
                    optional(
                            "max_rows",
                            CommonShapes.COUNT,
                            "how many rows or log lines the agent gets at once"),
                    optional(
                            "max_series",
                            CommonShapes.COUNT,
                            "how many series the agent gets at once"));

    private ToolKeys() {}
}
