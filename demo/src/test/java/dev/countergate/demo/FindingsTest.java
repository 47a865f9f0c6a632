package dev.countergate.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class FindingsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{'value': 0.231} ~ 23.1% of the requests fail",
                "{'value': 0} ~ 0.0% of the requests fail",
                "{} ~ ? of the requests fail",
                "{'value': 'NaN'} ~ ? of the requests fail",
            })
    void a_ratio_is_a_percentage_or_not_known(String structured, String line) {
        assertThat(Findings.failing(json(structured))).isEqualTo(line);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "[] ~ ''",
                "[['t','0.1']] ~ 10.0%",
                "[['t','1'],['t','NaN'],['t','0']] ~ 100.0%  ?  0.0%",
                "[['t','.1'],['t','.2'],['t','.3'],['t','.4'],['t','.5'],['t','.6'],['t','.7'],['t','.8'],['t','.9'],['t','1']]"
                        + " ~ 20.0%  40.0%  60.0%  80.0%  100.0%",
            })
    void a_series_ends_with_its_newest_value_and_has_nine_at_most(String samples, String line) {
        assertThat(
                        Findings.series(
                                json("{'series': [{'labels': {}, 'samples': " + samples + "}]}")))
                .containsExactly(line);
    }

    @Test
    void each_text_of_the_log_is_told_once_the_most_frequent_first() {
        assertThat(
                        Findings.log(
                                json(
                                        "{'entries': [{'line': 'b'}, {'line': 'a order=1'}, {'line': 'c'}, {'line': 'a order=2'}]}")))
                .containsExactly("a", "b", "c");
    }

    @Test
    void changes_say_how_long_ago_they_were() {
        assertThat(
                        Findings.changes(
                                json(
                                        "{'deployments': [{'version': 'v2', 'at': '2026-11-21T11:49:00Z', 'by': 'ben', 'change': 'x'},"
                                                + " {'version': 'v1', 'at': '2026-11-15T11:49:00Z', 'by': 'ana', 'change': 'y'},"
                                                + " {'at': 'never'}]}"),
                                NOW))
                .containsExactly(
                        "v2, 11 minutes ago, by ben: x",
                        "v1, 6 days ago, by ana: y",
                        "?, at `never`, by ?: ?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{} ~ ?",
                "{'state': 'PENDING'} ~ PENDING",
                "{'state': 'REJECTED', 'why': 'rejected by you'} ~ REJECTED: rejected by you",
                "{'state': 'NOT_VERIFIED', 'why': 'HTTP 200', 'verification': {'state': 'NOT_VERIFIED', 'why': 'value 0.2'}}"
                        + " ~ NOT_VERIFIED: HTTP 200: value 0.2",
            })
    void a_standing_is_the_servers_state_with_its_reasons(String status, String line) {
        assertThat(Findings.standing(json(status))).isEqualTo(line);
    }
}
