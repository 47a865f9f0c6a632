package dev.countergate.policy.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Arguments;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
class PlainTemplateTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '§',
            value = {
                "TEXT ¦ by {x}: {num} ¦ {'x': 'a{y}\\n', 'num': 5.0} ¦ by a{y}\\n: 5",
                "TEXT ¦ {{x}} ${x} {8} { x} {.x} ¦ {} ¦ {{x}} ${x} {8} { x} {.x}",
                "TEXT ¦ {num} ¦ {'num': 12345678901234567890} ¦ 12345678901234567890",
                "TEXT ¦ {opt} ¦ {} ¦ render: is needed here",
                "TEXT ¦ a {opt} ¦ {} ¦ parse: may be missing, and nothing can stand here in its place",
                "TEXT ¦ a {many} ¦ {} ¦ parse: cannot stand here: it is array",
                "TEXT ¦ {obj} ¦ {} ¦ parse: cannot stand here: it is object",
                "TEXT ¦ {x}{nope} ¦ {} ¦ parse: is not a declared parameter",
                "TEXT ¦ {x} ¦ {'x': '\\ud800'} ¦ render: holds a lone surrogate",
                "DURATION ¦ {x} ¦ {'x': '1h30m'} ¦ 1h30m",
                "DURATION ¦ {num}m ¦ {'num': 5} ¦ 5m",
                "DURATION ¦ {num} ¦ {'num': 5} ¦ render: is not a duration, such as `1h30m`",
                "DURATION ¦ {x} ¦ {'x': '1h&x=y'} ¦ render: is not a duration, such as `1h30m`",
                "DURATION ¦ soon ¦ {} ¦ parse: is not a duration, such as `1h30m`",
                "TIME ¦ {when} ¦ {'when': '1763700000'} ¦ 1763700000",
                "TIME ¦ {x} ¦ {'x': 'now'} ¦ render: is not a time, such as `2026-01-31T12:00:00Z` or seconds since the epoch",
                "INTEGER ¦ {num} ¦ {'num': 5.0} ¦ 5",
                "INTEGER ¦ {num} ¦ {'num': 5.5} ¦ render: is not a whole number of at most 9 digits",
                "INTEGER ¦ {num} ¦ {'num': 1e21} ¦ render: is not a whole number of at most 9 digits",
                "LABEL_NAME ¦ {x} ¦ {'x': '../series'} ¦ render: is not a label name, such as `job`",
                "METRIC_NAME ¦ {x} ¦ {'x': 'a:b'} ¦ a:b",
                "METRIC_NAME ¦ {x}_total ¦ {'x': 'a{b'} ¦ render: is not a metric name, such as `up`",
                "SSM_TEXT ¦ {x} ¦ {'x': 'i-0a'} ¦ i-0a",
                "SSM_TEXT ¦ {x} ¦ {'x': '{{ssm:a}}'} ¦ render: holds `{{`, which Systems Manager would resolve as a reference",
                "SSM_TEXT ¦ {{x} ¦ {'x': '{ssm:a}}'} ¦ render: makes a `{{` with the text beside it, which Systems Manager would resolve",
                "SSM_TEXT ¦ {x}{y} ¦ {'x': '{', 'y': '{a}}'} ¦ render: makes a `{{` with the text beside it, which Systems Manager would resolve",
                "SSM_TEXT ¦ {x} ¦ {'x': 'a\\rb'} ¦ render: holds a line break or NUL",
                "SSM_TEXT ¦ {x} ¦ {'x': 'a\\u2028b'} ¦ render: holds a line break or NUL",
            })
    void renders_one_value_through_and_through(
            Language language, String text, String arguments, String expected) {
        assertThat(Try.render(language, text, arguments)).isEqualTo(expected.replace("\\n", "\n"));
    }

    @Test
    void names_the_escape_of_an_undeclared_placeholder() {
        assertThat(Template.parse(Language.TEXT, "{nope}", Try.DECLARED).faultsFound())
                .extracting(Fault::text)
                .containsExactly(
                        "`nope`: is not a declared parameter: declare it, or write `{ nope}` if the text means itself");
    }

    @Test
    void spreads_an_array_over_several_texts_and_leaves_an_absent_one_out() {
        List<Template> templates = List.of(parse("{many}"), parse("{opt}"), parse("z"));

        Checked<List<String>> texts =
                Template.renderAll(templates, Arguments.of(Map.of("many", Try.json("['a', 'b']"))));

        assertThat(texts).isEqualTo(Checked.valid(List.of("a", "b", "z")));
        assertThat(
                        Template.renderAll(templates, Arguments.of(Map.of("many", Try.json("[]"))))
                                .faultsFound())
                .hasSize(1);
        assertThat(templates.get(0).isMany()).isTrue();
        assertThat(templates.get(1).mayBeAbsent()).isTrue();
        assertThat(templates.get(1).isAbsent(Arguments.of(Map.of("opt", Try.json("null")))))
                .isTrue();
    }

    private static Template parse(String text) {
        return ((Checked.Valid<Template>) Template.parse(Language.SSM_TEXT, text, Try.DECLARED))
                .value();
    }
}
