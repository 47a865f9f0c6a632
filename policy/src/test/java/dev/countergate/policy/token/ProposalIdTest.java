package dev.countergate.policy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProposalIdTest {
    @ParameterizedTest
    @CsvSource({
        "00000000000000000000000000000000,p-00000000000000000000000000",
        "00000000000000000000000000000001,p-00000000000000000000000001",
        "0000000000000000000000000000001f,p-0000000000000000000000000z",
        "00000000000000000000000000000020,p-00000000000000000000000010",
        "80000000000000000000000000000000,p-40000000000000000000000000",
        "ffffffffffffffffffffffffffffffff,p-7zzzzzzzzzzzzzzzzzzzzzzzzz",
    })
    void spells_128_bits_in_crockford_base32(String hex, String text) {
        assertThat(ProposalId.of(HexFormat.of().parseHex(hex)).value()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "p-",
                "p-0000000000000000000000000",
                "p-000000000000000000000000000",
                "p-8000000000000000000000000",
                "p-80000000000000000000000000",
                "P-00000000000000000000000000",
                "p_00000000000000000000000000",
                "p-0000000000000000000000000A",
                "p-0000000000000000000000000i",
                "p-0000000000000000000000000l",
                "p-0000000000000000000000000o",
                "p-0000000000000000000000000u",
                "p-00000000000000000000000000\n",
                " p-00000000000000000000000000",
            })
    void refuses_every_other_spelling(String text) {
        assertThat(ProposalId.isValid(text)).isFalse();
        assertThatThrownBy(() -> new ProposalId(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void gives_different_bits_different_ids_and_attempts() {
        Random random = new Random(7);
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            byte[] bytes = new byte[ProposalId.BYTES];
            random.nextBytes(bytes);
            ProposalId id = ProposalId.of(bytes);
            seen.add(id);
            seen.add(id.attempt());
        }
        assertThat(seen).hasSize(2_000);
    }

    /** As Python's {@code uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, "countergate.dev"), id)} gives it. */
    @ParameterizedTest
    @CsvSource({
        "p-00000000000000000000000001,3b12e77c-52b7-51a7-bd82-63f1e5ed4372",
        "p-7zzzzzzzzzzzzzzzzzzzzzzzzz,3e9177e9-3965-5122-a104-39fce72382cc",
    })
    void derives_the_attempt_as_a_version_5_uuid(String id, String attempt) {
        assertThat(new ProposalId(id).attempt()).hasToString(attempt);
        assertThat(new ProposalId(id).attempt().version()).isEqualTo(5);
        assertThat(new ProposalId(id).attempt().variant()).isEqualTo(2);
    }
}
