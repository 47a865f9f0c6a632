package dev.countergate.server.decisions;

import static dev.countergate.server.yaml.Shape.Key.optional;
import static dev.countergate.server.yaml.Shape.Key.optionalNotEmpty;
import static dev.countergate.server.yaml.Shape.Key.required;

import dev.countergate.server.yaml.Shape;
import dev.countergate.server.yaml.Shape.Block;
import dev.countergate.server.yaml.Shape.Either;
import dev.countergate.server.yaml.Shape.ListOf;
import dev.countergate.server.yaml.Shape.MapOf;
import dev.countergate.server.yaml.Shape.Text;
import dev.countergate.server.yaml.Shape.Whole;
import dev.countergate.server.yaml.Shape.Words;

/** The keys of a file of cases. */
final class CaseKeys {
    private static final Shape COUNT = new Whole(0, Integer.MAX_VALUE);

    static final Block CASE =
            Block.of(
                    "case",
                    required("name", Text.NOT_BLANK, "what it shows, in your words"),
                    required("call", Text.NOT_BLANK, "the tool"),
                    optional(
                            "args",
                            new MapOf(Text.NOT_BLANK, new Shape.Anything()),
                            "its arguments"),
                    optional(
                                    "as",
                                    new Text(
                                            "`unix:` or `token:` and a name",
                                            "(?:unix|token):\\S.*"),
                                    "who calls")
                            .or("unix:somebody"),
                    optionalNotEmpty(
                            "person",
                            Text.ANY,
                            "who stands behind them; as the catalogue says where left out, \"\" for"
                                    + " nobody"),
                    optional("at", Text.NOT_BLANK, "the time, quoted; the default is a Monday")
                            .or("2000-01-03T12:00:00Z"),
                    optional(
                            "mode",
                            Words.of("observe", "propose", "auto"),
                            "in place of the catalogue's mode"),
                    optional(
                            "frozen",
                            Text.NOT_BLANK,
                            "why changes are frozen there; they are not where left out"),
                    optional(
                                    "attempts",
                                    Either.of(COUNT, new ListOf(COUNT, 1)),
                                    "made so far, for each of its limits or for all alike")
                            .or(0),
                    optional(
                            "targets",
                            new ListOf(Text.NOT_BLANK, 0),
                            "the instances its targets resolve to"),
                    required(
                            "expect",
                            Words.of("permit", "approve", "forbid", "invalid"),
                            "what should become of it; invalid: its arguments do not fit the tool"),
                    optional(
                            "approvals",
                            new Whole(1, Integer.MAX_VALUE),
                            "how many persons must agree; any number where left out"),
                    optionalNotEmpty(
                            "rule",
                            Text.ANY,
                            "the id of the rule that decides; any where left out, \"\" for none"),
                    optional(
                            "code",
                            Words.of(
                                    "FORBIDDEN",
                                    "FROZEN",
                                    "RATE_LIMITED",
                                    "TOO_MANY_TARGETS",
                                    "UNMAPPED_PERSON"),
                            "of the refusal; any where left out"));

    static final Block FILE =
            Block.of(
                    "cases",
                    optional("catalogue", Text.NOT_BLANK, "its file, beside this one"),
                    required("cases", new ListOf(CASE, 1), "in the order they run"));

    private CaseKeys() {}
}
