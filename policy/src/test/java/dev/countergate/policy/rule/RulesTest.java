package dev.countergate.policy.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Policy;
import dev.countergate.policy.catalogue.Policy.RuleText;
import dev.countergate.policy.catalogue.Policy.Then;
import dev.countergate.policy.catalogue.PrometheusAction;
import dev.countergate.policy.catalogue.ResultBudget;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.Parameters;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

class RulesTest {
    private static final Vocabulary WORDS =
            new Vocabulary(Set.of("environment", "count", "service"), Set.of("area", "tier"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
        tool.labels.area == "database" && args.environment == "prod"      | true
        tool.labels.area == "network"                                     | false
        tool.labels.tier == ""                                            | true
        tool["labels"]["area"] == "database"                              | true
        args.service == null                                              | true
        args.service == "api"                                             | false
        args.count > 2                                                    | true
        args.count > 2.5                                                  | true
        args.count >= 3.0                                                 | true
        args.count < 3                                                    | false
        request.method == "" && request.host == ""                        | true
        size(request.targets) > 1                                         | true
        "i-2" in request.targets                                          | true
        request.targets.exists(t, t.startsWith("i-9"))                    | false
        principal.id == "unix:ana" && principal.person == "ana"           | true
        environment == "prod"                                             | true
        now.getHours() == 3                                               | true
        tool.name.matches("^res.*")                                       | true
        tool.effect == "write" && tool.risk == "moderate"                 | true
        """)
    void matches_what_the_expression_says(String when, boolean matches) {
        Decision decision = decide(Effect.WRITE, Guard.NONE, rule("r", Then.FORBID, 0, when));

        assertThat(decision instanceof Decision.Forbid).as(when).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "args.service.startsWith(\"a\")",
                "args.count / 0 > 1",
                "request.targets[99] == \"\"",
                "[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c,"
                        + " [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, a+b+c+d+e > 0)))))",
                "args[tool.name] == 1",
                "dyn(tool.labels.area)",
            })
    void a_rule_that_fails_or_runs_over_forbids_even_where_it_was_to_permit(String when) {
        Decision decision = decide(Effect.READ, Guard.NONE, rule("r", Then.PERMIT, 0, when));

        assertThat(decision)
                .isEqualTo(
                        new Decision.Forbid("r", "the rule could not be evaluated, so it forbids"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
        tool.labels.aera == "x"           | `tool.labels.aera` is declared nowhere
        args.environmnt == "prod"         | `args.environmnt` is declared nowhere
        args["enviroment"] == "prod"      | `args.enviroment` is declared nowhere
        request.verb == "GET"             | `request.verb` is declared nowhere
        tool.nmae == "x"                  | `tool.nmae` is declared nowhere
        principal.uid == "x"              | `principal.uid` is declared nowhere
        request.targets.exists(t, args.x == t) | `args.x` is declared nowhere
        usage.calls > 3                   | not a valid expression
        args.count >                      | not a valid expression
        1 + 1                             | gives a whole number
        "yes"                             | gives a string
        environment > 3                   | not a valid expression
        size(1) > 2                       | not a valid expression
        """)
    void a_faulty_rule_is_a_fault_that_names_it(String when, String problem) {
        Policy policy = policy(Policy.Mode.PROPOSE, List.of(rule("bad", Then.FORBID, 0, when)));

        List<Fault> faults = Rules.compile(policy, WORDS).faultsFound();

        assertThat(faults)
                .as(when)
                .isNotEmpty()
                .allSatisfy(fault -> assertThat(fault.subject()).isEqualTo("bad"));
        assertThat(faults.getFirst().problem()).contains(problem);
    }

    @Test
    void reports_the_faults_of_all_rules_at_once() {
        Policy policy =
                policy(
                        Policy.Mode.PROPOSE,
                        List.of(
                                rule("one", Then.FORBID, 0, "args.x == 1"),
                                rule("two", Then.FORBID, 0, "((")));

        assertThat(Rules.compile(policy, WORDS).faultsFound())
                .extracting(Fault::subject)
                .contains("one", "two");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
        forbid,permit            | Forbid
        permit,forbid            | Forbid
        approve:2,forbid         | Forbid
        approve:2,permit         | Approve 2
        approve:1,approve:3      | Approve 3
        approve:3,approve:1      | Approve 3
        permit                   | Approve 1
        permit,permit            | Approve 1
        none                     | Approve 1
        """)
    void forbid_beats_approve_beats_permit_for_a_write(String outcomes, String expected) {
        assertThat(shown(decide(Effect.WRITE, Guard.NONE, rules(outcomes)))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "READ,none,Permit",
        "NOTIFY,none,Permit",
        "FORBIDDEN,none,Forbid",
        "FORBIDDEN,permit,Forbid",
        "READ,permit,Permit",
        "READ,forbid,Forbid",
        "READ,approve:2,Approve 2",
        "NOTIFY,forbid,Forbid"
    })
    void the_effect_decides_where_no_rule_does(Effect effect, String outcomes, String expected) {
        assertThat(shown(decide(effect, Guard.NONE, rules(outcomes)))).isEqualTo(expected);
    }

    @Test
    void a_permit_of_a_write_takes_effect_only_with_every_safeguard() {
        for (int missing = 0; missing < 16; missing++) {
            boolean auto = (missing & 1) == 0;
            boolean limited = (missing & 2) == 0;
            boolean verified = (missing & 4) == 0;
            boolean reversible = (missing & 8) == 0;
            Policy policy =
                    policy(auto ? Policy.Mode.AUTO : Policy.Mode.PROPOSE, List.of(rules("permit")));
            Decision decision =
                    compiled(policy)
                            .decide(situation(Effect.WRITE, guard(limited, verified, reversible)));

            assertThat(decision instanceof Decision.Permit)
                    .as(
                            "auto %s, limited %s, verified %s, reversible %s",
                            auto, limited, verified, reversible)
                    .isEqualTo(auto && limited && verified && reversible);
        }
    }

    private static Guard guard(boolean limited, boolean verified, boolean reversible) {
        Guard.Read read = new Guard.Read(new ToolName("error_ratio"), Map.of());
        return new Guard(
                Guard.Risk.MODERATE,
                null,
                reversible,
                null,
                Map.of("area", "database"),
                limited
                        ? List.of(new Guard.Limit(1, Duration.ofHours(1), List.of(), false))
                        : List.of(),
                null,
                List.of(),
                verified
                        ? new Guard.Verification(
                                read, "value < 1", Duration.ofMinutes(1), Duration.ofSeconds(5))
                        : null,
                null,
                Guard.Approvals.DEFAULT,
                Duration.ofMinutes(15),
                null);
    }

    private static Decision decide(Effect effect, Guard guard, RuleText... rules) {
        return compiled(policy(Policy.Mode.PROPOSE, List.of(rules)))
                .decide(situation(effect, guard));
    }

    private static Rules compiled(Policy policy) {
        return switch (Rules.compile(policy, WORDS)) {
            case Checked.Valid<Rules>(Rules rules) -> rules;
            case Checked.Invalid<Rules>(List<Fault> faults) -> throw new AssertionError(faults);
        };
    }

    private static Situation situation(Effect effect, Guard guard) {
        Guard labelled = guard.labels().isEmpty() ? guard(false, false, false) : guard;
        Map<String, JsonNode> arguments = new HashMap<>();
        arguments.put("environment", JsonNodeFactory.instance.stringNode("prod"));
        arguments.put("count", JsonNodeFactory.instance.numberNode(3));
        Tool tool =
                new Tool(
                        new ToolName("restart_service"),
                        "",
                        Parameters.of(List.of()),
                        effect,
                        new PrometheusAction.Alerts(new BackendName("metrics")),
                        labelled,
                        ResultBudget.DEFAULT);
        Arguments bound = Arguments.of(arguments);
        return new Situation(
                tool,
                bound,
                new Facts("ssm", "", "", "", "AWS-RunShellScript", List.of("i-2", "i-1")),
                PrincipalId.unix("ana"),
                "ana",
                "prod",
                Instant.parse("2026-01-02T03:04:05Z"),
                Usage.unused(tool, bound),
                null);
    }

    private static Policy policy(Policy.Mode mode, List<RuleText> rules) {
        return new Policy(mode, null, 20, Policy.DEFAULT.breaker(), List.of(), rules);
    }

    private static RuleText[] rules(String outcomes) {
        if (outcomes.equals("none")) {
            return new RuleText[0];
        }
        List<RuleText> rules = new ArrayList<>();
        for (String outcome : outcomes.split(",", -1)) {
            int colon = outcome.indexOf(':');
            Then then =
                    Then.valueOf(
                            (colon < 0 ? outcome : outcome.substring(0, colon))
                                    .toUpperCase(Locale.ROOT));
            int approvals = colon < 0 ? 0 : Integer.parseInt(outcome.substring(colon + 1));
            rules.add(rule("r" + rules.size(), then, approvals, "true"));
        }
        return rules.toArray(RuleText[]::new);
    }

    private static RuleText rule(String id, Then then, int approvals, String when) {
        return new RuleText(id, then, approvals, when, "", "tools.yaml", 1, 1);
    }

    private static String shown(Decision decision) {
        return switch (decision) {
            case Decision.Permit permit -> "Permit";
            case Decision.Forbid forbid -> "Forbid";
            case Decision.Approve approve -> "Approve " + approve.approvals();
        };
    }
}
