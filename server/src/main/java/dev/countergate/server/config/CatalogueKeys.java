package dev.countergate.server.config;

import static dev.countergate.server.config.CommonShapes.COUNT;
import static dev.countergate.server.config.CommonShapes.DURATION;
import static dev.countergate.server.config.CommonShapes.HEADERS;
import static dev.countergate.server.config.CommonShapes.NAME;
import static dev.countergate.server.config.CommonShapes.TEXT;
import static dev.countergate.server.config.CommonShapes.TOOL_NAME;
import static dev.countergate.server.yaml.Shape.Key.optional;
import static dev.countergate.server.yaml.Shape.Key.optionalNotEmpty;
import static dev.countergate.server.yaml.Shape.Key.required;

import dev.countergate.server.yaml.Shape.Block;
import dev.countergate.server.yaml.Shape.Either;
import dev.countergate.server.yaml.Shape.ListOf;
import dev.countergate.server.yaml.Shape.MapOf;
import dev.countergate.server.yaml.Shape.Text;
import dev.countergate.server.yaml.Shape.Whole;
import dev.countergate.server.yaml.Shape.Words;

/** The keys of a catalogue file, its backends, principals and policy. */
final class CatalogueKeys {
    static final Block BASIC =
            Block.of(
                    "basic",
                    required("username", TEXT, "may hold ${NAME}"),
                    required("password", TEXT, "${NAME} or ${file:PATH}"));

    static final Block AUTH =
            Block.of(
                    "backendAuth",
                    optional(
                            "bearer_env",
                            CommonShapes.VARIABLE,
                            "the environment variable that holds a bearer token"),
                    optional("bearer", TEXT, "a bearer token: ${NAME} or ${file:PATH}"),
                    optional("basic", BASIC, "user name and password"));

    static final Block LIMITS =
            Block.of(
                    "backendLimits",
                    optional("concurrency", new Whole(1, 10_000), "requests under way at once")
                            .or(16),
                    optional(
                                    "response_bytes",
                                    new Whole(1_024, 1 << 30),
                                    "of one answer; the default is 16 MiB")
                            .or(16 << 20));

    static final Block BACKEND =
            Block.of(
                    "backend",
                    required(
                            "type",
                            Words.of("prometheus", "loki", "alertmanager", "ssm", "http"),
                            "which API it speaks"),
                    optional(
                            "url",
                            TEXT,
                            "where it is: scheme, host, port and a path before all paths; may hold ${NAME:-default}; not for ssm, where AWS says where"),
                    optional("auth", AUTH, "how to authenticate; not for ssm"),
                    optional(
                            "headers",
                            HEADERS,
                            "sent with every request; values may hold ${NAME}; not for ssm"),
                    optional("tenant", Text.ANY, "loki: the X-Scope-OrgID; none where empty"),
                    optional(
                            "environment",
                            Text.ANY,
                            "what it belongs to, such as prod; for tools whose guard names none"),
                    optional(
                                    "timeout",
                                    CommonShapes.TIMEOUT,
                                    "of one request: milliseconds, or a duration")
                            .or("30s"),
                    optional("limits", LIMITS, "what it may cost"),
                    optional("region", TEXT, "ssm: the AWS region; needed there"),
                    optional("endpoint", Text.ANY, "ssm: in place of AWS's own; none where empty"),
                    optional(
                            "profile",
                            Text.ANY,
                            "ssm: of the shared AWS configuration; none where empty"),
                    optional("role_arn", Text.ANY, "ssm: a role to assume; none where empty"));

    static final Block TOKEN =
            Block.of(
                    "token",
                    required("name", NAME, "unique; the principal is `token:NAME`"),
                    required(
                            "sha256",
                            new Text(
                                    "64 lower-case hexadecimal digits, as `countergate token add`"
                                            + " prints them",
                                    "[0-9a-f]{64}",
                                    false),
                            "the hash of the token, never the token"),
                    optional(
                            "expires",
                            CommonShapes.TIME,
                            "from when on it is refused; quoted; never where left out"));

    static final Block CALL_LIMIT =
            Block.of(
                    "callLimit",
                    required("calls", COUNT, "this many"),
                    required("per", DURATION, "in this time, at most a week"));

    static final Block PRINCIPAL =
            Block.of(
                    "principal",
                    optional(
                            "person",
                            CommonShapes.PERSON,
                            "who stands behind them, as `approver add` names them; nobody where left"
                                    + " out"),
                    optional(
                            "unix",
                            CommonShapes.TEXTS,
                            "users of this machine, as the kernel names them"),
                    optional("tokens", new ListOf(TOKEN, 1), "bearer tokens, for HTTP"),
                    optionalNotEmpty(
                            "tools",
                            Either.of(
                                    CommonShapes.TOOL_GLOB, new ListOf(CommonShapes.TOOL_GLOB, 0)),
                            "the only tools there are for them, `*` standing for any letters; all"
                                    + " where left out"),
                    optionalNotEmpty(
                            "limits",
                            new ListOf(CALL_LIMIT, 0),
                            "how often each of them may call; no limit where left out"));

    static final Block BREAKER =
            Block.of(
                    "breaker",
                    required("failures", COUNT, "this many"),
                    required("within", DURATION, "in this time"));

    static final Block NOTIFY =
            Block.of(
                    "notify",
                    required(
                            "on",
                            new ListOf(Words.of("proposed", "outcome", "frozen"), 1),
                            "what is told: a new proposal, what became of one, a freeze"),
                    required("url", TEXT, "where it is posted; may hold ${NAME}"));

    static final Block RULE =
            Block.of(
                    "rule",
                    required("id", NAME, "unique"),
                    required(
                            "then",
                            Words.of("permit", "approve", "forbid"),
                            "what becomes of calls it matches"),
                    optional(
                                    "approvals",
                                    new Whole(1, 10),
                                    "persons asked for; with `approve` only")
                            .or(1),
                    required(
                            "when",
                            TEXT,
                            "a CEL expression over the call; docs/policy.md lists what it sees"),
                    optional(
                            "reason",
                            TEXT,
                            "told to whom it concerns: the agent that is refused, the person who is asked"));

    static final Block POLICY =
            Block.of(
                    "policy",
                    optional(
                                    "mode",
                                    Words.of("observe", "propose", "auto"),
                                    "what becomes of writes: decided and logged (observe), proposed (propose), or also sent without a person where a rule permits it (auto)")
                            .or("propose"),
                    optional(
                            "separation",
                            Words.of("S0", "S1", "S2", "S3"),
                            "the least separation at which writes are taken; S2 and S3 are what you declare"),
                    optional(
                                    "max_open_proposals",
                                    COUNT,
                                    "per principal, and ten times as many within an hour")
                            .or(20),
                    optional(
                            "breaker",
                            BREAKER,
                            "when an environment freezes by itself; 3 failures within 10m where left out"),
                    optional("notify", new ListOf(NOTIFY, 0), "whom the daemon tells"),
                    optional(
                            "rules",
                            new ListOf(RULE, 0),
                            "in any order: forbid beats approve beats permit"));

    static final Block CATALOGUE =
            Block.of(
                            "catalogue",
                            optional(
                                    "include",
                                    CommonShapes.TEXTS,
                                    "more catalogue files, relative to this one; each name may be defined once"),
                            optional(
                                    "backends",
                                    new MapOf(NAME, BACKEND),
                                    "base URL, credentials, limits and identity, named once"),
                            optional(
                                    "tools",
                                    new ListOf(ToolKeys.TOOL, 0),
                                    "the tools, in the order agents see them"),
                            optional(
                                    "guards",
                                    new MapOf(TOOL_NAME, GuardKeys.GUARD),
                                    "what holds for a tool's calls, by the tool's name; so that a borrowed file needs no edit"),
                            optional(
                                    "principals",
                                    new ListOf(PRINCIPAL, 0),
                                    "who calls, who stands behind them, and what each may do"),
                            optional(
                                    "runbooks",
                                    TEXT,
                                    "a folder of markdown files that agents may read, relative to"
                                            + " this file"),
                            optional(
                                    "policy",
                                    POLICY,
                                    "what holds for all tools; one of all files has it"))
                    .andOthers();

    private CatalogueKeys() {}
}
