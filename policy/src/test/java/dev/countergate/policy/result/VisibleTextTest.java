package dev.countergate.policy.result;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.secret.Redactor;
import dev.countergate.policy.secret.Secret;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class VisibleTextTest {
    private static final VisibleText VISIBLE =
            new VisibleText(Redactor.of(List.of(new Secret("TOKEN", "hunter2-hunter2"))), 100);

    /** Every code point of Unicode's Default_Ignorable_Code_Point, both ends of each range, and the controls. */
    @ParameterizedTest
    @ValueSource(
            ints = {
                0x00, 0x08, 0x0B, 0x0D, 0x1B, 0x1F, 0x7F, 0x80, 0x85, 0x9F, 0xAD, 0x034F, 0x061C,
                0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180D, 0x180E, 0x180F, 0x200B, 0x200F,
                0x2028, 0x2029, 0x202A, 0x202E, 0x2060, 0x2065, 0x2066, 0x2069, 0x206F, 0x3164,
                0xD800, 0xDFFF, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0, 0xFFF8, 0xFFF9, 0x1BCA0,
                0x1D173, 0x1D17A, 0xE0000, 0xE0001, 0xE007F, 0xE0100, 0xE01EF, 0xE0FFF
            })
    void shows_what_nobody_would_see(int point) {
        String hidden = new StringBuilder("a").appendCodePoint(point).append("b").toString();

        assertThat(VISIBLE.of(hidden))
                .isEqualTo(
                        point <= 0xFFFF
                                ? String.format("a\\u%04xb", point)
                                : String.format("a\\U%08xb", point));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\tb\nc", "~ !", "é€😀", "\u0590\u05d0", "中文", "\u00a0", "\u2800"})
    void leaves_what_is_seen(String text) {
        assertThat(VISIBLE.of(text)).isEqualTo(text);
    }

    @Test
    void names_and_items_however_deep_are_shown_too() {
        var hostile =
                JsonMapper.shared()
                        .readTree(
                                "{\"a\\u202eb\":[{\"c\":\"\\u001b[2J\"},\"hunter2-hunter2\",1,true,null]}");

        assertThat(VISIBLE.of(hostile).toString())
                .isEqualTo(
                        "{\"a\\\\u202eb\":[{\"c\":\"\\\\u001b[2J\"},\"[secret TOKEN]\",1,true,null]}");
    }

    @Test
    void an_overlong_text_is_clipped_between_characters_and_says_how_much_is_missing() {
        assertThat(VISIBLE.of("x".repeat(100))).isEqualTo("x".repeat(100));
        assertThat(VISIBLE.of("x".repeat(101)))
                .isEqualTo("x".repeat(100) + "... [1 more characters]");
        assertThat(VISIBLE.of("x".repeat(99) + "😀😀"))
                .isEqualTo("x".repeat(99) + "... [4 more characters]");
    }

    @Test
    void a_secret_is_taken_out_before_anything_is_clipped() {
        assertThat(VISIBLE.of("x".repeat(90) + "hunter2-hunter2")).doesNotContain("hunter");
    }
}
