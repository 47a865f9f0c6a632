package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {
    /** FIPS 180-4's example of one block. */
    private static final String OF_ABC =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void is_the_digest_of_the_parts_in_their_order() {
        assertThat(Digest.of("abc".getBytes(UTF_8)).hex()).isEqualTo(OF_ABC);
        assertThat(Digest.of("a".getBytes(UTF_8), new byte[0], "bc".getBytes(UTF_8)).hex())
                .isEqualTo(OF_ABC);
        assertThat(Digest.of("bc".getBytes(UTF_8), "a".getBytes(UTF_8)).hex()).isNotEqualTo(OF_ABC);
        assertThat(new Digest(OF_ABC).code()).isEqualTo("ba7816bf");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0",
                "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ag",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a/",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a:",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a`",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a\u0661",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a\uff11",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a\n",
            })
    void is_nothing_else(String text) {
        assertThat(Digest.isValid(text)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> new Digest(text));
    }
}
