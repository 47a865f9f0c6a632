package dev.countergate.policy.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Guard.Limit;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Policy.Mode;
import dev.countergate.policy.catalogue.Policy.RuleText;
import dev.countergate.policy.catalogue.Policy.Then;
import dev.countergate.policy.catalogue.PrometheusAction;
import dev.countergate.policy.catalogue.ResultBudget;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.rule.Decision.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Who may do what, one row a case: what stops a call, what asks for persons, and the little that goes without. */
class DecisionTableTest {
    private static final String NO_AUTO = "at its limit of 3 calls per 1h: 3 made";
    private static final String UNCOUNTED =
            "at its limit of 3 calls per 1h: its attempts could not be counted";

    static Stream<Row> rows() {
        return Stream.of(
                // A write that everything speaks for, and each single thing that stops it.
                permit("auto", auto()),
                permit("auto", auto().used(2)),
                permit("auto", auto().asked(2).otherPerson()),
                permit("auto", auto().targets(2).targetsMax(2)),
                forbid(Code.FROZEN, auto().frozen("incident 42")),
                forbid(Code.FROZEN, auto().frozen("")),
                forbid(Code.TOO_MANY_TARGETS, auto().targets(3).targetsMax(2)),
                forbid(Code.RATE_LIMITED, auto().hard().used(3)),
                forbid(Code.RATE_LIMITED, auto().hard().used(4)),
                forbid(Code.RATE_LIMITED, auto().hard().uncounted()),
                forbid(Code.FORBIDDEN, auto().rule("no", Then.FORBID, 0, "true")),
                forbid(Code.FORBIDDEN, auto().rule("broken", Then.PERMIT, 0, "1 / 0 > 1")),
                forbid(Code.FORBIDDEN, auto().rule("broken", Then.APPROVE, 1, "1 / 0 > 1")),
                forbid(Code.FORBIDDEN, auto().rule("broken", Then.FORBID, 0, "1 / 0 > 1")),
                forbid(Code.FORBIDDEN, auto().effect(Effect.FORBIDDEN)),
                approve(1, NO_AUTO, auto().used(3)),
                approve(1, NO_AUTO.replace("3 made", "900 made"), auto().used(900)),
                approve(1, UNCOUNTED, auto().uncounted()),
                approve(1, "", auto().mode(Mode.PROPOSE)),
                approve(1, "", auto().mode(Mode.OBSERVE)),
                approve(1, "", auto().unlimited()),
                approve(1, "", auto().unverified()),
                approve(1, "", auto().irreversible()),
                approve(2, "", auto().rule("two", Then.APPROVE, 2, "true")),
                approve(2, NO_AUTO, auto().used(3).rule("two", Then.APPROVE, 2, "true")),

                // What stops a write is not softened by a person, and one that is stopped twice is
                // stopped by its rule.
                forbid(Code.FROZEN, write().frozen("incident 42")),
                forbid(Code.FROZEN, write().frozen("x").rule("two", Then.APPROVE, 2, "true")),
                forbid(Code.FROZEN, write().frozen("x").hard().used(3)),
                forbid(Code.TOO_MANY_TARGETS, write().targets(6).targetsMax(5).frozen("x")),
                forbid(Code.FORBIDDEN, write().frozen("x").rule("no", Then.FORBID, 0, "true")),
                forbid(Code.FORBIDDEN, write().hard().used(3).rule("no", Then.FORBID, 0, "true")),
                forbid(Code.RATE_LIMITED, write().hard().used(3)),
                forbid(
                        Code.RATE_LIMITED,
                        write().hard().used(3).rule("two", Then.APPROVE, 2, "true")),

                // Who stands behind the requester matters to two persons, and to another one.
                forbid(Code.UNMAPPED_PERSON, write().unmapped().asked(2)),
                forbid(Code.UNMAPPED_PERSON, write().unmapped().otherPerson()),
                forbid(
                        Code.UNMAPPED_PERSON,
                        write().unmapped().rule("two", Then.APPROVE, 2, "true")),
                forbid(Code.UNMAPPED_PERSON, auto().unmapped().otherPerson().used(3)),
                approve(1, "", write().unmapped()),
                approve(2, "", write().asked(2)),
                approve(1, "", write().otherPerson()),
                permit("auto", auto().unmapped()),

                // Quorums: the highest of guard and rules.
                approve(3, "", write().asked(3).rule("two", Then.APPROVE, 2, "true")),
                approve(
                        3,
                        "",
                        write().rule("three", Then.APPROVE, 3, "true")
                                .rule("two", Then.APPROVE, 2, "true")),

                // Reads and notifications: nobody can be asked, so limits are hard; a freeze is
                // about writes.
                permit(null, read()),
                permit(null, read().frozen("incident 42")),
                permit(null, read().mode(Mode.OBSERVE)),
                permit(null, read().unmapped().otherPerson().asked(2)),
                permit(null, notification().frozen("incident 42")),
                forbid(Code.RATE_LIMITED, read().limited().used(3)),
                forbid(Code.RATE_LIMITED, read().limited().uncounted()),
                forbid(Code.RATE_LIMITED, notification().limited().used(3)),
                forbid(Code.TOO_MANY_TARGETS, read().targets(2).targetsMax(1)),
                forbid(Code.FORBIDDEN, read().rule("no", Then.FORBID, 0, "true")),
                forbid(Code.FORBIDDEN, read().effect(Effect.FORBIDDEN)));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void decides_as_the_table_says(Row row) {
        Decision decision = row.given().decide();

        assertThat(shown(decision)).isEqualTo(row.expected());
    }

    @Test
    void forbidden_rows_outnumber_permitted_ones() {
        Predicate<Row> permitted = row -> row.expected().startsWith("permit");
        Predicate<Row> forbidden = row -> row.expected().startsWith("forbid");

        assertThat(rows().filter(forbidden).count())
                .isGreaterThan(2 * rows().filter(permitted).count());
    }

    @Test
    void a_refusal_says_what_was_frozen_and_how_many_there_were() {
        assertThat(reason(write().frozen("incident 42")))
                .isEqualTo("changes are frozen: incident 42");
        assertThat(reason(write().targets(7).targetsMax(5)))
                .isEqualTo("it reaches 7 targets of at most 5");
        assertThat(reason(write().hard().used(5)))
                .isEqualTo("at its limit of 3 calls per 1h: 5 made");
        assertThat(reason(write().unmapped().asked(2)))
                .contains("no person is mapped to `unix:ana`");
    }

    @Test
    void a_limit_says_how_it_is_counted_and_stands_beside_the_rules_own_reason() {
        Given counted = write().by(new Limit(1, Duration.ofMinutes(90), List.of("a", "b"), false));

        assertThat(reason(counted.used(1)))
                .isEqualTo("at its limit of 1 call per 1h30m for the same `a` and `b`: 1 made");
        assertThat(reason(write().used(3).rule("two", Then.APPROVE, 2, "true", "it is wide")))
                .isEqualTo("it is wide; " + NO_AUTO);
    }

    @Test
    void an_explanation_shows_each_rule_and_what_withholds_a_permit() {
        Explanation explanation =
                auto().mode(Mode.PROPOSE)
                        .used(3)
                        .rule("never", Then.FORBID, 0, "args.service == \"x\"")
                        .rule("broken", Then.APPROVE, 1, "1 / 0 > 1")
                        .explain();

        assertThat(explanation.findings())
                .extracting(finding -> finding.rule() + " " + finding.match())
                .containsExactly("auto YES", "never NO", "broken FAULTY");
        assertThat(explanation.limits()).containsExactly(NO_AUTO);
        assertThat(explanation.withheld())
                .containsExactly("the mode is `propose`, not `auto`", NO_AUTO);
        assertThat(explanation.decision())
                .isEqualTo(
                        new Decision.Forbid(
                                "broken", "the rule could not be evaluated, so it forbids"));
    }

    private static String reason(Given given) {
        return switch (given.decide()) {
            case Decision.Forbid forbid -> forbid.reason();
            case Decision.Approve approve -> approve.reason();
            case Decision.Permit permit -> throw new AssertionError("permitted");
        };
    }

    private static String shown(Decision decision) {
        return switch (decision) {
            case Decision.Permit(var rule) -> "permit " + rule;
            case Decision.Approve(var rule, int approvals, String reason) ->
                    "approve " + approvals + " " + reason;
            case Decision.Forbid(Code code, var rule, String reason) -> "forbid " + code;
        };
    }

    private static Row permit(@Nullable String rule, Given given) {
        return new Row(given, "permit " + rule);
    }

    private static Row approve(int approvals, String reason, Given given) {
        return new Row(given, "approve " + approvals + " " + reason);
    }

    private static Row forbid(Code code, Given given) {
        return new Row(given, "forbid " + code);
    }

    private static Given read() {
        return new Given().effect(Effect.READ);
    }

    private static Given notification() {
        return new Given().effect(Effect.NOTIFY);
    }

    /** A write that nothing is said of but its limit. */
    private static Given write() {
        return new Given().limited();
    }

    /** A write that may go without a person. */
    private static Given auto() {
        Given given = new Given().limited().mode(Mode.AUTO).rule("auto", Then.PERMIT, 0, "true");
        given.reversible = true;
        given.verified = true;
        return given;
    }

    /** A case and what becomes of it. */
    record Row(Given given, String expected) {
        @Override
        public String toString() {
            return expected + " <- " + given.said;
        }
    }

    /** What a call is decided by, said word for word. */
    private static final class Given {
        private final StringBuilder said = new StringBuilder();
        private final List<RuleText> rules = new ArrayList<>();
        private Effect effect = Effect.WRITE;
        private Mode mode = Mode.PROPOSE;
        private List<Limit> limits = List.of();
        private boolean reversible;
        private boolean verified;
        private int quorum = 1;
        private boolean otherPerson;
        private @Nullable Integer targetsMax;
        private int targets;
        private int used;
        private boolean counted = true;
        private @Nullable String frozen;
        private @Nullable String person = "ana";

        private Given note(Object... words) {
            for (Object word : words) {
                said.append(word).append(' ');
            }
            return this;
        }

        Given effect(Effect what) {
            effect = what;
            return note(what);
        }

        Given mode(Mode which) {
            mode = which;
            return note("mode", which);
        }

        Given limited() {
            return by(new Limit(3, Duration.ofHours(1), List.of(), false));
        }

        Given hard() {
            return by(new Limit(3, Duration.ofHours(1), List.of(), true));
        }

        Given by(Limit limit) {
            limits = List.of(limit);
            return note(limit);
        }

        Given unlimited() {
            limits = List.of();
            return note("unlimited");
        }

        Given unverified() {
            verified = false;
            return note("unverified");
        }

        Given irreversible() {
            reversible = false;
            return note("irreversible");
        }

        Given asked(int persons) {
            quorum = persons;
            return note("asked", persons);
        }

        Given otherPerson() {
            otherPerson = true;
            return note("another person");
        }

        Given targets(int count) {
            targets = count;
            return note("targets", count);
        }

        Given targetsMax(int count) {
            targetsMax = count;
            return note("at most", count);
        }

        Given used(int count) {
            used = count;
            return note("used", count);
        }

        Given uncounted() {
            counted = false;
            return note("uncounted");
        }

        Given frozen(String why) {
            frozen = why;
            return note("frozen", why);
        }

        Given unmapped() {
            person = null;
            return note("unmapped");
        }

        Given rule(String id, Then then, int approvals, String when) {
            return rule(id, then, approvals, when, "");
        }

        Given rule(String id, Then then, int approvals, String when, String reason) {
            rules.add(new RuleText(id, then, approvals, when, reason, "tools.yaml", 1, 1));
            return note(then, when);
        }

        Decision decide() {
            return compiled().decide(situation());
        }

        Explanation explain() {
            return compiled().explain(situation());
        }

        private Rules compiled() {
            Policy policy = new Policy(mode, null, 20, Policy.DEFAULT.breaker(), List.of(), rules);
            Vocabulary words = new Vocabulary(Set.of("service", "a", "b"), Set.of());
            return switch (Rules.compile(policy, words)) {
                case Checked.Valid<Rules>(Rules compiled) -> compiled;
                case Checked.Invalid<Rules> faulty -> throw new AssertionError(faulty);
            };
        }

        private Situation situation() {
            Guard.Read read = new Guard.Read(new ToolName("error_ratio"), Map.of());
            Guard guard =
                    new Guard(
                            Guard.Risk.MODERATE,
                            null,
                            reversible,
                            null,
                            Map.of(),
                            limits,
                            targetsMax,
                            List.of(),
                            verified
                                    ? new Guard.Verification(
                                            read,
                                            "value < 1",
                                            Duration.ofMinutes(1),
                                            Duration.ofSeconds(5))
                                    : null,
                            null,
                            new Guard.Approvals(quorum, Duration.ofHours(1), otherPerson, false),
                            Duration.ofMinutes(15),
                            null);
            Tool tool =
                    new Tool(
                            new ToolName("restart_service"),
                            "",
                            Parameters.of(List.of()),
                            effect,
                            new PrometheusAction.Alerts(new BackendName("metrics")),
                            guard,
                            ResultBudget.DEFAULT);
            Map<String, JsonNode> values =
                    Map.of("service", JsonNodeFactory.instance.stringNode("checkout"));
            Arguments arguments = Arguments.of(values);
            Map<Usage.Key, Integer> attempts = new HashMap<>();
            Usage.keys(tool, arguments).forEach(key -> attempts.put(key, used));
            return new Situation(
                    tool,
                    arguments,
                    new Facts("ssm", "", "", "", "", named(targets)),
                    PrincipalId.unix("ana"),
                    person,
                    "prod",
                    Instant.parse("2026-01-02T03:04:05Z"),
                    Usage.of(counted ? attempts : Map.of()),
                    frozen);
        }

        private static List<String> named(int targets) {
            return IntStream.range(0, targets).mapToObj(each -> "i-" + each).toList();
        }
    }
}
