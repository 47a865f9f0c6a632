package dev.countergate.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PageTest {
    private static final String LONG = "a sentence of several words ".repeat(12).strip();

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Duration> rests = new ArrayList<>();

    private Page page(boolean isColoured) {
        return new Page(new PrintStream(bytes, true, UTF_8), isColoured, rests::add);
    }

    private String said() {
        return bytes.toString(UTF_8);
    }

    @Test
    void no_line_is_wider_than_eighty_columns_and_no_word_is_lost() throws Exception {
        Page page = page(false);
        page.title(LONG);
        page.heading(LONG);
        page.words(LONG);
        page.fine(LONG);
        page.call(LONG);
        page.command(LONG);
        page.answer(LONG);
        page.good(LONG);
        page.stopped(LONG);
        page.bad(LONG);
        assertThat(said().lines()).allMatch(line -> line.length() < 80);
        assertThat(said().replaceAll("\\s+", " ").split("a sentence of several words", -1))
                .hasSize(10 * 12 + 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "'' ~ ''",
                "one ~ one",
                "one two ~ one two",
                "one two three ~ one two|  three",
                "onetwothree four ~ onetwothree|  four",
                "one onetwothreefour ~ one|  onetwothreefour",
            })
    void words_are_wrapped_whole(String text, String lines) {
        assertThat(String.join("|", Page.wrapped(text, 7, 2))).isEqualTo(lines);
    }

    @Test
    void colours_are_written_where_they_are_wanted_and_nowhere_else() throws Exception {
        page(false).bad("x");
        assertThat(said()).isEqualTo("     x" + System.lineSeparator());
        bytes.reset();
        page(true).bad("x");
        assertThat(said()).isEqualTo("     \u001b[31mx\u001b[0m" + System.lineSeparator());
    }

    @Test
    void what_is_longer_is_given_more_time() throws Exception {
        Page page = page(false);
        page.words("short");
        page.words(LONG);
        assertThat(rests).hasSize(2);
        assertThat(rests.get(1)).isGreaterThan(rests.get(0).multipliedBy(5));
    }

    @Test
    void nothing_is_said_once_it_is_closed() throws Exception {
        Page page = page(false);
        page.close();
        page.words("late");
        assertThat(said()).isEmpty();
    }
}
