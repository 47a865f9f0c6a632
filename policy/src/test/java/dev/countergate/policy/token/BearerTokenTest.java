package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BearerTokenTest {
    @Test
    void a_token_is_its_prefix_its_bits_and_their_checksum() {
        byte[] all = new byte[32];
        assertThat(BearerToken.of(all).reveal()).startsWith("cgt_" + "0".repeat(43)).hasSize(53);
        Arrays.fill(all, (byte) 0xFF);
        assertThat(BearerToken.of(all).reveal()).matches("cgt_[0-9A-Za-z]{49}");
    }

    @Test
    void every_bit_counts() {
        Random random = new Random(1);
        for (int i = 0; i < 256; i++) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            String one = BearerToken.of(bytes).reveal();
            bytes[i / 8] ^= (byte) (1 << i % 8);
            assertThat(BearerToken.of(bytes).reveal()).isNotEqualTo(one);
        }
    }

    @Test
    void what_was_made_is_read_and_has_the_digest_of_its_text() {
        BearerToken token = BearerToken.of(new byte[32]);
        BearerToken read = BearerToken.parse(token.reveal()).orElseThrow();
        assertThat(read.digest()).isEqualTo(token.digest());
        assertThat(read.digest()).isEqualTo(Digest.of(token.reveal().getBytes(UTF_8)));
    }

    @Test
    void no_letter_may_be_mistyped() {
        byte[] bytes = new byte[32];
        new Random(2).nextBytes(bytes);
        String token = BearerToken.of(bytes).reveal();
        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'x' ? 'y' : 'x';
            assertThat(BearerToken.parse(token.substring(0, i) + other + token.substring(i + 1)))
                    .as("%d", i)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cgt_", "Bearer cgt_", "CGT_", "cgt-", "ghp_"})
    void nothing_else_is_a_token(String text) {
        String body = BearerToken.of(new byte[32]).reveal().substring(4);
        assertThat(BearerToken.parse(text)).isEmpty();
        if (!text.equals("cgt_")) {
            assertThat(BearerToken.parse(text + body)).isEmpty();
        }
        assertThat(BearerToken.parse(text + body + "0")).isEmpty();
        assertThat(BearerToken.parse(text + body + "\n")).isEmpty();
        assertThat(BearerToken.parse(text + " " + body)).isEmpty();
    }

    @Test
    void it_does_not_show_itself() {
        BearerToken token = BearerToken.of(new byte[32]);
        assertThat(token.toString()).doesNotContain("0000");
        assertThatThrownBy(() -> BearerToken.of(new byte[31]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
