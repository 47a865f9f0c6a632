package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BoundedRowsTest {
    @Test
    void rows_beyond_the_limit_are_counted() throws UnreadableAnswer {
        BoundedRows rows = new BoundedRows("labels", 2);
        rows.readItems(reader("[\"a\",\"b\",\"c\"]"), BoundedRows::string);
        assertThat(rows.rows()).hasToString("[\"a\", \"b\"]");
        assertThat(rows.notes())
                .singleElement()
                .asString()
                .startsWith("kept the first 2 of 3 labels");
    }

    @Test
    void null_is_a_list_without_rows() throws UnreadableAnswer {
        BoundedRows rows = new BoundedRows("labels", 2);
        rows.readItems(reader("null"), BoundedRows::string);
        assertThat(rows.rows()).isEmpty();
        assertThat(rows.notes()).isEmpty();
    }

    @Test
    void a_row_has_the_members_named_and_no_others() throws UnreadableAnswer {
        PickedRow row =
                new PickedRow(
                                reader(
                                                "{\"a\":1,\"b\":null,\"secret\":\"x\",\"t\":\"2026-11-21T02:44:29Z\",\"z\":\"0001-01-01T00:00:00Z\"}")
                                        .tree())
                        .keep("a", "b", "c")
                        .keepTimes("t", "z", "missing");
        assertThat(row.row()).hasToString("{\"a\":1,\"t\":\"2026-11-21T02:44:29.000Z\"}");
        assertThatThrownBy(() -> new PickedRow(reader("[]").tree()))
                .isInstanceOf(UnreadableAnswer.class);
    }

    private static JsonReader reader(String text) throws UnreadableAnswer {
        return JsonReader.of(new WireBody(text.getBytes(StandardCharsets.UTF_8), null));
    }
}
