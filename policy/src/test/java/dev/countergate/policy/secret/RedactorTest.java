package dev.countergate.policy.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
    private static final Redactor REDACTOR =
            Redactor.of(
                    List.of(
                            new Secret("API_TOKEN", "tok/en+\"7=é"),
                            new Secret("ANOTHER", "tok/en")));

    /** The encodings were made with other tools: python's quote, base64, json and hex. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\u0000',
            delimiter = '|',
            textBlock =
                    """
        plain            | tok/en+"7=é
        component        | tok%2Fen%2B%227%3D%C3%A9
        small hex digits | tok%2fen%2b%227%3d%c3%a9
        URL path, WHATWG | tok/en+%227=%C3%A9
        JSON, ASCII only | tok/en+\\"7=\\u00e9
        JSON, big digits | tok\\u002Fen\\u002B\\"7=\\u00E9
        HTML             | tok/en+&quot;7=é
        HTML, Go's       | tok/en&#43;&#34;7=é
        header, Latin-1  | tok/en+"7=Ã©
        json             | tok/en+\\"7=é
        json, slashes    | tok\\/en+\\"7=é
        base64           | dG9rL2VuKyI3PcOp
        hex              | 746f6b2f656e2b22373dc3a9
        upper hex        | 746F6B2F656E2B22373DC3A9
        """)
    void takes_out_a_secret_in_its_usual_encodings(String name, String encoded) {
        assertThat(REDACTOR.redact("a " + encoded + " b"))
                .as(name)
                .isEqualTo("a [secret API_TOKEN] b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tok/en+\"...",
                "tok/en+\"7… (truncated, showing 2000/3000 chars)",
                "tok%2Fen%2B...",
                "dG9rL2VuK... [80 more characters]",
                "tok/en+\"7="
            })
    void takes_out_what_is_left_of_a_secret_where_a_text_was_cut(String cut) {
        assertThat(REDACTOR.redact("a " + cut))
                .startsWith("a [secret A")
                .doesNotContain("tok", "dG9");
    }

    @Test
    void leaves_a_few_letters_alone_that_happen_to_begin_a_secret() {
        assertThat(REDACTOR.redact("took tok... tok/ tok/ex")).isEqualTo("took tok... tok/ tok/ex");
    }

    /** Headers go without line breaks, and URLs without tabs too. */
    @Test
    void takes_out_a_secret_whose_line_breaks_were_dropped() {
        Redactor redactor = Redactor.of(List.of(new Secret("FILE", "abc\ndef\r\n")));

        assertThat(redactor.redact("<abcdef> <abc\\ndef>"))
                .isEqualTo("<[secret FILE]> <[secret FILE]>");
    }

    @Test
    void takes_out_a_secret_that_holds_what_looks_like_an_escape() {
        Redactor redactor = Redactor.of(List.of(new Secret("ODD", "a%2541\\\\n&amp;+b")));

        assertThat(redactor.redact("a%2541\\\\n&amp;+b a%252541%5C%5Cn%26amp;%2Bb"))
                .isEqualTo("[secret ODD] [secret ODD]");
    }

    @Test
    void takes_the_longer_of_two_secrets_that_begin_alike() {
        assertThat(REDACTOR.redact("tok/en+\"7=é tok/en"))
                .isEqualTo("[secret API_TOKEN] [secret ANOTHER]");
    }

    @Test
    void names_the_first_of_two_secrets_that_a_text_may_be() {
        Redactor redactor =
                Redactor.of(List.of(new Secret("PLAIN", "Abcd"), new Secret("ODD", "%41bcd")));

        assertThat(redactor.redact("%41bcd")).isEqualTo("[secret PLAIN]");
    }

    /** PHP writes an apostrophe so. */
    @Test
    void takes_out_a_secret_whose_entities_are_padded() {
        Redactor redactor = Redactor.of(List.of(new Secret("QUOTE", "it's&ok")));

        assertThat(redactor.redact("it&#039;s&amp;ok")).isEqualTo("[secret QUOTE]");
    }

    /** A text of 16 MiB is redacted whole, so what one character costs decides what a body can cost. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "&",
                "%",
                "+",
                "\\",
                "日",
                "é",
                "😀",
                "%2",
                "&am",
                "&#",
                "&#x1",
                "\\u00",
                "\\u0021",
                "%21",
                "&#33;",
                "æ\u0097¥",
                "\uD83D",
                "!"
            })
    void tries_no_needle_where_none_can_begin(String hostile) {
        Beginnings beginnings =
                new Beginnings(List.of(new Needle(0, "token", ""), new Needle(1, "dG9rZW4", "")));
        String text = hostile.repeat(8);

        for (int at = 0; at < text.length(); at++) {
            if (beginnings.mayBeginWith(text.charAt(at))) {
                assertThat(beginnings.plain(text, at)).isEmpty();
                assertThat(beginnings.escaped(text, at)).isEmpty();
            }
        }
        assertThat(beginnings.mayBeginWith('!')).isFalse();
        assertThat(beginnings.escaped("%74", 0)).hasSize(1);
    }

    @Test
    void leaves_other_text_alone_and_secrets_too_short_to_be_told_from_it() {
        Redactor redactor =
                Redactor.of(List.of(new Secret("SHORT", "on"), new Secret("EMPTY", "")));

        assertThat(redactor.redact("once upon")).isEqualTo("once upon");
    }

    @Test
    void never_prints_a_secret_by_itself() {
        Secret secret = new Secret("API_TOKEN", "value-of-it");
        SecretText text = SecretText.plain("Bearer ").plus(SecretText.hidden(secret));

        assertThat(text.toString() + text.pieces() + secret).doesNotContain("value-of-it");
        assertThat(text.reveal()).isEqualTo("Bearer value-of-it");
    }
}
