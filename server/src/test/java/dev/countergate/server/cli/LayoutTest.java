package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayoutTest {
    @ParameterizedTest
    @CsvSource({
        "'',       0",
        "abc,      3",
        "é,        1",
        "e\u0301,  1", // a letter and an accent put on it
        "日本,     4",
        "한국,     4",
        "ｆｕｌｌ,   8",
        "🚀,       2",
        "✅,       2",
        "—,        1",
        "𠀀,       2",
    })
    void counts_what_a_terminal_takes(String text, int columns) {
        assertThat(Layout.width(text)).isEqualTo(columns);
    }

    private static List<String> table(int columns, boolean heads) {
        return Layout.table(
                        List.of(
                                List.of("TOOL", "EFFECT", "GUARD"),
                                List.of("restart", "write", "moderate risk, 3 per 1h, verified"),
                                List.of("日本", "read", "-")),
                        heads,
                        columns)
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    @Test
    void in_a_file_a_row_is_one_line() {
        assertThat(table(0, true))
                .containsExactly(
                        "TOOL     EFFECT  GUARD",
                        "restart  write   moderate risk, 3 per 1h, verified",
                        "日本     read    -");
    }

    @Test
    void a_last_column_that_does_not_fit_goes_on_below_itself() {
        assertThat(table(45, true))
                .containsExactly(
                        "TOOL     EFFECT  GUARD",
                        "restart  write   moderate risk, 3 per 1h,",
                        "                 verified",
                        "日本     read    -");
    }

    @Test
    void a_row_that_does_not_fit_is_written_a_cell_a_line() {
        assertThat(table(40, true))
                .containsExactly(
                        "TOOL    restart",
                        "EFFECT  write",
                        "GUARD   moderate risk, 3 per 1h,",
                        "        verified",
                        "",
                        "TOOL    日本",
                        "EFFECT  read",
                        "GUARD   -");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "one two three             | 80 | one two three",
                "one two three             | 8  | one~  two~  three",
                "one two three             | 3  | one~  two~  three",
                "see /a/very/long/path now | 10 | see~  /a/very/long/path~  now",
                "'  head one two'          | 12 | '  head one~  two'",
                "日本 日本 日本            | 11 | 日本 日本~  日本",
                "one two three             | 0  | one two three",
            })
    void goes_on_below_and_breaks_no_word(String text, int columns, String lines) {
        assertThat(String.join("~", Layout.hanging(text, 2, columns))).isEqualTo(lines);
    }
}
