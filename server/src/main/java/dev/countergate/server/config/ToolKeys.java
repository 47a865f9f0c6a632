package dev.countergate.server.config;

import static dev.countergate.server.config.CommonShapes.HEADERS;
import static dev.countergate.server.config.CommonShapes.TEXT;
import static dev.countergate.server.config.CommonShapes.TIMEOUT;
import static dev.countergate.server.config.CommonShapes.TOOL_NAME;
import static dev.countergate.server.yaml.Shape.Key.optional;
import static dev.countergate.server.yaml.Shape.Key.optionalNotEmpty;
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
                                    Words.of(
                                            "string", "number", "integer", "boolean", "array",
                                            "object"),
                                    "its JSON type")
                            .or("string"),
                    optional(
                            "enum",
                            new ListOf(new Anything(), 1),
                            "the only values it may have; of its type"),
                    optional(
                                    "required",
                                    new Flag(),
                                    "whether a call must give it; never together with `default`")
                            .or(false),
                    optionalNotEmpty(
                            "default",
                            new Anything(),
                            "what stands for it when a call does not give it; of its type, so write \"50\" where that is string"),
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
                            "what the string, or each string of an array, is declared to be: checked, and what lets it stand where such a thing may"),
                    optional(
                            "pattern",
                            TEXT,
                            "an RE2 expression that the whole value must match; strings only"),
                    optional(
                            "minimum",
                            BOUND,
                            "the least number, or the shortest where the format is duration"),
                    optional(
                            "maximum",
                            BOUND,
                            "the greatest number, or the longest where the format is duration"),
                    optional(
                            "within",
                            new ListOf(TEXT, 1),
                            "for `format: path`: the folders it must lie in"));

    static final Block RESPONSE =
            Block.of(
                    "response",
                    optional("type", Words.of("text", "json"), "what the answer is").or("text"),
                    optional(
                            "path",
                            TEXT,
                            "dotted path to the part that is passed on; with type json only; the whole answer where it leads nowhere"),
                    optional(
                            "template",
                            TEXT,
                            "what is passed on: text with {dotted.path} markers; with type json only"));

    static final Block RETRY =
            Block.of(
                    "retry",
                    optional("count", new Whole(0, 100), "attempts after the first").or(2),
                    optional(
                                    "backoff_ms",
                                    new Numeric(0, false),
                                    "milliseconds before the first of these, twice as many before each further one")
                            .or(250));

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
                    required("key", TOOL_NAME, "names its answer in the result; unique"),
                    required("url", TEXT, "where it goes"),
                    optional("method", METHOD, "the HTTP method, in any case").or("GET"),
                    optional("headers", HEADERS, "sent with it; values may hold ${NAME}"),
                    optional("auth", AUTH, "how it authenticates"),
                    optional(
                            "params",
                            new ListOf(PARAM, 0),
                            "those of the tool's arguments that it sends, declared again"),
                    optional("response", RESPONSE, "what becomes of the answer"),
                    optional("timeout", TIMEOUT, "of one attempt: milliseconds, or a duration")
                            .or(30_000),
                    optional("retry", RETRY, "what is tried again; not at all where left out"));

    static final Block TOOL =
            Block.of(
                    "tool",
                    required("name", TOOL_NAME, "as agents call it; unique"),
                    optional("description", new Anything(), "what the agent is told of it"),
                    optional(
                            "effect",
                            Words.of("read", "notify", "write", "forbidden"),
                            "what it does to the world; where left out it follows from the action"),
                    optional("params", new ListOf(PARAM, 0), "the arguments it takes"),
                    optional(
                            "url",
                            TEXT,
                            "an HTTP request: an absolute URL, or a path where `backend` is given"),
                    optional(
                            "backend",
                            CommonShapes.NAME,
                            "the http backend that `url` is a path of"),
                    optional("method", METHOD, "of `url`, in any case").or("GET"),
                    optional("headers", HEADERS, "of `url`; values may hold ${NAME}"),
                    optional("auth", AUTH, "of `url`: how it authenticates"),
                    optional(
                            "body",
                            new Anything(),
                            "of `url`: a tree whose leaves may be placeholders; where left out the parameters that the url does not use"),
                    optional(
                            "idempotency_header",
                            CommonShapes.HEADER_NAME,
                            "of `url`: the header that carries a write's attempt id, where the API takes a key against sending twice"),
                    optional("response", RESPONSE, "of `url`: what becomes of the answer"),
                    optional(
                            "timeout",
                            TIMEOUT,
                            "of one attempt at `url`: milliseconds, or a duration; where left out the backend's, or 30 s without `backend`"),
                    optional(
                            "retry",
                            RETRY,
                            "of `url`: what is tried again, for reads only; not at all where left out"),
                    optional(
                            "requests",
                            new ListOf(REQUEST, 1),
                            "several HTTP requests side by side, in place of `url`; the tool then has nothing else of a request"),
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
                            "how much of an answer the agent gets at once; where left out 49152 (48 KiB), and 65536 for `url` and `requests`"),
                    optional(
                                    "max_rows",
                                    CommonShapes.COUNT,
                                    "how many rows or log lines the agent gets at once")
                            .or(1_000),
                    optional(
                                    "max_series",
                                    CommonShapes.COUNT,
                                    "how many series the agent gets at once")
                            .or(200));

    private ToolKeys() {}
}
