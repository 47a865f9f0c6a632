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
                            "what going over it means; approve where left out"));

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
                    required("expect", TEXT, "a CEL expression over `value` and `result`"),
                    optional("reason", TEXT, "told when it does not hold"));

    static final Block VERIFY =
            Block.of(
                    "verify",
                    required("tool", TOOL_NAME, "a read tool"),
                    optional(
                            "args",
                            ARGUMENTS,
                            "its arguments; placeholders are the guarded tool's parameters"),
                    required("expect", TEXT, "a CEL expression over `value` and `result`"),
                    required("within", DURATION, "for how long it is looked for"),
                    optional("every", DURATION, "how often; 15s where left out"));

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
                    optional("count", new Whole(1, 10), "distinct persons; 1 where left out"),
                    optional("expires", DURATION, "how long a proposal waits; 60m where left out"),
                    optional(
                            "other_person",
                            new Flag(),
                            "whether one of them must not be the person behind the requester"));

    static final Block GUARD =
            Block.of(
                    "guard",
                    optional(
                            "risk",
                            Words.of("low", "moderate", "high", "critical"),
                            "how much an approver has to type; moderate where left out"),
                    optional("environment", TEXT, "where it acts; the backend's where left out"),
                    optional("reversible", new Flag(), "whether it can be undone"),
                    optional("accepts_loss", TEXT, "what is given up, in your words"),
                    optional(
                            "labels", new MapOf(CommonShapes.NAME, SCALAR), "for rules to look at"),
                    optional("limits", new ListOf(LIMIT, 0), "how often it may be called"),
                    optional("targets", TARGETS, "how many targets a call may have"),
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
                            "how long its effect waits after a rejection or failed verification; 15m where left out"),
                    optional(
                            "settle", DURATION, "how long the backend may take to show an effect"));

    private GuardKeys() {}
}
