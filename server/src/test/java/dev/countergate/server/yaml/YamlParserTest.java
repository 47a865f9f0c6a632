package dev.countergate.server.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlParserTest {
    private final Report report = new Report();

    private Optional<YamlValue> parse(String text) {
        return new YamlParser(YamlLimits.DEFAULT).parse("f.yaml", text, report);
    }

    private String json(String text) {
        String json = parse(text).map(value -> value.json().toString()).orElse("none");
        assertThat(faults()).isEmpty();
        return json;
    }

    private List<String> faults() {
        return report.faults().stream().map(Finding::text).toList();
    }

    private String fault(String text) {
        parse(text);
        return String.join("\n", faults());
    }

    /** What js-yaml 4.1.0's {@code load} gives for {@code v: TEXT}, as JSON. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = true,
            quoteCharacter = '\u0001',
            value = {
                "yes | \"yes\"",
                "no | \"no\"",
                "on | \"on\"",
                "off | \"off\"",
                "y | \"y\"",
                "Yes | \"Yes\"",
                "true | true",
                "True | true",
                "TRUE | true",
                "tRUE | \"tRUE\"",
                "false | false",
                "null | null",
                "Null | null",
                "NULL | null",
                "~ | null",
                "nULL | \"nULL\"",
                "0 | 0",
                "-0 | 0",
                "+1 | 1",
                "12 | 12",
                "012 | 12",
                "0777 | 777",
                "08 | 8",
                "0o14 | 12",
                "0o18 | \"0o18\"",
                "0x1F | 31",
                "0xG | \"0xG\"",
                "0b101 | 5",
                "0b2 | \"0b2\"",
                "1_000 | 1000",
                "1_000_ | \"1_000_\"",
                "_1 | \"_1\"",
                "0x_1 | 1",
                "0_1 | 1",
                "1e3 | 1000",
                "1E3 | 1000",
                "1e+3 | 1000",
                "1e | \"1e\"",
                "e3 | \"e3\"",
                "1.5 | 1.5",
                "1. | 1",
                ".5 | 0.5",
                "-.5 | \"-.5\"",
                "+.5 | \"+.5\"",
                "1.0 | 1",
                "-1.50 | -1.5",
                "1e-2 | 0.01",
                "1:30 | \"1:30\"",
                "190:20:30 | \"190:20:30\"",
                "12:00 | \"12:00\"",
                "9007199254740991 | 9007199254740991",
                "2024-1-1 | \"2024-1-1\"",
                "1.2.3 | \"1.2.3\"",
                "1.2.3.4 | \"1.2.3.4\"",
                "-- | \"--\"",
                "+ | \"+\"",
                ". | \".\"",
                "= | \"=\"",
                "<< | \"<<\"",
                "0o | \"0o\"",
                "0x | \"0x\"",
                "Infinity | \"Infinity\"",
                "NaN | \"NaN\"",
                "-x | \"-x\"",
                "5m | \"5m\"",
                "10% | \"10%\"",
                "!!str 12 | \"12\"",
                "! 12 | \"12\"",
                "!!int \"12\" | 12",
                "!!float 1 | 1",
                "'12' | \"12\"",
                "\"true\" | \"true\"",
                "x#c | \"x#c\"",
                "http://x/{p}?q={r} | \"http://x/{p}?q={r}\"",
            })
    void resolves_scalars_as_js_yaml_does(String text, String expected) {
        assertThat(json("v: " + text)).isEqualTo("{\"v\":" + expected + "}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                ".inf | is not a finite number",
                "-.INF | is not a finite number",
                ".nan | is not a finite number",
                "2024-01-01 | is a date to YAML",
                "2024-01-01T00:00:00Z | is a date to YAML",
                "2024-01-01 10:00:00 | is a date to YAML",
                "9007199254740993 | would lose digits",
                "123456789012345678901234567890 | would lose digits",
                "1e400 | would lose digits",
                "!!binary aGk= | the tag `!!binary` gives no JSON value",
                "!foo x | the tag `!foo` gives no JSON value",
                "!!bool yes | is no `!!bool`",
                "!!int x | is no `!!int`",
                "!!int 1.5 | is no `!!int`",
                "!!null x | is no `!!null`",
                "!!java.net.URL [x] | gives no JSON value",
                "!!set {a} | gives no JSON value",
                "!!omap [a: 1] | gives no JSON value",
                "!!pairs [a: 1, a: 2] | gives no JSON value",
                "!!set {a: null} | gives no JSON value",
                "!!timestamp 2024-01-01 | gives no JSON value",
                "!!seq {a: 1} | gives no JSON value",
                "!!map [a] | gives no JSON value",
                "*nope | nothing is anchored as `nope` above",
                "&x [*x] | stands for a value that holds it",
                "[a | not readable as YAML",
                "b: c | not readable as YAML",
                "@x | not readable as YAML",
                "\"\\q\" | not readable as YAML",
            })
    void refuses_what_is_no_json_value(String text, String expected) {
        assertThat(fault("v: " + text)).startsWith("f.yaml:").contains(expected);
    }

    @Test
    void merges_as_js_yaml_does() {
        assertThat(json("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}"))
                .isEqualTo("{\"a\":{\"p\":1,\"q\":2},\"b\":{\"p\":1,\"q\":3}}");
        assertThat(json("a: &x {p: 1}\nb: {p: 0, <<: *x}"))
                .isEqualTo("{\"a\":{\"p\":1},\"b\":{\"p\":0}}");
        assertThat(json("b: {<<: [{p: 1}, {p: 2, r: 3}]}")).isEqualTo("{\"b\":{\"p\":1,\"r\":3}}");
        assertThat(json("\"<<\": 1")).isEqualTo("{\"<<\":1}");
        assertThat(fault("b: {<<: 5}")).contains("`<<` merges mappings, and this is a number");
    }

    @Test
    void refuses_a_key_that_stands_twice_and_names_both_places() {
        assertThat(fault("a: 1\nb: 2\na: 3"))
                .isEqualTo(
                        "f.yaml:3:1: the key `a` stands here a second time, after line 1: remove one of the two");
    }

    @Test
    void refuses_a_second_override_of_a_merged_key() {
        assertThat(fault("b: {<<: {p: 1}, p: 2, p: 3}"))
                .contains("the key `p` stands here a second time");
    }

    @Test
    void takes_keys_as_text() {
        assertThat(json("1: x\n0x1F: y\nnull: z\ntrue: w"))
                .isEqualTo("{\"1\":\"x\",\"31\":\"y\",\"null\":\"z\",\"true\":\"w\"}");
        assertThat(fault("? [a]\n: 1")).contains("a key is a list or a mapping");
    }

    @Test
    void refuses_a_second_document_and_says_where_it_begins() {
        assertThat(fault("a: 1\n---\nb: 2\n"))
                .startsWith("f.yaml:2:1: a second document begins here");
    }

    @Test
    void takes_nothing_for_nothing() {
        assertThat(json("")).isEqualTo("none");
        assertThat(json("# a remark\n")).isEqualTo("none");
        assertThat(json("---\n")).isEqualTo("null");
    }

    @Test
    void counts_columns_in_code_points_and_lines_from_one() {
        parse("a: {\"\uD83D\uDE00\": 1, \uD83D\uDE00\uD83D\uDE00: *nope}");
        assertThat(faults()).singleElement().asString().startsWith("f.yaml:1:17: ");
    }

    @Test
    void refuses_a_billion_laughs_at_once() {
        StringBuilder laughs = new StringBuilder("l0: &l0 [lol, lol]\n");
        for (int i = 1; i < 40; i++) {
            laughs.append(
                    "l%d: &l%d [*l%d, *l%d]\n"
                            .replace("%d", "" + i)
                            .replaceFirst("\\*l" + i, "*l" + (i - 1))
                            .replaceFirst("\\*l" + i + "]", "*l" + (i - 1) + "]"));
        }
        assertThat(fault(laughs.toString()))
                .contains(
                        "more than the 500,000 values allowed, aliases counted as what they stand for");
    }

    @Test
    void names_each_limit_it_refuses_at() {
        YamlLimits tight = new YamlLimits(60, 3, 9, 2, 3);
        assertThat(limited(tight, "a: [[[[x]]]]"))
                .contains("nested deeper than the 3 levels allowed");
        assertThat(limited(tight, "[1,2,3,4,5,6,7,8,9]"))
                .contains("more than the 9 values allowed");
        assertThat(limited(tight, "[&a x, *a, *a, *a]"))
                .contains("more than the 2 aliases allowed");
        assertThat(limited(tight, "{a: 1, b: 2, c: 3, d: 4}"))
                .contains("a mapping of more than the 3 keys allowed");
        assertThat(limited(tight, "x".repeat(61)))
                .contains("the file has 61 characters, more than the 60 allowed");
    }

    @Test
    void takes_what_just_reaches_each_limit() {
        YamlLimits tight = new YamlLimits(60, 3, 9, 2, 3);
        assertThat(limited(tight, "a: [[x]]")).contains("deeper").isNotEmpty();
        assertThat(limited(tight, "a: [x]")).isEmpty();
        assertThat(limited(tight, "[1,2,3,4,5,6,7,8]")).isEmpty();
        assertThat(limited(tight, "[&a x, *a, *a]")).isEmpty();
        assertThat(limited(tight, "{a: 1, b: 2, c: 3}")).isEmpty();
        assertThat(limited(tight, "x".repeat(60))).isEmpty();
    }

    private static String limited(YamlLimits limits, String text) {
        Report report = new Report();
        new YamlParser(limits).parse("f.yaml", text, report);
        return String.join("\n", report.faults().stream().map(Finding::text).toList());
    }

    @Test
    void survives_ten_thousand_brackets() {
        assertThat(fault("[".repeat(10_000))).contains("nested deeper than the 40 levels allowed");
        assertThat(fault("{a: ".repeat(10_000)))
                .contains("nested deeper than the 40 levels allowed");
        assertThat(fault("- ".repeat(10_000))).contains("nested deeper than the 40 levels allowed");
    }

    @Test
    void says_where_a_forbidden_character_stands() {
        assertThat(fault("a: 1\nb: x\u0007y\n"))
                .isEqualTo(
                        "f.yaml:2:5: not readable as YAML: the character U+0007 is not allowed in a file: write it as an escape in double quotes");
    }
}
