package dev.countergate.policy.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("long")
class ShownTextTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "plain text,| plain text",
                "'',|",
                "caf\u00E9 \u00FC\u0142,| caf\u00E9 \u00FC\u0142",
                "\u65E5\u672C\u8A9E \u30B5\u30FC\u30D0 \uD55C\uAD6D,| \u65E5\u672C\u8A9E \u30B5\u30FC\u30D0 \uD55C\uAD6D",
                "che\u0441kout,| che<U+0441>kout",
                "\u0430\u0440\u0435,| <U+0430><U+0440><U+0435>",
                "\u03BFk,| <U+03BF>k",
                "\uFF41,| <U+FF41>",
                "\uD835\uDC1A,| <U+1D41A>",
                "\u0131d,| <U+0131>d",
                "cafe\u0301,| cafe<U+0301>",
                "a\u200Bb,| a<U+200B>b",
                "a\u202Eb,| a<U+202E>b",
                "a\u2066b,| a<U+2066>b",
                "a\u00A0b,| a<U+00A0>b",
                "a\u2028b,| a<U+2028>b",
                "a\u3164b,| a<U+3164>b",
                "a\uFE0Fb,| a<U+FE0F>b",
                "a\uDB40\uDC41b,| a<U+E0041>b",
                "a\tb,| a<U+0009>b",
                "a\u001B[2Jb,| a<U+001B>[2Jb",
                "a\u009Bb,| a<U+009B>b",
                "a\u007Fb,| a<U+007F>b",
                "a\0b,| a<U+0000>b",
                "a\u2215b,| a<U+2215>b",
                "a\u2024b,| a<U+2024>b",
                "a\u30CEb,| a<U+30CE>b",
                "a\u2500b,| a<U+2500>b",
                "a\uD83D\uDE00b,| a<U+1F600>b",
                "<U+202E>,| <U+003C>U+202E>",
                "a < b,| a < b",
                "'a  ',| a<U+0020><U+0020>",
                "' a',|  a",
            })
    void shows_what_does_not_look_like_itself_as_its_code_point(String text, String shown) {
        assertThat(ShownText.framed(text)).containsExactly(shown);
    }

    @Test
    void begins_every_line_of_a_text_anew_and_goes_on_where_one_is_too_long() {
        assertThat(ShownText.framed("a\n\nb\n")).containsExactly("| a", "|", "| b", "|");
        assertThat(ShownText.framed("a\r\nb\rc")).containsExactly("| a<U+000D>", "| b<U+000D>c");
        assertThat(ShownText.framed("x".repeat(ShownText.WIDTH * 2 + 1)))
                .containsExactly(
                        "| " + "x".repeat(ShownText.WIDTH),
                        "+ " + "x".repeat(ShownText.WIDTH),
                        "+ x");
        assertThat(ShownText.framed("\u65E5".repeat(ShownText.WIDTH)))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).hasSize(2 + ShownText.WIDTH / 2));
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void looks_once_at_each_of_many_blanks() {
        String blanks = " ".repeat(1_000_000);

        assertThat(ShownText.framed(blanks + "x").getLast()).endsWith(" x");
        assertThat(ShownText.line(blanks + "x ")).endsWith(" x<U+0020>");
    }

    @Test
    void shows_no_two_characters_alike() {
        Map<String, Integer> seen = new HashMap<>();
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            if (point != '\n' && (point < 0xD800 || point > 0xDFFF)) {
                String shown =
                        String.join("\n", ShownText.framed("a" + Character.toString(point) + "b"));
                assertThat(seen.put(shown, point)).as("U+%04X", point).isNull();
            }
        }
    }
}
