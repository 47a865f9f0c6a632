package dev.countergate.policy.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Guard.Limit;
import dev.countergate.policy.catalogue.PrometheusAction;
import dev.countergate.policy.catalogue.ResultBudget;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.Parameters;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class UsageTest {
    private static final JsonMapper JSON = new JsonMapper();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            textBlock =
                    """
                    {"service":"a"}                     | {"service":"a"}                 | same
                    {"service":"a","count":1}           | {"count":2,"service":"a"}       | same
                    {"service":5}                       | {"service":5.0}                 | same
                    {"service":50}                      | {"service":5e1}                 | same
                    {"service":null}                    | {}                              | same
                    {"service":"a"}                     | {"service":"b"}                 | other
                    {"service":"a"}                     | {"service":"A"}                 | other
                    {"service":"a"}                     | {"service":"a "}                | other
                    {"service":"5"}                     | {"service":5}                   | other
                    {"service":"null"}                  | {}                              | other
                    {"service":""}                      | {}                              | other
                    {"service":"true"}                  | {"service":true}                | other
                    {"service":"a\\", zone=\\"b"}       | {"service":"a","zone":"b"}      | other
                    {"service":"a, zone=\\"b\\""}       | {"service":"a","zone":"b"}      | other
                    """)
    void counts_together_what_is_the_same_value(String one, String other, String expected) {
        Limit limit = new Limit(3, Duration.ofHours(1), List.of("service", "zone"), false);

        assertThat(name(limit, one).equals(name(limit, other)))
                .as("%s and %s", one, other)
                .isEqualTo(expected.equals("same"));
    }

    @Test
    void keeps_counting_when_a_limit_gets_other_numbers() {
        Limit now = new Limit(3, Duration.ofHours(1), List.of("service"), false);
        Limit next = new Limit(5, Duration.ofHours(2), List.of("service"), true);

        assertThat(name(now, "{\"service\":\"a\"}")).isEqualTo(name(next, "{\"service\":\"a\"}"));
    }

    @Test
    void counts_apart_what_another_tool_did() {
        Limit limit = new Limit(3, Duration.ofHours(1), List.of(), false);

        assertThat(new Usage.Key(new ToolName("restart"), limit, Map.of()).name())
                .isNotEqualTo(new Usage.Key(new ToolName("reboot"), limit, Map.of()).name());
    }

    @Test
    void asks_for_each_limit_and_holds_against_each_its_own_count() {
        Limit quick = new Limit(3, Duration.ofMinutes(1), List.of("service"), false);
        Limit slow = new Limit(10, Duration.ofDays(1), List.of(), true);
        Tool tool = tool(quick, slow);
        Arguments arguments = arguments("{\"service\":\"a\"}");

        List<Usage.Key> keys = Usage.keys(tool, arguments);
        Usage usage = Usage.of(Map.of(keys.get(0), 2, keys.get(1), 10));

        assertThat(keys).extracting(Usage.Key::limit).containsExactly(quick, slow);
        assertThat(usage.passed(tool, arguments))
                .extracting(Usage.Passed::limit)
                .containsExactly(slow);
        assertThat(usage.passed(tool, arguments("{\"service\":\"b\"}")))
                .extracting(Usage.Passed::limit)
                .as("what was counted for another service says nothing of this one")
                .containsExactly(quick, slow);
        assertThat(Usage.unused(tool, arguments).passed(tool, arguments)).isEmpty();
    }

    private static String name(Limit limit, String arguments) {
        return Usage.keys(tool(limit), arguments(arguments)).getFirst().name();
    }

    private static Arguments arguments(String json) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        JSON.readTree(json)
                .properties()
                .forEach(member -> values.put(member.getKey(), member.getValue()));
        return Arguments.of(values);
    }

    private static Tool tool(Limit... limits) {
        Guard none = Guard.NONE;
        return new Tool(
                new ToolName("restart_service"),
                "",
                Parameters.of(List.of()),
                Effect.WRITE,
                new PrometheusAction.Alerts(new BackendName("metrics")),
                new Guard(
                        none.risk(),
                        null,
                        null,
                        null,
                        Map.of(),
                        List.of(limits),
                        null,
                        List.of(),
                        null,
                        null,
                        none.approvals(),
                        none.afterFailure(),
                        null),
                ResultBudget.DEFAULT);
    }
}
