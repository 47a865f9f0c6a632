package dev.countergate.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class JsonLineTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "plain | \"plain\"",
                "~~ | \"\"",
                "a\"b | \"a\\\"b\"",
                "a\\b | \"a\\\\b\"",
                "\\\" | \"\\\\\\\"\"",
                "~a\nb~ | \"a\\nb\"",
                "~a\r\tb~ | \"a\\r\\tb\"",
                "a\u0000b | \"a\\u0000b\"",
                "a\u001fb | \"a\\u001fb\"",
                "a\u007fb | ~\"a\u007fb\"~",
                "grün \u2028 \ud83d\ude80 | ~\"grün \u2028 \ud83d\ude80\"~",
                "lone \ud83d end | \"lone ? end\"",
            })
    void writes_a_string_as_RFC_8259_has_it(String text, String json) {
        assertThat(written(text)).isEqualTo(json);
    }

    @Test
    void every_character_comes_back() {
        Random random = new Random(8259);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(round % 100 == 0 ? 200_000 : 700);
            for (int i = 0; i < length; i++) {
                int kind = random.nextInt(8);
                text.appendCodePoint(
                        kind == 0
                                ? random.nextInt(0x20)
                                : kind == 1
                                        ? "\"\\/".charAt(random.nextInt(3))
                                        : kind == 2
                                                ? 0xe000 + random.nextInt(0x1000)
                                                : kind == 3
                                                        ? 0x10000 + random.nextInt(0x1000)
                                                        : 0x20 + random.nextInt(0x60));
            }
            String line = written(text.toString());
            assertThat(line).doesNotContain("\n", "\r");
            assertThat(JSON.readTree(line).stringValue()).isEqualTo(text.toString());
        }
    }

    private static String written(String text) {
        JsonLine line = new JsonLine().string(text);
        return new String(line.part(), UTF_8);
    }
}
