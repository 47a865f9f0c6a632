package dev.countergate.policy.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ExpectationTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
        value > 0.01                | 0.02     | true
        value > 0.01                | 0.01     | false
        value > 0                   | 0.5      | true
        value == 1                  | 1.0      | true
        value < 0.01                | NaN      | false
        value > 1000000             | NaN      | false
        value > 0                   | Infinity | false
        value >= 0                  |          | false
        result.count == 2           |          | true
        result.count > 2            |          | false
        result.missing == 1         |          | false
        has(result.missing)         |          | false
        result.series.all(s, s.x == "a") |     | true
        """)
    void is_met_by_what_it_says_and_by_nothing_unreadable(
            String text, @Nullable Double value, boolean met) {
        var result =
                JsonMapper.shared()
                        .readTree("{\"count\":2,\"series\":[{\"x\":\"a\"},{\"x\":\"a\"}]}");

        assertThat(expectation(text).isMetBy(result, value)).isEqualTo(met);
    }

    @Test
    void a_number_beyond_all_numbers_in_the_result_meets_nothing() {
        assertThat(expectation("true").isMetBy(JsonMapper.shared().readTree("{\"x\":1e999}"), 1.0))
                .isFalse();
    }

    @Test
    void a_name_that_is_not_value_or_result_is_a_fault() {
        assertThat(Expectation.compile("verify", "val < 3").faultsFound()).hasSize(1);
    }

    private static Expectation expectation(String text) {
        return ((Checked.Valid<Expectation>) Expectation.compile("expect", text)).value();
    }
}
