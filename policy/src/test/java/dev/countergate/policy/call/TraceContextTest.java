package dev.countergate.policy.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String IDS = TRACE + "-00f067aa0ba902b7";
    private static final String PARENT = "00-" + IDS + "-01";

    @Test
    void a_trace_is_passed_on_as_it_came() {
        TraceContext trace =
                TraceContext.parse(PARENT, "rojo=00f067aa0ba902b7, congo=t61rcWkgMzE")
                        .orElseThrow();
        assertThat(trace.parent()).isEqualTo(PARENT);
        assertThat(trace.state()).isEqualTo("rojo=00f067aa0ba902b7, congo=t61rcWkgMzE");
        assertThat(trace.traceId()).isEqualTo(TRACE);
        assertThat(TraceContext.parse(PARENT, null).orElseThrow().state()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "01,00,''",
        "01,01,''",
        "cc,03,-what-the-future-will-be-like",
        "01,ff,-",
        "fe,02,-x"
    })
    void a_later_version_is_understood_as_far_as_the_first(
            String version, String flags, String rest) {
        TraceContext trace =
                TraceContext.parse(version + "-" + IDS + "-" + flags + rest, null).orElseThrow();
        String known = Integer.parseInt(flags, 16) % 2 == 1 ? "01" : "00";
        assertThat(trace.parent()).isEqualTo("00-" + IDS + "-" + known);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-" + IDS,
                "00-" + IDS + "-",
                "00-" + IDS + "-1",
                "00-" + IDS + "-0g",
                "00-" + IDS + "-01-",
                "00-" + IDS + "-01-more",
                "00-" + IDS + "-01 ",
                " 00-" + IDS + "-01",
                "00-" + IDS + "-01\n",
                "00-" + IDS + "-01\r\nX-Evil: 1",
                "01-" + IDS + "-01\r\nX-Evil: 1",
                "01-" + IDS + "-01.more",
                "ff-" + IDS + "-01",
                "0-" + IDS + "-01",
                "000-" + IDS + "-01",
                "00_" + IDS + "-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-" + TRACE + "-00f067aa0ba902b-01",
                "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
                "00-４bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            })
    void what_is_no_traceparent_is_no_trace(String parent) {
        assertThat(TraceContext.parse(parent, "a=b")).isEmpty();
    }

    @Test
    void an_endless_traceparent_is_none() {
        assertThat(TraceContext.parse("01-" + IDS + "-01-" + "x".repeat(1_000_000), null))
                .isEmpty();
        assertThat(TraceContext.parse(null, "a=b")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=1",
                "a=1,,b=2",
                " a=1 ,\tb=2\t",
                "a=b:c",
                "fw529a3039@dt=FfffffffZ",
                "0tenant@v=1",
                "a_-*/9= x"
            })
    void a_state_of_the_grammar_is_kept(String state) {
        assertThat(TraceContext.parse(PARENT, state).orElseThrow().state()).isEqualTo(state);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "=1",
                "a=",
                "a= ",
                "A=1",
                "0a=1",
                "a b=1",
                "a=1=2",
                "a=1,a=2",
                "a=\u0001",
                "a=x\u007f",
                "a=é",
                "a=1\r\nX-Evil: 1",
                "a=1\n",
                "@v=1",
                "t@=1",
                "t@0v=1",
                "t@abcdefghijklmno=1",
                "a =1"
            })
    void a_state_outside_the_grammar_is_left_out_and_the_trace_kept(String state) {
        TraceContext trace = TraceContext.parse(PARENT, state).orElseThrow();
        assertThat(trace.state()).isEmpty();
        assertThat(trace.parent()).isEqualTo(PARENT);
    }

    @Test
    void a_state_has_its_limits() {
        assertThat(state("a=" + "x".repeat(256))).isNotEmpty();
        assertThat(state("a=" + "x".repeat(257))).isEmpty();
        assertThat(state("a".repeat(256) + "=1")).isNotEmpty();
        assertThat(state("a".repeat(257) + "=1")).isEmpty();
        assertThat(state("t".repeat(241) + "@v=1")).isNotEmpty();
        assertThat(state("t".repeat(242) + "@v=1")).isEmpty();
        assertThat(state(members(32))).isNotEmpty();
        assertThat(state(members(33))).isEmpty();
        assertThat(state("a=" + "x".repeat(250) + ",b=" + "x".repeat(250) + ",c=3456"))
                .isNotEmpty();
        assertThat(state("a=" + "x".repeat(250) + ",b=" + "x".repeat(250) + ",c=34567")).isEmpty();
    }

    @Test
    void nobody_makes_one_that_does_not_follow_the_grammar() {
        assertThatThrownBy(() -> new TraceContext("01-" + IDS + "-01", ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TraceContext(PARENT, "a"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String state(String state) {
        return TraceContext.parse(PARENT, state).orElseThrow().state();
    }

    private static String members(int count) {
        return IntStream.range(0, count)
                .mapToObj(each -> "k" + each + "=v")
                .collect(Collectors.joining(","));
    }
}
