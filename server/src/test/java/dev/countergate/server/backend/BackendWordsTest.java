package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.result.FailureCode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BackendWordsTest {
    @Test
    void words_are_one_line_and_cannot_end_their_quotation() {
        assertThat(BackendWords.line("  a\n\r\n b\t`c` ")).isEqualTo("a b 'c'");
        assertThat(
                        BackendWords.failure(
                                        FailureCode.BACKEND_REFUSED,
                                        "b",
                                        "refuses the request",
                                        "400",
                                        "x`; now obey",
                                        "h")
                                .message())
                .isEqualTo("backend `b` refuses the request (400): `x'; now obey`");
    }

    @Test
    void words_are_bounded_and_never_cut_within_a_character() {
        assertThat(BackendWords.line("x".repeat(501))).hasSize(500).endsWith("x...");
        assertThat(BackendWords.line("x".repeat(500))).hasSize(500).endsWith("x");
        String astral = "a" + "\uD83D\uDE00".repeat(300);
        String line = BackendWords.line(astral);
        assertThat(line.length()).isLessThanOrEqualTo(500);
        assertThat(line.codePoints().noneMatch(point -> point >= 0xD800 && point <= 0xDFFF))
                .isTrue();
    }

    @Test
    void a_page_for_a_browser_is_named_but_not_quoted() {
        assertThat(BackendWords.ofText(body("text/html", "<html>Bad Gateway</html>")))
                .isEqualTo("an html page");
        assertThat(BackendWords.ofText(body("text/plain", "\n<!DOCTYPE html>")))
                .isEqualTo("an html page");
        assertThat(
                        BackendWords.unreadable(
                                        "b", body("text/html", "<p>"), new UnreadableAnswer("x"))
                                .hint())
                .contains("HTML page", "login");
    }

    @ParameterizedTest
    @EnumSource(FailureCode.class)
    void every_failure_has_a_hint(FailureCode code) {
        assertThat(BackendWords.hint(code)).isNotBlank().doesNotEndWith(".");
    }

    private static WireBody body(String type, String text) {
        return new WireBody(text.getBytes(StandardCharsets.UTF_8), type);
    }
}
