package dev.countergate.policy.parameter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@NullMarked
class ParametersTest {
    private static final Parameters REGEX =
            Parameters.of(
                    List.of(
                            DeclaredParameter.named("re").format(Format.REGEX).build(),
                            DeclaredParameter.named("res")
                                    .type(ParameterType.ARRAY)
                                    .format(Format.REGEX)
                                    .build(),
                            DeclaredParameter.named("other").build()));

    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void refuses_a_number_too_large_for_any_backend() {
        Parameters parameters =
                Parameters.of(
                        List.of(DeclaredParameter.named("n").type(ParameterType.NUMBER).build()));
        JsonNode huge =
                JSON.createObjectNode()
                        .set("n", JSON.getNodeFactory().numberNode(new BigDecimal("-1e400")));

        assertThat(parameters.bind(huge))
                .isEqualTo(Checked.invalid(new Fault("n", "is not a finite number", "")));
    }

    @Test
    void tells_every_fault_at_once() {
        Parameters parameters =
                Parameters.of(
                        List.of(
                                DeclaredParameter.named("service")
                                        .pattern("[a-z]+")
                                        .required()
                                        .build(),
                                DeclaredParameter.named("lines")
                                        .type(ParameterType.INTEGER)
                                        .maximum("500")
                                        .build(),
                                DeclaredParameter.named("missing").required().build()));

        assertThat(faults(parameters, "{'service': 'A', 'lines': 501, 'linse': 1}"))
                .containsExactly(
                        "`linse`: is not a parameter of this tool: it takes `service`, `lines`,"
                                + " `missing`: did you mean `lines`?",
                        "`service`: `A` does not match its pattern: the whole value must match `[a-z]+`",
                        "`lines`: is above its maximum: use 500 or less",
                        "`missing`: is required: give it, a string");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "string  | '5'   | true", "string  | 5     | false", "string  | true  | false",
                "string  | ['a'] | false", "integer | 5     | true", "integer | 5.0   | true",
                "integer | 1e3   | true", "integer | 5.5   | false", "integer | '5'   | false",
                "integer | true  | false", "number  | 0.1   | true", "number  | '0.1' | false",
                "number  | 1e999 | false", "number  | [1]   | false", "boolean | true  | true",
                "boolean | 'true'| false", "boolean | 0     | false", "array   | []    | true",
                "array   | {}    | false", "array   | 'a'   | false", "object  | {}    | true",
                "object  | []    | false", "object  | 'a'   | false", "string  | '\\ud800' | false",
                "object  | {'\\udc00': 1} | false", "array | ['\\ud83d'] | false",
            })
    void takes_a_value_of_its_own_type_only(String type, String value, boolean fits) {
        Parameters one =
                Parameters.of(
                        List.of(
                                DeclaredParameter.named("x")
                                        .type(
                                                ParameterType.valueOf(
                                                        type.toUpperCase(java.util.Locale.ROOT)))
                                        .build()));

        assertThat(one.bind(json("{'x': " + value + "}")) instanceof Checked.Valid).isEqualTo(fits);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "duration | 1h30m | true",
                "duration | 0 | true",
                "duration | 1d12h | true",
                "duration | 30m1h | false",
                "duration | 1.5h | false",
                "duration | 1h1h | false",
                "duration | -5m | false",
                "duration | 5 | false",
                "duration | 5M | false",
                "duration | 99999999999y | false",
                "time | 2026-01-31T12:00:00Z | true",
                "time | 1763700000.5 | true",
                "time | 2026-02-30T12:00:00Z | false",
                "time | 2026-01-31 12:00:00Z | false",
                "time | now | false",
                "time | -1 | false",
                "label_name | job | true",
                "label_name | a-b | false",
                "label_name | a:b | false",
                "metric_name | a:b | true",
                "metric_name | 1a | false",
                "cidr | 10.0.0.7 | true",
                "cidr | 10.0.0.0/8 | true",
                "cidr | ::1/128 | true",
                "cidr | ::ffff:10.0.0.1 | true",
                "cidr | 1:2:3:4:5:6:7:8 | true",
                "cidr | 10.0.0.0/33 | false",
                "cidr | 10.0.0 | false",
                "cidr | 010.0.0.1 | false",
                "cidr | 1::2::3 | false",
                "cidr | localhost | false",
                "cidr | 1:2:3:4:5:6:7:8:9 | false",
                "cidr | 10.0.0.0/ | false",
                "cidr | :: | true",
                "cidr | fe80::1%eth0 | false",
                "cidr | 1.2.3.4::1 | false",
                "regex | api-.* | true",
                "regex | ( | false",
                "regex | (?=a) | false",
                "regex | a{1,99999} | false",
                "path | /var/log/a.log | true",
                "path | /var/log | true",
                "path | /var/logs | false",
                "path | /etc/passwd | false",
                "path | var/log/a | false",
                "path | /var/log/../../etc | false",
                "path | /var/log//a | false",
                "path | /var/log/./a | false",
                "path | /var/log/a/ | false",
                "path | / | false",
                "promql | up | true",
                "promql | ` ` | false",
            })
    void judges_each_format(String format, String value, boolean fits) {
        Parameter parameter =
                DeclaredParameter.named("x")
                        .format(Format.valueOf(format.toUpperCase(java.util.Locale.ROOT)))
                        .within("/var/log")
                        .build();

        assertThat(
                        parameter.check(JSON.getNodeFactory().stringNode(value))
                                instanceof Checked.Valid)
                .isEqualTo(fits);
    }

    @Test
    void matches_a_pattern_against_the_whole_value_and_each_item() {
        Parameter text = DeclaredParameter.named("x").pattern("a|b").build();
        Parameter list =
                DeclaredParameter.named("x").type(ParameterType.ARRAY).pattern("[a-z]+").build();

        assertThat(text.check(json("'ab'")).faultsFound()).hasSize(1);
        assertThat(text.check(json("'a\\n'")).faultsFound()).hasSize(1);
        assertThat(list.check(json("['ok', 'NO', 5]")).faultsFound())
                .extracting(Fault::problem)
                .containsExactly(
                        "item 2 `NO` does not match its pattern",
                        "item 3 must be a string, not `5`");
    }

    @Test
    void compares_an_enum_by_deep_equality() {
        Parameter parameter =
                DeclaredParameter.named("x")
                        .type(ParameterType.OBJECT)
                        .allowed(json("{'a': [1, {'b': 2}], 'c': null}"))
                        .build();

        assertThat(parameter.check(json("{'c': null, 'a': [1.0, {'b': 2}]}")).faultsFound())
                .isEmpty();
        assertThat(parameter.check(json("{'a': [1, {'b': 2}]}")).faultsFound()).hasSize(1);
        assertThat(parameter.check(json("{'a': [1, {'b': '2'}], 'c': null}")).faultsFound())
                .hasSize(1);
    }

    @Test
    void bounds_durations_by_length_not_by_text() {
        Parameter parameter =
                DeclaredParameter.named("x")
                        .format(Format.DURATION)
                        .minimum("1m")
                        .maximum("4h")
                        .build();

        assertThat(parameter.check(json("'240m'")).faultsFound()).isEmpty();
        assertThat(parameter.check(json("'241m'")).faultsFound())
                .extracting(Fault::text)
                .containsExactly("`x`: is longer than its maximum: use 4h or less");
        assertThat(parameter.check(json("'59s'")).faultsFound()).hasSize(1);
    }

    @Test
    void names_its_limits_when_they_are_passed() {
        Parameters parameters =
                Parameters.of(
                        List.of(
                                DeclaredParameter.named("x").build(),
                                DeclaredParameter.named("deep").type(ParameterType.ARRAY).build(),
                                DeclaredParameter.named("wide").type(ParameterType.ARRAY).build()));
        String text = "é".repeat(8 << 10);

        assertThat(faults(parameters, "{'x': '" + text + "'}")).isEmpty();
        assertThat(faults(parameters, "{'x': '" + text + "a'}"))
                .containsExactly(
                        "`x`: is a text of 16385 bytes; the limit is 16384: send a shorter text");
        assertThat(faults(parameters, "{'deep': " + "[".repeat(17) + "]".repeat(17) + "}"))
                .containsExactly("`deep`: is nested deeper than 16 levels: send a flatter value");
        assertThat(faults(parameters, "{'wide': [" + "1,".repeat(40_000) + "1]}").getFirst())
                .contains("the limit is 65536");
    }

    @Test
    void names_a_few_of_many_faults_and_counts_the_rest() {
        ObjectNode strange = JSON.createObjectNode();
        for (int i = 0; i < 250_000; i++) {
            strange.put("name" + i, i);
        }

        List<Fault> names = REGEX.bind(strange).faultsFound();
        List<String> items = faults(REGEX, "{'res': [" + "1,".repeat(9_999) + "1]}");

        assertThat(names).hasSize(21);
        assertThat(names.getLast().text())
                .isEqualTo("`arguments`: have 249980 more faults: mend these first");
        assertThat(items).hasSize(21).contains("`res`: item 20 must be a string, not `1`");
        assertThat(items.getLast()).contains("have 9980 more faults");
    }

    @Test
    void looks_at_no_item_of_arguments_that_are_too_heavy() {
        assertThat(faults(REGEX, "{'res': [" + "1,".repeat(99_999) + "1], 'strange': 1}"))
                .satisfiesExactly(
                        strange -> assertThat(strange).contains("`strange`: is not a parameter"),
                        heavy ->
                                assertThat(heavy)
                                        .contains("weigh 200009 bytes", "the limit is 65536"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            1000000 | 1 | is a text of 2000001 bytes
            8000    | 1 | is an expression of 16001 characters; the limit is 1000
            500     | 1 | is an expression of 1001 characters; the limit is 1000
            """)
    void refuses_an_expression_nested_too_deep_to_be_compiled(
            int depth, int letters, String problem) {
        assertThat(faults(REGEX, "{'re': '" + nested(depth, letters) + "'}"))
                .singleElement()
                .asString()
                .contains(problem);
    }

    @Test
    void takes_an_expression_as_long_as_the_bound_allows() {
        assertThat(faults(REGEX, "{'re': '" + nested(499, 2) + "'}")).isEmpty();
        assertThat(faults(REGEX, "{'re': '" + "a".repeat(1_000) + "'}")).isEmpty();
    }

    private static String nested(int depth, int letters) {
        return "(".repeat(depth) + "a".repeat(letters) + ")".repeat(depth);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{1000}){1000}){1000}",
                "(((((a{10}){10}){10}){10}){10}){10}",
                "(a{100}){100,}",
                "(a{1,1000}){0,1000}",
                "(?:(?:x{1000}){20})",
                "([(]a{1000}){1000}",
                "([)]a{1000}){1000}",
                "(a{1000}[(]){1000}",
                "(\\\\(a{1000}){1000}){1000}",
                "(a+){1000}{1000}",
                "a{99999999999999999999}{99999999999999999999}"
            })
    void refuses_an_expression_that_grows_when_its_repetitions_are_written_out(String expression) {
        assertThat(faults(REGEX, "{'re': '" + expression + "'}"))
                .singleElement()
                .asString()
                .contains("written out, pass the limit of 10000 characters");
        assertThat(faults(REGEX, "{'res': ['ok', '" + expression + "']}"))
                .singleElement()
                .asString()
                .contains("item 2 is an expression");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api-.*",
                "([0-9]{1,3}[.]){3}[0-9]{1,3}",
                "([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}",
                "[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}",
                "(a|b|c)*x{500}",
                "a{1000}",
                "[{]1000[}]{2}"
            })
    void takes_the_expressions_people_write(String expression) {
        assertThat(faults(REGEX, "{'re': '" + expression + "'}")).isEmpty();
    }

    @Test
    void advertises_the_bounds_of_an_expression() {
        JsonNode properties = REGEX.inputSchema().get("properties");

        assertThat(properties.get("re").get("maxLength").intValue()).isEqualTo(1_000);
        assertThat(properties.get("res").get("items").get("maxLength").intValue()).isEqualTo(1_000);
        assertThat(properties.get("re").get("description").stringValue())
                .endsWith(
                        "such as api-.*. At most 1000 characters, and 10000 with counted repetitions written out.");
        assertThat(properties.get("other").has("maxLength")).isFalse();
    }

    @Test
    void binds_defaults_and_keeps_the_order_of_declaration() {
        Parameters parameters =
                Parameters.of(
                        List.of(
                                DeclaredParameter.named("a").build(),
                                DeclaredParameter.named("b").byDefault(json("'x'")).build(),
                                DeclaredParameter.named("c").required().build()));

        Checked<Arguments> bound = parameters.bind(json("{'c': 'z', 'a': null}"));

        assertThat(bound).isEqualTo(Checked.valid(Arguments.of(orderedMap())));
        assertThat(faults(parameters, "{'c': null}"))
                .containsExactly("`c`: must not be null: give it, a string");
        assertThat(parameters.bind(json("[]")).faultsFound()).hasSize(1);
    }

    private static java.util.Map<String, JsonNode> orderedMap() {
        java.util.Map<String, JsonNode> values = new java.util.LinkedHashMap<>();
        values.put("a", json("null"));
        values.put("b", json("'x'"));
        values.put("c", json("'z'"));
        return values;
    }

    @Test
    void quotes_a_hostile_name_on_one_visible_line() {
        assertThat(faults(Parameters.of(List.of()), "{'a`\\n\\u202e': 1}"))
                .containsExactly(
                        "`a'<U+00000A><U+00202E>`: is not a parameter of this tool: it takes none");
    }

    @Test
    void advertises_what_mcp_http_tools_does() {
        Parameters parameters =
                Parameters.of(
                        List.of(
                                DeclaredParameter.named("q")
                                        .describedAs("a query")
                                        .required()
                                        .build(),
                                DeclaredParameter.named("n")
                                        .type(ParameterType.INTEGER)
                                        .allowed(json("1"), json("2"))
                                        .byDefault(json("1"))
                                        .build()));

        assertThat(parameters.inputSchema().toString())
                .isEqualTo(
                        "{'type':'object','properties':{'q':{'type':'string','description':'a query'},'n':{'type':'integer','enum':[1,2],'default':1}},'required':['q'],'additionalProperties':false}"
                                .replace('\'', '"'));
        assertThat(Parameters.of(List.of()).inputSchema().toString())
                .isEqualTo(
                        "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");
    }

    @Test
    void advertises_formats_as_words_and_anchored_patterns() {
        Parameters parameters =
                Parameters.of(
                        List.of(
                                DeclaredParameter.named("d")
                                        .format(Format.DURATION)
                                        .maximum("4h")
                                        .build(),
                                DeclaredParameter.named("p").pattern("a|b").build(),
                                DeclaredParameter.named("go").pattern("(?i)a").build(),
                                DeclaredParameter.named("n")
                                        .type(ParameterType.NUMBER)
                                        .maximum("5")
                                        .build(),
                                DeclaredParameter.named("l")
                                        .type(ParameterType.ARRAY)
                                        .format(Format.LABEL_NAME)
                                        .build()));

        JsonNode properties = parameters.inputSchema().get("properties");

        assertThat(properties.get("d").toString())
                .isEqualTo(
                        "{'type':'string','description':'Must be a duration; such as 90s or 1h30m. At most 4h.','pattern':'^(?:0|(?:[0-9]+(?:ms|[ywdhms]))+)$'}"
                                .replace('\'', '"'));
        assertThat(properties.get("p").get("pattern").stringValue()).isEqualTo("^(?:a|b)$");
        assertThat(properties.get("go").has("pattern")).isFalse();
        assertThat(properties.get("go").get("description").stringValue()).contains("(?i)a");
        assertThat(properties.get("n").get("maximum").intValue()).isEqualTo(5);
        assertThat(properties.get("l").get("items").get("pattern").stringValue())
                .isEqualTo("^(?:[a-zA-Z_][a-zA-Z0-9_]*)$");
        assertThat(properties.toString()).doesNotContain("\"format\"");
    }

    @ParameterizedTest
    @CsvSource({
        "1e21, 1e+21",
        "1e20, 100000000000000000000",
        "0.1, 0.1",
        "-0.0, 0",
        "5.0, 5",
        "1e-6, 0.000001",
        "1e-7, 1e-7",
        "5e-324, 5e-324",
        "1e-323, 1e-323",
        "12345678901234567890, 12345678901234567000",
        "9007199254740993, 9007199254740992",
        "123.456, 123.456",
        "-1.5e300, -1.5e+300",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "1.25e-9, 1.25e-9",
        "2e23, 2e+23"
    })
    void writes_numbers_as_javascript_does(String number, String text) {
        assertThat(JsonText.plain(json(number))).isEqualTo(text);
    }

    @Test
    void writes_json_as_javascript_does() {
        assertThat(
                        JsonText.compact(
                                json(
                                        "{ 'b': [1.0, true, null, {}, []], 'a': '\\u001f\\u007f\\n\\u2028é\"' }")))
                .isEqualTo("{\"b\":[1,true,null,{},[]],\"a\":\"\\u001f\u007f\\n\u2028é\\\"\"}");
    }

    private static JsonNode json(String text) {
        return JSON.readTree(text.replace("\"", "\\\"").replace('\'', '"'));
    }

    private static List<String> faults(Parameters parameters, String arguments) {
        return parameters.bind(json(arguments)).faultsFound().stream().map(Fault::text).toList();
    }
}
