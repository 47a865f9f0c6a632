package dev.countergate.policy.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @Test
    void takes_the_longer_of_two_secrets_that_begin_alike() {
        assertThat(REDACTOR.redact("tok/en+\"7=é tok/en"))
                .isEqualTo("[secret API_TOKEN] [secret ANOTHER]");
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
