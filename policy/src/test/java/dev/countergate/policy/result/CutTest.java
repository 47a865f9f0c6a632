package dev.countergate.policy.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.catalogue.ResultBudget;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

class CutTest {
    private static final ResultBudget THREE_ROWS_TWO_SERIES = new ResultBudget(1_024, 3, 2);

    @Test
    void rows_have_their_own_limit_and_series_theirs() {
        assertThat(cut("alerts", Sheet.Keep.FIRST, 5, 9_999).kept()).hasSize(3);
        assertThat(cut("series", Sheet.Keep.FIRST, 5, 9_999).kept()).hasSize(2);
    }

    @Test
    void nothing_is_cut_that_fits_exactly() {
        int three = sheet("alerts", Sheet.Keep.FIRST, 3).rows().stream().mapToInt(Row::bytes).sum();

        assertThat(cut("alerts", Sheet.Keep.FIRST, 3, three).isCut()).isFalse();
        assertThat(cut("alerts", Sheet.Keep.FIRST, 3, three - 1).left()).isEqualTo(1);
        assertThat(cut("alerts", Sheet.Keep.FIRST, 4, 9_999).left()).isEqualTo(1);
    }

    @Test
    void the_ends_of_a_log_share_the_rows_and_the_bytes() {
        assertThat(cut("entries", Sheet.Keep.ENDS, 9, 9_999))
                .satisfies(
                        cut -> {
                            assertThat(texts(cut)).containsExactly("r0", "r1", "r8");
                            assertThat(cut.head()).isEqualTo(2);
                            assertThat(cut.left()).isEqualTo(6);
                        });
        int one = sheet("entries", Sheet.Keep.ENDS, 1).rows().getFirst().bytes();
        assertThat(texts(cut("entries", Sheet.Keep.ENDS, 9, 2 * one))).containsExactly("r0", "r8");
        assertThat(texts(cut("entries", Sheet.Keep.ENDS, 3, 2 * one))).containsExactly("r0", "r2");
    }

    @Test
    void no_entry_is_both_an_end_and_a_beginning() {
        ResultBudget wide = new ResultBudget(1_024, 3, 2);
        Sheet two =
                new Sheet(
                        JsonNodeFactory.instance.objectNode(),
                        "entries",
                        "t",
                        List.of(row("r0"), row("r1" + "x".repeat(300)), row("r2")),
                        List.of(),
                        Sheet.Keep.ENDS,
                        "n");

        assertThat(texts(Cut.of(two, wide, 100))).containsExactly("r0", "r2");
    }

    @Test
    void summaries_stand_for_all_rows_before_any_is_left_out_and_are_called_so() {
        List<Row> rows = new ArrayList<>();
        List<Row> summaries = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            rows.add(row("long".repeat(50)));
            summaries.add(row("s" + i));
        }
        Sheet sheet =
                new Sheet(
                        JsonNodeFactory.instance.objectNode(),
                        "series",
                        "t",
                        rows,
                        summaries,
                        Sheet.Keep.FIRST,
                        "n");

        Cut cut = Cut.of(sheet, THREE_ROWS_TWO_SERIES, 200);

        assertThat(texts(cut)).containsExactly("s0", "s1");
        assertThat(cut.isCut()).isTrue();
        assertThat(cut.words(sheet))
                .isEqualTo("samples replaced by count, first, last, min and max");
        assertThat(Cut.of(sheet, THREE_ROWS_TWO_SERIES, 15).words(sheet))
                .isEqualTo(
                        "samples replaced by count, first, last, min and max, 1 of 2 series left out");
    }

    @Test
    void a_sheet_has_a_summary_for_each_row_or_none() {
        assertThatThrownBy(
                        () ->
                                new Sheet(
                                        JsonNodeFactory.instance.objectNode(),
                                        "series",
                                        "t",
                                        List.of(row("a"), row("b")),
                                        List.of(row("a")),
                                        Sheet.Keep.FIRST,
                                        "n"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_result_has_a_text_and_an_error_no_structured_content() {
        var error = new ToolResult.ErrorBody("C", "m", "", null, List.of());

        assertThatThrownBy(() -> new ToolResult(List.of(), null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () ->
                                new ToolResult(
                                        List.of("x"), JsonNodeFactory.instance.objectNode(), error))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<String> texts(Cut cut) {
        return cut.kept().stream().map(Row::text).map(text -> text.substring(0, 2)).toList();
    }

    private static Cut cut(String member, Sheet.Keep keep, int rows, int bytes) {
        return Cut.of(sheet(member, keep, rows), THREE_ROWS_TWO_SERIES, bytes);
    }

    private static Sheet sheet(String member, Sheet.Keep keep, int count) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(row("r" + i));
        }
        return new Sheet(
                JsonNodeFactory.instance.objectNode(), member, "t", rows, List.of(), keep, "n");
    }

    private static Row row(String text) {
        return new Row(JsonNodeFactory.instance.stringNode(text), text);
    }
}
