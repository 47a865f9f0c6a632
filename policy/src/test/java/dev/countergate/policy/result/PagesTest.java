package dev.countergate.policy.result;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

class PagesTest {
    @Test
    void pages_of_rows_hold_every_row_whole_where_it_fits_and_none_is_too_large() {
        List<Row> rows =
                IntStream.range(0, 300)
                        .mapToObj(i -> row("row " + i + " é".repeat(i % 7)))
                        .toList();

        List<String> pages = Pages.ofRows(rows, 100);

        assertThat(String.join("", pages).lines()).containsExactlyElementsOf(texts(rows));
        assertThat(pages)
                .allSatisfy(
                        page -> assertThat(page.getBytes(UTF_8).length).isLessThanOrEqualTo(100))
                .allSatisfy(page -> assertThat(page).startsWith("row ").endsWith("\n"));
    }

    @Test
    void a_row_larger_than_a_page_spans_pages_and_loses_nothing() {
        List<Row> rows = List.of(row("a"), row("😀é€".repeat(500)), row("z"));

        List<String> pages = Pages.ofRows(rows, 100);

        assertThat(String.join("", pages).lines()).containsExactlyElementsOf(texts(rows));
        assertThat(pages)
                .allSatisfy(
                        page -> assertThat(page.getBytes(UTF_8).length).isLessThanOrEqualTo(100));
    }

    @Test
    void no_more_pages_are_kept_than_the_limit() {
        List<Row> rows = IntStream.range(0, 900).mapToObj(i -> row("x".repeat(60))).toList();

        assertThat(Pages.ofRows(rows, 100)).hasSize(Pages.PAGES_MAX);
        assertThat(Pages.ofText("x".repeat(100_000), 100)).hasSize(Pages.PAGES_MAX);
    }

    private static List<String> texts(List<Row> rows) {
        return rows.stream().map(Row::text).toList();
    }

    private static Row row(String text) {
        return new Row(JsonNodeFactory.instance.stringNode(text), text);
    }
}
