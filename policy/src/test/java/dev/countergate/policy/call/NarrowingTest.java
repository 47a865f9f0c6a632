package dev.countergate.policy.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NarrowingTest {
    private static final ToolName ASK = new ToolName("ask");
    private static final ToolName WRITE = new ToolName("write");

    @Test
    void nothing_said_leaves_all() {
        Narrowing none = parse(List.of(), List.of());
        assertThat(none).isEqualTo(Narrowing.NONE);
        assertThat(none.leaves(WRITE, false)).isTrue();
    }

    @Test
    void names_leave_themselves_alone_over_any_number_of_lists() {
        Narrowing narrowing = parse(List.of(" ask , ,other", "write"), List.of());
        assertThat(narrowing.tools()).isEqualTo(Set.of(ASK, new ToolName("other"), WRITE));
        assertThat(narrowing.leaves(ASK, true)).isTrue();
        assertThat(narrowing.leaves(new ToolName("ask2"), true)).isFalse();
        assertThat(narrowing.leaves(new ToolName("Ask"), true)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ",",
                ",,",
                "a b",
                "*",
                "ask*",
                "../ask",
                "\"ask\"",
                "ask;write",
                "ásk"
            })
    void a_list_without_a_name_leaves_nothing(String list) {
        Narrowing narrowing = parse(List.of(list), List.of());
        assertThat(narrowing.tools()).isEmpty();
        assertThat(narrowing.leaves(ASK, true)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "TRUE", " True "})
    void reads_only_leaves_what_reads(String flag) {
        Narrowing narrowing = parse(List.of(), List.of("false", flag));
        assertThat(narrowing.leaves(ASK, true)).isTrue();
        assertThat(narrowing.leaves(WRITE, false)).isFalse();
    }

    @Test
    void a_write_named_is_not_left_where_only_reads_are() {
        assertThat(parse(List.of("write"), List.of("true")).leaves(WRITE, false)).isFalse();
        assertThat(parse(List.of("write"), List.of("false")).leaves(WRITE, false)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "yes", "ture", "true,false", "on", "tr\u0000ue"})
    void a_flag_that_says_neither_is_refused_rather_than_guessed(String flag) {
        assertThat(Narrowing.parse(List.of(), List.of("true", flag)).faultsFound()).hasSize(1);
    }

    private static Narrowing parse(List<String> tools, List<String> readsOnly) {
        if (Narrowing.parse(tools, readsOnly)
                instanceof Checked.Valid<Narrowing>(Narrowing narrowing)) {
            return narrowing;
        }
        throw new AssertionError("not taken");
    }
}
