package dev.countergate.server.config;

import static dev.countergate.server.config.CommonShapes.ARGUMENTS;
import static dev.countergate.server.config.CommonShapes.COUNT;
import static dev.countergate.server.config.CommonShapes.DURATION;
import static dev.countergate.server.config.CommonShapes.SCALAR;
import static dev.countergate.server.config.CommonShapes.TEXT;
import static dev.countergate.server.config.CommonShapes.TOOL_NAME;
import static dev.countergate.server.yaml.Shape.Key.optional;
import static dev.countergate.server.yaml.Shape.Key.required;

import dev.countergate.server.yaml.Shape.Block;
import dev.countergate.server.yaml.Shape.Flag;
import dev.countergate.server.yaml.Shape.ListOf;
import dev.countergate.server.yaml.Shape.MapOf;
import dev.countergate.server.yaml.Shape.Whole;
import dev.countergate.server.yaml.Shape.Words;

/** The keys of a guard. */
final class GuardKeys {
    static final Block LIMIT =
            Block.of(
                    "limit",
                    required("calls", COUNT, "attempts allowed"),
                    required("per", DURATION, "in this time"),
                    optional(
                            "by",
                            new ListOf(TEXT, 1),
                            "counted apart for each value of these parameters"),
                    optional(
                                    "over",
                                    Words.of("approve", "forbid"),
                                    "what going over it means: a person is asked although a rule permits, or it is refused")
                            .or("approve"));

    static final Block TARGETS =
            Block.of("guardTargets", required("max", COUNT, "the most targets of one call"));

    static final Block REQUIRE =
            Block.of(
                    "require",
                    required("tool", TOOL_NAME, "a read tool"),
                    optional(
                            "args",
                            ARGUMENTS,
                            "its arguments; placeholders are the guarded tool's parameters"),
                    required(
                            "expect",
                            TEXT,
                            "a CEL expression over `value`, the read's one number, and `result`, its structured content"),
                    optional("reason", TEXT, "told when it does not hold; shown when it does"));

    static final Block VERIFY =
            Block.of(
                    "verify",
                    required("tool", TOOL_NAME, "a read tool"),
                    optional(
                            "args",
                            ARGUMENTS,
                            "its arguments; placeholders are the guarded tool's parameters"),
                    required(
                            "expect",
                            TEXT,
                            "a CEL expression over `value`, the read's one number, and `result`, its structured content"),
                    required(
                            "within",
                            DURATION,
                            "for how long it is looked for; at least twice what the read's query looks back"),
                    optional("every", DURATION, "how often").or("15s"));

    static final Block UNDO =
            Block.of(
                    "undo",
                    required("tool", TOOL_NAME, "a write tool"),
                    optional(
                            "args",
                            ARGUMENTS,
                            "its arguments; {result.x} is a member of the write's result"));

    static final Block APPROVALS =
            Block.of(
                    "approvals",
                    optional("count", new Whole(1, 10), "distinct persons").or(1),
                    optional("expires", DURATION, "how long a proposal waits").or("60m"),
                    optional(
                                    "other_person",
                                    new Flag(),
                                    "whether one of them must not be the person behind the requester")
                            .or(false),
                    optional(
                                    "verification",
                                    new Flag(),
                                    "whether each one's key must verify its person by PIN or fingerprint, as a hardware key made with `-O verify-required` does")
                            .or(false));

    static final Block GUARD =
            Block.of(
                    "guard",
                    optional(
                                    "risk",
                                    Words.of("low", "moderate", "high", "critical"),
                                    "how much an approver has to type")
                            .or("moderate"),
                    optional(
                            "environment",
                            TEXT,
                            "where it acts, fixed or from an argument as in \"{environment}\"; the backend's where left out, and shown as unknown where that names none either"),
                    optional(
                            "reversible",
                            new Flag(),
                            "whether it can be undone; shown as not declared where left out"),
                    optional(
                            "accepts_loss",
                            TEXT,
                            "what is given up, in your words; stands in for `reversible: true` where a rule is to permit it without a person"),
                    optional(
                            "labels", new MapOf(CommonShapes.NAME, SCALAR), "for rules to look at"),
                    optional(
                            "limits",
                            new ListOf(LIMIT, 0),
                            "how often it may be called; counted in the store"),
                    optional("targets", TARGETS, "how many machines a call may reach"),
                    optional(
                            "require",
                            new ListOf(REQUIRE, 0),
                            "what must hold when proposed and right before sending"),
                    optional("verify", VERIFY, "the read that tells whether it worked"),
                    optional("undo", UNDO, "the call that takes it back"),
                    optional("approvals", APPROVALS, "who must agree"),
                    optional(
                                    "after_failure",
                                    DURATION,
                                    "how long its effect waits after a rejection or failed verification")
                            .or("15m"),
                    optional(
                            "settle",
                            DURATION,
                            "how long the backend may take to show what was sent, before an unknown outcome is taken for not applied; in place of the backend's own, 15m for ssm and 2m for silences"));

    private GuardKeys() {}
}
