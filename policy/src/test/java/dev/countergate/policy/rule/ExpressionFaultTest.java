package dev.countergate.policy.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.common.types.SimpleType;
import dev.countergate.policy.call.Fault;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionFaultTest {
    private static final Expressions EXPRESSIONS =
            new Expressions(
                    Map.of(
                            "value", SimpleType.DOUBLE,
                            "env", SimpleType.STRING,
                            "now", SimpleType.TIMESTAMP));

    private static List<Fault> faults(String text) {
        return EXPRESSIONS.compile("r", text).faultsFound();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
        value >                | at character 8: it ends before it is complete
        ((                     | at character 3: it ends before it is complete
        [1,2                   | at character 5: it ends before it is complete
        value > 1.             | at character 11: it ends before it is complete
        value > 1. && true     | at character 12: it cannot be read from `&& true` on
        value > 1 1            | at character 11: it cannot be read from `1` on
        value > 1)             | at character 10: it cannot be read from `)` on
        value = 1              | at character 7: it cannot be read from `= 1` on: compare with `==`
        value @ 1              | at character 7: it cannot be read from `@ 1` on
        value is 3             | at character 7: it cannot be read from `is 3` on
        value == 'abc          | at character 10: it cannot be read from `'abc` on
        "\\q"                  | at character 1: it cannot be read from `"\\q"` on
        “prod” == env          | at character 1: it cannot be read from `“prod” == env` on
        usage.calls > 3        | at character 1: there is no name `usage`: begin with one of env, now, value
        foo(1)                 | at character 4: there is no function `foo`
        env.starts("a")        | at character 11: there is no function `starts`
        env > 3                | at character 5: `>` cannot take a string and a whole number
        value && true          | at character 7: `&&` cannot take a number and true or false
        !env                   | at character 1: `!` cannot take a string
        env in [1]             | at character 5: `in` cannot take a string and a list
        {'a': [1]} + env       | at character 12: `+` cannot take a map and a string
        size()                 | at character 5: `size` cannot take nothing
        true ? 1 : 'a'         | at character 6: `? :` cannot take true or false, a whole number and a string
        now > 1                | at character 5: `>` cannot take a time and a whole number
        null > 1               | at character 6: `>` cannot take null and a whole number
        env.foo                | at character 4: a string has no members
        has(env)               | at character 4: `has` takes a member: write it as has(a.b)
        true.exists(x, x)      | at character 1: true or false has no items to go through
        [1].all(1, true)       | at character 9: a variable of a loop is a simple name
        if                     | at character 1: it uses a reserved word: use another name
        value > 99999999999999999999 | at character 9: a number is out of range
        """)
    void is_one_sentence_of_ours(String text, String sentence) {
        assertThat(faults(text))
                .extracting(Fault::text)
                .first()
                .isEqualTo("`r`: not a valid expression " + sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
        1 + 1     | a whole number
        1.5       | a number
        "yes"     | a string
        [true]    | a list
        {"a": 1}  | a map
        null      | null
        now       | a time
        """)
    void names_what_an_expression_gives_in_words(String text, String gives) {
        assertThat(faults(text))
                .extracting(Fault::text)
                .containsExactly(
                        "`r`: the expression gives " + gives + ", not true or false: compare it");
    }

    @Test
    void tells_the_line_of_an_expression_that_has_several() {
        assertThat(faults("value > 1.0 &&\n  env > 1"))
                .extracting(Fault::problem)
                .containsExactly(
                        "not a valid expression at character 7 of line 2: `>` cannot take a string and a whole number");
    }

    @Test
    void tells_only_the_first_of_what_cannot_be_read_and_all_that_does_not_fit() {
        assertThat(faults("value == 'a")).hasSize(1);
        assertThat(faults("env > 1 && now > 1")).hasSize(2);
    }

    @Test
    void tells_which_bound_was_passed() {
        assertThat(faults("(".repeat(100) + "true" + ")".repeat(100)).getFirst().problem())
                .endsWith("it is nested deeper than the 64 levels allowed");
        assertThat(faults("true || ".repeat(600) + "true").getFirst().problem())
                .isEqualTo("not a valid expression: it has more than the 4096 characters allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "value >",
                "=",
                "value == 'a",
                "Foo{a: 1}",
                "google.protobuf.Foo{}",
                "dyn(1).all(x, y)",
                "\u0007",
                "\uD83D\uDE00 == 1",
                "a\u202Eb",
                "",
                "  \n ",
                "'\n'",
                "b'x' == 'x'",
                "[].map(x)",
                "1 == [2]",
                "{1: 2}.a",
                "\"\\uD800\"",
                "...",
                "a.b.c.d(",
                "${x}",
                "{x}"
            })
    void never_passes_on_what_the_parser_says(String text) {
        assertThat(faults(text))
                .isNotEmpty()
                .allSatisfy(
                        fault ->
                                assertThat(fault.text())
                                        .doesNotContain(
                                                "<EOF>",
                                                "expecting",
                                                "overload",
                                                "NUM_",
                                                "_>_",
                                                "%A",
                                                "token",
                                                "container")
                                        .doesNotContainPattern("[\\p{Cc}]"));
    }
}
