package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.rule.Reach;
import dev.countergate.policy.rule.Rules;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which tools a rule can match at all, and what is said of one that does not do what it looks like. */
class RuleReachTest {
    private static final String TOOLS =
            """
            backends:
              metrics: {type: prometheus, url: "http://m.test"}
              fleet: {type: ssm, region: eu-west-1, profile: reader}
              changes: {type: ssm, region: eu-west-1, profile: writer}
            tools:
              - name: look
                params: [{name: service, required: true}]
                prometheus: {backend: metrics, instant: 'up{service="{service}"}'}
              - name: page
                effect: notify
                url: "http://api.test/v1/page"
                method: POST
                params: [{name: text, required: true}]
              - name: restart
                params: [{name: service, pattern: "[a-z]+", required: true}, {name: environment, enum: [staging, prod], required: true}]
                ssm: {backend: changes, targets: {"tag:s": "{service}", "tag:e": "{environment}"}, commands: ["systemctl restart {service}"], max_concurrency: 1, max_errors: 0}
                guard:
                  risk: high
                  labels: {area: compute}
                  environment: "{environment}"
              - name: retired
                effect: forbidden
                url: "http://api.test/v1/retired"
            policy:
              mode: MODE
              rules:
                - {id: r, then: THEN, when: 'WHEN'}
            """;

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '\u0000',
            textBlock =
                    """
                    true                                                            => look page restart
                    tool.name == "restart"                                          => restart
                    tool.name != "restart"                                          => look page
                    tool.name == "retired"                                          =>
                    tool.effect == "write"                                          => restart
                    tool.effect == "forbidden"                                      =>
                    tool.risk == "high" && !tool.reversible                         => restart
                    tool.labels.area == "compute"                                   => restart
                    tool.labels.area == "database" && args.environment == "prod"    =>
                    tool.labels.area == "database" || args.environment == "prod"    => restart
                    tool["labels"]["area"] == "compute"                             => restart
                    args.environment == "prod"                                      => restart
                    args["environment"] == "prod"                                   => look page restart
                    args.environment == null                                        => look page restart
                    args.service != null && args.service.startsWith("db")           => look restart
                    args.text == "x" ? true : false                                 => page
                    args[tool.name == "page" ? "text" : "service"] != null          => look page restart
                    size(request.targets) > 3                                       => restart
                    request.targets.exists(t, t == "i-1")                           => restart
                    request.targets.all(t, t == "i-1")                              => look page restart
                    request.kind == "ssm"                                           => restart
                    request.host == "api.test"                                      => page
                    request.host != ""                                              => page
                    request.method == "DELETE"                                      => page
                    request.document.startsWith("AWS-")                             => restart
                    environment == "prod"                                           => look page restart
                    environment == "prod" && tool.effect == "read"                  => look
                    principal.person == "ana" || principal.id == "unix:bo"          => look page restart
                    principal.person == "ana" && tool.name == "page"                => page
                    now.getHours() >= 18 && tool.effect == "write"                  => restart
                    now.getHours() >= 18 && false                                   =>
                    tool.name.matches("^re.*") && environment != ""                 => restart
                    """)
    void knows_whose_calls_a_rule_can_match(String when, String tools) {
        Reach reach = reach("forbid", when);

        assertThat(reach.tools())
                .extracting(tool -> tool.name().value())
                .as(when)
                .isEqualTo(tools == null ? List.of() : List.of(tools.split(" ", -1)));
        assertThat(reach.faulty()).as(when).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            textBlock =
                    """
                    args.service.startsWith("db")                    | look restart | page
                    args.text.contains("x") && tool.effect == "read" |              | look
                    tool.risk == "high" && args.text.contains("x")   |              | restart
                    """)
    void knows_whose_calls_a_rule_can_only_fail_for(String when, String tools, String faulty) {
        Reach reach = reach("forbid", when);

        assertThat(String.join(" ", names(reach.tools()))).isEqualTo(tools == null ? "" : tools);
        assertThat(names(reach.faulty())).contains(faulty);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            textBlock =
                    """
                    forbid  | propose | tool.labels.area == "database" && true | it can match no call of any tool
                    approve | propose | tool.name == "retired"                 | it can match no call of any tool
                    permit  | auto    | tool.effect == "forbidden"             | it can match no call of any tool
                    permit  | auto    | tool.effect == "read"                  | it can match no write, and nothing else needs a permit
                    permit  | propose | tool.effect == "read"                  | it can match no write, and nothing else needs a permit
                    permit  | propose | tool.name == "restart"                 | a write it matches needs a person all the same, since the mode is `propose`
                    permit  | observe | tool.name == "restart"                 | a write it matches needs a person all the same, since the mode is `observe`
                    permit  | auto    | tool.name == "restart"                 | `restart` needs a person all the same: it has no limit, it has no `verify`, it is neither `reversible: true` nor has `accepts_loss`
                    forbid  | propose | args.service.startsWith("db")          | it cannot be evaluated for `page`, and so forbids every call
                    permit  | propose | args.text.startsWith("db")             | it cannot be evaluated for `look`, `restart`, and so forbids every call
                    """)
    void warns_of_a_rule_that_does_not_do_what_it_looks_like(
            String then, String mode, String when, String warning) {
        assertThat(written(then, mode, when).warnings())
                .filteredOn(line -> line.contains("policy.rules.r.then"))
                .as(when)
                .anySatisfy(line -> assertThat(line).contains(": " + warning))
                .allSatisfy(line -> assertThat(line).startsWith("c.yaml:2"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            textBlock =
                    """
                    forbid  | propose | environment == "prod"
                    approve | propose | size(request.targets) > 3
                    forbid  | auto    | tool.name == "look"
                    """)
    void says_nothing_of_a_rule_that_does(String then, String mode, String when) {
        assertThat(written(then, mode, when).warnings())
                .noneMatch(line -> line.contains("policy.rules"));
    }

    @Test
    void a_limit_is_not_counted_by_what_holds_several_values() {
        String yaml =
                """
                backends: {changes: {type: ssm, region: eu-west-1}}
                tools:
                  - name: restart
                    params: [{name: services, type: array, pattern: "[a-z]+", required: true}]
                    ssm: {backend: changes, targets: {"tag:s": "x"}, commands: ["systemctl restart {services}"], max_concurrency: 1, max_errors: 0}
                    guard: {limits: [{calls: 3, per: 1h, by: [services]}]}
                """;

        assertThat(Catalogues.of(yaml).faults())
                .anySatisfy(
                        fault ->
                                assertThat(fault)
                                        .startsWith("c.yaml:6:47: ")
                                        .contains("`services` holds more than one value"));
    }

    private static List<String> names(List<Tool> tools) {
        return tools.stream().map(tool -> tool.name().value()).toList();
    }

    private static Reach reach(String then, String when) {
        Catalogue catalogue = written(then, "propose", when).catalogue();
        return Rules.of(catalogue).reach(catalogue.tools()).getFirst();
    }

    private static Catalogues written(String then, String mode, String when) {
        return Catalogues.of(
                TOOLS.replace("MODE", mode).replace("THEN", then).replace("WHEN", when));
    }
}
