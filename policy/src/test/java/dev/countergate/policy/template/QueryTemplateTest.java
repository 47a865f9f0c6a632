package dev.countergate.policy.template;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
class QueryTemplateTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '§',
            value = {
                "up{job=\"{x}\"} ¦ {'x': 'a'} ¦ up{job=\"a\"}",
                "up{job='{x}-1'} ¦ {'x': 'a\\\\\"b'} ¦ up{job=\"a\\\\\\\"b-1\"}",
                "up{job=`a\\{x}`} ¦ {'x': '`'} ¦ up{job=\"a\\\\`\"}",
                "up{job=\"{x}\"} ¦ {'x': '\"} or vector(1) #'} ¦ up{job=\"\\\"} or vector(1) #\"}",
                "up{job!=\"{x}\"} ¦ {'x': 'a\\nb\\u0000\\u202e'} ¦ up{job!=\"a\\nb\\u0000\\u202e\"}",
                "up{\"the.label\"=\"{x}\", \"up\"} ¦ {'x': 'a'} ¦ up{\"the.label\"=\"a\", \"up\"}",
                "up{job=~\"{x}.*\"} ¦ {'x': '.*|a'} ¦ up{job=~\"\\\\.\\\\*\\\\|a.*\"}",
                "up{job=~`[[:digit:]]{x}`} ¦ {'x': 'a-z'} ¦ up{job=~\"[[:digit:]]a-z\"}",
                "up{job=~`[]\\]a[:b]{x}`} ¦ {'x': 'b'} ¦ up{job=~\"[]\\\\]a[:b]b\"}",
                "up{job=~`[\\x{41}\\pL]\\x41\\123{x}`} ¦ {'x': 'b'} ¦ up{job=~\"[\\\\x{41}\\\\pL]\\\\x41\\\\123b\"}",
                "up{job=~\"{x}+\"} ¦ {'x': 'ab'} ¦ up{job=~\"(?:ab)+\"}",
                "up{job=~\"{many}\"} ¦ {'many': ['a', 'b|c', 5]} ¦ up{job=~\"(?:a|b\\\\|c|5)\"}",
                "up{job!~\"x-{re}\"} ¦ {'re': 'a|b'} ¦ up{job!~\"x-(?:a|b)\"}",
                "up{job=\"{dflt}\"} ¦ {} ¦ up{job=\"d\"}",
                "up{job=\"{dflt}\"} ¦ {'dflt': null} ¦ up{job=\"d\"}",
                "up{job=\"{num}/{flag}\"} ¦ {'num': 5.0, 'flag': true} ¦ up{job=\"5/true\"}",
                "rate({metric}{a=\"b\"}[{dur}]) ¦ {'metric': 'a:b', 'dur': '1h30m'} ¦ rate(a:b{a=\"b\"}[1h30m])",
                "{metric} ¦ {'metric': 'up'} ¦ up",
                "up[{dur}:{dur}] offset -{dur} ¦ {'dur': '0'} ¦ up[0s:0s] offset -0s",
                "sum by ({label}, job) (up) ¦ {'label': 'a'} ¦ sum by (a, job) (up)",
                "sum(up) WITHOUT({many}) ¦ {'many': ['a', 'group']} ¦ sum(up) WITHOUT(a,group)",
                "a / on({many}) group_left({label}) b ¦ {'many': ['i', 'j'], 'label': 'k'} ¦ a / on(i,j) group_left(k) b",
                "up{ {label}=\"x\", b=\"c\"} ¦ {'label': 'a'} ¦ up{ a=\"x\", b=\"c\"}",
                "up > {num} ¦ {'num': -1} ¦ up > -1",
                "up * {num} ¦ {'num': -1} ¦ up * (-1)",
                "{num} ^ 2 ¦ {'num': -1} ¦ (-1) ^ 2",
                "up > {num} ¦ {'num': 1e21} ¦ up > 1000000000000000000000",
                "up > {num} ¦ {'num': 1e-7} ¦ up > 1e-7",
                "topk({num}, up) ¦ {'num': 5} ¦ topk(5, up)",
                "up @ {when} ¦ {'when': '2026-01-31T12:00:00.5Z'} ¦ up @ 1769860800.5",
                "{prom} ¦ {'prom': 'sum(up) # all'} ¦ sum(up) # all",
                "label_replace(up, \"a\", \"{{x}}\", \"b\", \"${x}{8}{ x}\") # c ¦ {} ¦ label_replace(up, \"a\", \"{{x}}\", \"b\", \"${x}{8}{ x}\") # c",
                "up{job=\"{x}\"} + 0x1F + 1e+5 + .5 + NaN ¦ {'x': 'a'} ¦ up{job=\"a\"} + 0x1F + 1e+5 + .5 + NaN",
            })
    void renders_promql(String text, String arguments, String expected) {
        assertThat(Try.render(Language.PROMQL, text, arguments)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '§',
            value = {
                "up{job=\"{nope}\"} ¦ is not a declared parameter",
                "up{job=\"{opt}\"} ¦ may be missing, and nothing can stand here in its place",
                "up{job=\"{many}\"} ¦ cannot be compared as one text: it is array",
                "up{job=\"{obj}\"} ¦ cannot be compared as one text: it is object",
                "up{job=~\"[{x}]\"} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~\"[]{x}]\"} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~\"a\\\\{x}\"} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`\\Q{x}\\E`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`\\pL\\Q{x}`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`(?{x}:a)`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`(?P<{x}>a)`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`a{1,{num}}`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`[[:digit:]{x}]+`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`[^[:^alpha:]a{x}]`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`[[:digit:{x}:]]`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`[a[:b{x}]`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`[\\x41{x}]`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`[\\pL{x}]`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`[\\d{x}]`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`[^]{x}]`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`[\\]{x}]`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`a\\0{x}`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`a\\01{x}`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`\\x4{x}`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`\\x{41{x}`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`\\p{x}`} ¦ stands inside a class, escape, count or group header of an expression",
                "up{job=~`[\\Q]{x}]`} ¦ stands inside a class, escape, count or group header of an expression",
                "label_replace(up, \"a\", \"{x}\", \"b\", \"c\") ¦ stands in a string that is no label's or line's value",
                "up{\"{x}\"=\"a\"} ¦ stands in a string that is no label's or line's value",
                "up{\"{x}\"} ¦ stands in a string that is no label's or line's value",
                "up != \"{x}\" ¦ stands in a string that is no label's or line's value",
                "count_values(\"{x}\", up) ¦ stands in a string that is no label's or line's value",
                "up{job=\"\\xff{x}\"} ¦ a string with a placeholder has an escape that stands for no character",
                "up{job=\"{x}} ¦ a string is not closed",
                "up{job=\"\\{x}\"} ¦ a string with a placeholder has an escape that stands for no character",
                "{x} ¦ is the whole query but is not declared to be one",
                "{log} ¦ is the whole query but is not declared to be one",
                "{prom} + 1 ¦ a metric name stands here",
                "{metric}_total ¦ is glued to what stands beside it",
                "job:{metric} ¦ is glued to what stands beside it",
                "{metric}{x} ¦ is glued to what stands beside it",
                "1{num} ¦ is glued to what stands beside it",
                "up[5{dur}] ¦ is glued to what stands beside it",
                "up # {x} ¦ stands in a comment",
                "{x}(up) ¦ stands where a function or operator does",
                "sum({x} (up)) ¦ stands where a function or operator does",
                "up{job={x}} ¦ stands in a selector but is no label's name",
                "up{job{x}\"a\"} ¦ is glued to what stands beside it",
                "up{job {x} \"a\"} ¦ stands in a selector but is no label's name",
                "up[{num}] ¦ a duration stands here",
                "up[{x}:{metric}] ¦ a duration stands here",
                "up offset {num} ¦ a duration stands here",
                "up @ {x} ¦ a point in time stands here",
                "up > {flag} ¦ a metric name stands here",
                "up > {obj} ¦ a metric name stands here",
                "up > {many} ¦ a metric name stands here",
                "sum by ({dur}) (up) ¦ label names stand here",
                "sum by ({num}) (up) ¦ label names stand here",
                "sum by (job) ({opt}) ¦ may be missing, and nothing can stand here in its place",
            })
    void refuses_a_promql_position_without_a_rule(String text, String problem) {
        assertThat(Try.render(Language.PROMQL, text, "{}")).startsWith("parse: " + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '§',
            value = {
                "up{job=\"{x}\"} ¦ {'x': ''} ¦ is empty, which would match what has no such label",
                "up{job=\"a{x}\"} ¦ {'x': ''} ¦ is empty, which would match what has no such label",
                "up{job=~\"{many}\"} ¦ {'many': []} ¦ is empty",
                "up{job=~\"{many}\"} ¦ {'many': ['a', '']} ¦ is empty, which would match what has no such label",
                "up{job=~\"{many}\"} ¦ {'many': [['a']]} ¦ must be a single value here",
                "up{job=~\"{re}\"} ¦ {'re': '(a'} ¦ must be an expression complete in itself",
                "up{job=~\"{re}\"} ¦ {'re': 'a)|(b'} ¦ must be an expression complete in itself",
                "up{job=~\"{re}\"} ¦ {'re': '\\\\Qa'} ¦ must be an expression complete in itself",
                "up{job=~\"{re}\"} ¦ {'re': 'a\\\\'} ¦ must be an expression complete in itself",
                "up{job=~\"({x}\"} ¦ {'x': 'a'} ¦ makes an expression that RE2 does not take",
                "rate({x}[5m]) ¦ {'x': 'up{}'} ¦ is not a metric name",
                "rate({x}[5m]) ¦ {'x': 'bool'} ¦ is not a metric name",
                "rate({x}[5m]) ¦ {'x': 'OFFSET'} ¦ is not a metric name",
                "{x} > 1 ¦ {'x': 'nan'} ¦ is not a metric name",
                "{x} > 1 ¦ {'x': 'Inf'} ¦ is not a metric name",
                "{x} > 1 ¦ {'x': 'sum'} ¦ is not a metric name",
                "{x} > 1 ¦ {'x': '1'} ¦ is not a metric name",
                "{x} > 1 ¦ {'x': ''} ¦ is not a metric name",
                "{x} > 1 ¦ {'x': 'a b'} ¦ is not a metric name",
                "{x} > 1 ¦ {'x': 'a #'} ¦ is not a metric name",
                "{x} > 1 ¦ {'x': 'up\\n'} ¦ is not a metric name",
                "sum by ({x}) (up) ¦ {'x': 'a, b'} ¦ is not a label name",
                "sum by ({x}) (up) ¦ {'x': 'a:b'} ¦ is not a label name",
                "sum by ({x}) (up) ¦ {'x': 'inf'} ¦ is not a label name",
                "sum by ({many}) (up) ¦ {'many': []} ¦ is empty",
                "sum by ({many}) (up) ¦ {'many': ['a', 'b) (x']} ¦ is not a label name",
                "up[{x}] ¦ {'x': '5'} ¦ is not a duration",
                "up[{x}] ¦ {'x': '5m:1m'} ¦ is not a duration",
                "up[{x}] ¦ {'x': '5m] offset 1d'} ¦ is not a duration",
                "up offset {x} ¦ {'x': '-5m'} ¦ is not a duration",
                "up @ {num} ¦ {'num': -5} ¦ is not a point in time",
                "up{ {x}=\"a\"} ¦ {'x': 'a=\\u0022b\\u0022,c'} ¦ is not a label name",
            })
    void refuses_a_promql_value_that_is_not_what_its_position_takes(
            String text, String arguments, String problem) {
        assertThat(Try.render(Language.PROMQL, text, arguments)).startsWith("render: " + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '§',
            value = {
                "{app=\"{x}\"} |= \"{opt}\" ¦ {'x': 'a'} ¦ {app=\"a\"} |= \"\"",
                "{app=\"{x}\"} |= \"u={opt}\" ¦ {'x': 'a'} ¦ {app=\"a\"} |= \"\"",
                "{app=\"{x}\"} |= \"{opt}\" ¦ {'x': 'a', 'opt': ''} ¦ {app=\"a\"} |= \"\"",
                "{app=\"{x}\"} |= `{opt}` ¦ {'x': 'a', 'opt': '`\\\\d'} ¦ {app=\"a\"} |= \"`\\\\d\"",
                "{app=\"a\"} |~ \"{opt}\" ¦ {'opt': '.*'} ¦ {app=\"a\"} |~ \"\\\\.\\\\*\"",
                "{app=\"a\"} |~ \"(?i){re}\" ¦ {'re': 'a|b'} ¦ {app=\"a\"} |~ \"(?i)(?:a|b)\"",
                "{app=\"a\"} != \"{x}\" !~ \"{many}\" ¦ {'x': 'q', 'many': ['a']} ¦ {app=\"a\"} != \"q\" !~ \"(?:a)\"",
                "{app=\"a\"} |= \"b\" or \"{x}\" ¦ {'x': 'c'} ¦ {app=\"a\"} |= \"b\" or \"c\"",
                "{app=\"a\"} |~ \"b\" or \"{x}\" ¦ {'x': '.'} ¦ {app=\"a\"} |~ \"b\" or \"\\\\.\"",
                "{app=\"a\"} |= ip(\"{net}\") ¦ {'net': '10.0.0.0/8'} ¦ {app=\"a\"} |= ip(\"10.0.0.0/8\")",
                "{app=\"a\"} | json | level=\"{x}\" ¦ {'x': 'a\"b'} ¦ {app=\"a\"} | json | level=\"a\\\"b\"",
                "{app=\"a\"} | logfmt | a=\"b\" and c=~\"{x}\" ¦ {'x': 'd'} ¦ {app=\"a\"} | logfmt | a=\"b\" and c=~\"d\"",
                "{app=\"a\"} | json x=\"y\" != \"{x}\" ¦ {'x': 'd'} ¦ {app=\"a\"} | json x=\"y\" != \"d\"",
                "{app=\"a\"} | addr = ip(\"{net}\") ¦ {'net': '::1'} ¦ {app=\"a\"} | addr = ip(\"::1\")",
                "{app=\"a\"} | json | took > {dur} ¦ {'dur': '1d'} ¦ {app=\"a\"} | json | took > 86400s",
                "{app=\"a\"} | json | took >= {dur} ¦ {'dur': '1s500ms'} ¦ {app=\"a\"} | json | took >= 1500ms",
                "{app=\"a\"} | json | size > 20KB | status >= {num} ¦ {'num': 500} ¦ {app=\"a\"} | json | size > 20KB | status >= 500",
                "{app=\"a\"} | json | {label}=\"x\" ¦ {'label': 'lvl'} ¦ {app=\"a\"} | json | lvl=\"x\"",
                "{app=\"a\"} | line_format \"{{.x}}\" |= \"{x}\" ¦ {'x': 'z'} ¦ {app=\"a\"} | line_format \"{{.x}}\" |= \"z\"",
                "sum by ({many}) (rate({app=\"a\"}[{dur}])) ¦ {'many': ['a','b'], 'dur': '5m'} ¦ sum by (a,b) (rate({app=\"a\"}[5m]))",
                "sum_over_time({app=\"a\"} | unwrap {label} [1m]) ¦ {'label': 'n'} ¦ sum_over_time({app=\"a\"} | unwrap n [1m])",
                "sum_over_time({app=\"a\"} | unwrap bytes({label}) [1m]) ¦ {'label': 'n'} ¦ sum_over_time({app=\"a\"} | unwrap bytes(n) [1m])",
                "{app=\"a\"} | keep {label}, b ¦ {'label': 'n'} ¦ {app=\"a\"} | keep n, b",
                "{log} ¦ {'log': '{a=\\u0022b\\u0022}'} ¦ {a=\"b\"}",
            })
    void renders_logql(String text, String arguments, String expected) {
        assertThat(Try.render(Language.LOGQL, text, arguments)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '§',
            value = {
                "{app=\"{opt}\"} ¦ may be missing",
                "{app=\"a\"} != \"{opt}\" ¦ may be missing",
                "{app=\"a\"} !~ \"{opt}\" ¦ may be missing",
                "{app=\"a\"} |= \"b\" or \"{opt}\" ¦ may be missing",
                "{app=\"a\"} | l=\"{opt}\" ¦ may be missing",
                "{app=\"a\"} |= \"{many}\" ¦ cannot be compared as one text",
                "{app=\"a\"} |> \"{x}\" ¦ stands in a string that is no",
                "{app=\"a\"} !> \"<_>{x}\" ¦ stands in a string that is no",
                "{app=\"a\"} | line_format \"{x}\" ¦ stands in a string that is no",
                "{app=\"a\"} | line_format `{{.a}} {x}` ¦ stands in a string that is no",
                "{app=\"a\"} | label_format a=\"{x}\" ¦ stands in a string that is no",
                "{app=\"a\"} | label_format a=\"b\", c=\"{x}\" ¦ stands in a string that is no",
                "{app=\"a\"} | label_format a={x} ¦ stands where LogQL has no value",
                "{app=\"a\"} | json a=\"{x}\" ¦ stands in a string that is no",
                "{app=\"a\"} | logfmt a=\"{x}\" ¦ stands in a string that is no",
                "{app=\"a\"} | pattern \"<ip> {x}\" ¦ stands in a string that is no",
                "{app=\"a\"} | regexp \"(?P<a>{x})\" ¦ stands in a string that is no",
                "label_replace(rate({a=\"b\"}[1m]), \"a\", \"{x}\", \"b\", \"c\") ¦ stands in a string that is no",
                "{app=\"a\"} | a=\"b\" or \"{x}\" ¦ stands in a string that is no",
                "{app=\"a\"} |= ip(\"{x}\") ¦ stands in `ip(...)` without being an address",
                "{app=\"a\"} |= ip(\"{net}-{net}\") ¦ stands in `ip(...)` without being an address",
                "{app=\"a\"} | {x} ¦ stands where LogQL has no value",
                "{app=\"a\"} {x} \"a\" ¦ stands where LogQL has no value",
                "{app=\"a\"} | unpack | took > {x} ¦ stands where LogQL has no value",
                "{prom} ¦ is the whole query but is not declared to be one",
                "{x} ¦ is the whole query but is not declared to be one",
                "{app=\"a\"} |= \"a\" # {x} ¦ stands in a comment",
                "rate({app=\"a\"}[{x}m]) ¦ is glued to what stands beside it",
                "{x}({app=\"a\"}) ¦ stands where a function or operator does",
            })
    void refuses_a_logql_position_without_a_rule(String text, String problem) {
        assertThat(Try.render(Language.LOGQL, text, "{}")).startsWith("parse: " + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '§',
            value = {
                "{app=\"{x}\"} ¦ {'x': ''} ¦ is empty, which would match",
                "{app=\"a\"} != \"{x}\" ¦ {'x': ''} ¦ is empty, which would match",
                "{app=\"a\"} | json | {x}=\"a\" ¦ {'x': 'json'} ¦ is not a label name",
                "{app=\"a\"} | json | {x}=\"a\" ¦ {'x': 'a | b'} ¦ is not a label name",
                "sum by ({x}) (rate({a=\"b\"}[1m])) ¦ {'x': 'ip'} ¦ is not a label name",
                "{app=\"a\"} |~ \"{re}\" ¦ {'re': '('} ¦ must be an expression complete in itself",
                "{app=\"a\"} | took > {dur} ¦ {'dur': '1h or x'} ¦ is not a duration",
            })
    void refuses_a_logql_value_that_is_not_what_its_position_takes(
            String text, String arguments, String problem) {
        assertThat(Try.render(Language.LOGQL, text, arguments)).startsWith("render: " + problem);
    }
}
