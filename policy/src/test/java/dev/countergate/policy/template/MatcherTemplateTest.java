package dev.countergate.policy.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Arguments;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@NullMarked
class MatcherTemplateTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '§',
            value = {
                "job=\"{x}\" ¦ {'x': 'a\"b\\n'} ¦ job=\"a\\\"b\\n\"",
                " job != {x} ¦ {'x': ' a'} ¦ job!=\" a\"",
                "job=~\"{x}.*\" ¦ {'x': 'a.b'} ¦ job=~\"a\\\\.b.*\"",
                "job!~{many} ¦ {'many': ['a', 'b']} ¦ job!~\"(?:a|b)\"",
                "job=~{re} ¦ {'re': 'a|b'} ¦ job=~\"(?:a|b)\"",
                "job=\"\" ¦ {} ¦ job=\"\"",
                "job=\"a\\\"\\\\\" ¦ {} ¦ job=\"a\\\"\\\\\"",
                "job=\"{x}\" ¦ {'x': ''} ¦ is empty, which would match what has no such label",
                "job=~\"{many}\" ¦ {'many': ['']} ¦ is empty, which would match what has no such label",
                "job=~\"{re}\" ¦ {'re': '('} ¦ must be an expression complete in itself",
                "job=~\"(\" ¦ {} ¦ is an expression that RE2 does not take",
                "job=\"{opt}\" ¦ {} ¦ may be missing, and nothing can stand here in its place",
                "job=\"{many}\" ¦ {} ¦ cannot be compared as one text: it is array",
                "{label}=\"a\" ¦ {} ¦ is not a matcher: a placeholder may stand in its value only",
                "job{x}\"a\" ¦ {} ¦ is not a matcher: a placeholder may stand in its value only",
                "job ¦ {} ¦ is not a matcher: a placeholder may stand in its value only",
                "=\"a\" ¦ {} ¦ is not a matcher: a placeholder may stand in its value only",
                "job=\"{x} ¦ {} ¦ the value's quote is not closed",
                "job=\" ¦ {} ¦ the value's quote is not closed",
                "job=\"a\"b\" ¦ {} ¦ the value holds a bare quote",
                "job=\"a\\\" ¦ {} ¦ a backslash has nothing after it to escape",
                "job=a\"b ¦ {} ¦ a bare value holds a quote",
                "job=\"{nope}\" ¦ {} ¦ is not a declared parameter",
            })
    void compares_a_label_with_the_value_alone(String text, String arguments, String expected) {
        assertThat(render(text, arguments)).isEqualTo(expected);
    }

    private static String render(String text, String arguments) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        Try.json(arguments)
                .properties()
                .forEach(member -> values.put(member.getKey(), member.getValue()));
        Checked<Matcher> matcher =
                MatcherTemplate.parse(text, Try.DECLARED)
                        .then(template -> template.render(Arguments.of(values)));
        return switch (matcher) {
            case Checked.Valid<Matcher>(Matcher rendered) -> rendered.text();
            case Checked.Invalid<Matcher>(List<Fault> faults) ->
                    faults.stream()
                            .map(Fault::problem)
                            .distinct()
                            .collect(Collectors.joining("; "));
        };
    }
}
