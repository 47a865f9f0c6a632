package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures are the real ssh-keygen's, or made by {@link HardwareKey} and taken by the real ssh-keygen too. */
@Tag("long")
class SshSignatureTest {
    private static final String NAMESPACE = "approval-v1@countergate.dev";
    private static final String MESSAGE = "{\"decision\":\"approve\"}";

    @TempDir private Path folder;

    private SshKeygen keygen;

    @BeforeEach
    void openFolder() {
        keygen = new SshKeygen(folder);
    }

    @Test
    void verifies_what_ssh_keygen_signed() throws Exception {
        Path key = keygen.key("id", "-t", "ed25519", "-C", "ana");

        String armoured = keygen.sign(key, NAMESPACE, MESSAGE);

        SshSignature signature = parsed(armoured);
        assertThat(signature.verifies(MESSAGE.getBytes(UTF_8), NAMESPACE)).isTrue();
        assertThat(signature.key())
                .isEqualTo(
                        ((Checked.Valid<SshPublicKey>)
                                        SshPublicKey.parseLine(
                                                Files.readString(Path.of(key + ".pub"))))
                                .value());
        assertThat(signature.verifies((MESSAGE + " ").getBytes(UTF_8), NAMESPACE)).isFalse();
        assertThat(signature.verifies(MESSAGE.getBytes(UTF_8), "file")).isFalse();
    }

    @Test
    void refuses_every_flipped_bit_and_every_truncation() throws Exception {
        Path key = keygen.key("id", "-t", "ed25519");
        byte[] blob = blob(keygen.sign(key, NAMESPACE, MESSAGE));
        SshPublicKey enrolled = parsed(HardwareKey.armoured(blob)).key();

        for (int bit = 0; bit < blob.length * 8; bit++) {
            byte[] flipped = blob.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(accepts(flipped, enrolled)).as("bit %d", bit).isFalse();
        }
        for (int length = 0; length < blob.length; length++) {
            assertThat(accepts(Arrays.copyOf(blob, length), enrolled))
                    .as("length %d", length)
                    .isFalse();
        }
        assertThat(accepts(Arrays.copyOf(blob, blob.length + 1), enrolled)).isFalse();
        assertThat(accepts(blob, enrolled)).isTrue();
    }

    @Test
    void refuses_a_hash_other_than_sha512() throws Exception {
        Path key = keygen.key("id", "-t", "ed25519");

        assertThat(
                        SshSignature.parse(
                                        keygen.sign(
                                                key, NAMESPACE, MESSAGE, "-O", "hashalg=sha256"))
                                .faultsFound())
                .isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({"rsa,-t rsa -b 2048", "ecdsa,-t ecdsa -b 256"})
    void refuses_kinds_of_key_that_cannot_approve(String name, String options) throws Exception {
        Path key = keygen.key(name, options.split(" ", -1));

        assertThat(SshPublicKey.parseLine(Files.readString(Path.of(key + ".pub"))).faultsFound())
                .singleElement()
                .satisfies(
                        fault ->
                                assertThat(fault.text())
                                        .contains("cannot approve", "use ssh-ed25519"));
        assertThat(SshSignature.parse(keygen.sign(key, NAMESPACE, MESSAGE)).faultsFound())
                .isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "true,1,true",
        "true,5,true",
        "true,0,false",
        "true,4,false",
        "false,1,true",
        "false,5,true",
        "false,0,false",
        "false,4,false"
    })
    void demands_the_touch_of_a_hardware_key_which_stock_tools_do_not(
            boolean ecdsa, int flags, boolean accepted) throws Exception {
        HardwareKey key = new HardwareKey(ecdsa);
        String armoured = key.sign(NAMESPACE, MESSAGE, flags);

        SshSignature signature = parsed(armoured);

        assertThat(keygen.verifies("ana", key.publicLine(), NAMESPACE, MESSAGE, armoured)).isTrue();
        assertThat(signature.verifies(MESSAGE.getBytes(UTF_8), NAMESPACE)).isEqualTo(accepted);
        assertThat(signature.hasVerification()).isEqualTo((flags & 4) != 0);
        assertThat(signature.counter()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refuses_every_flipped_bit_of_a_hardware_signature(boolean ecdsa) throws Exception {
        byte[] blob = blob(new HardwareKey(ecdsa).sign(NAMESPACE, MESSAGE, 1));
        SshPublicKey enrolled = parsed(HardwareKey.armoured(blob)).key();

        for (int bit = 0; bit < blob.length * 8; bit++) {
            byte[] flipped = blob.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(accepts(flipped, enrolled)).as("bit %d", bit).isFalse();
        }
    }

    @Test
    void refuses_a_signature_moved_by_the_order() throws Exception {
        byte[] blob = blob(keygen.sign(keygen.key("id", "-t", "ed25519"), NAMESPACE, MESSAGE));
        SshPublicKey enrolled = parsed(HardwareKey.armoured(blob)).key();
        // S + L verifies in lax implementations; L as in RFC 8032 section 5.1, little-endian.
        byte[] order =
                HexFormat.of()
                        .parseHex(
                                "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        int carry = 0;
        for (int i = 0; i < 32; i++) {
            int at = blob.length - 32 + i;
            carry += (blob[at] & 0xFF) + (order[i] & 0xFF);
            blob[at] = (byte) carry;
            carry >>= 8;
        }

        assertThat(accepts(blob, enrolled)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000080",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000080",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            })
    void refuses_points_of_low_order_and_those_not_canonical(String point) {
        byte[] kind = "ssh-ed25519".getBytes(UTF_8);
        byte[] blob = new byte[4 + kind.length + 4 + 32];
        blob[3] = (byte) kind.length;
        System.arraycopy(kind, 0, blob, 4, kind.length);
        blob[4 + kind.length + 3] = 32;
        System.arraycopy(HexFormat.of().parseHex(point), 0, blob, 8 + kind.length, 32);

        assertThat(SshPublicKey.parse(blob).faultsFound()).hasSize(1);
    }

    @Test
    void prints_the_fingerprint_as_ssh_keygen_does() throws Exception {
        SshPublicKey key =
                ((Checked.Valid<SshPublicKey>)
                                SshPublicKey.parseLine(
                                        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl github"))
                        .value();

        assertThat(key.fingerprint())
                .isEqualTo("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
    }

    private static boolean accepts(byte[] blob, SshPublicKey enrolled) {
        return SshSignature.parse(HardwareKey.armoured(blob))
                        instanceof Checked.Valid<SshSignature>(SshSignature signature)
                && signature.key().equals(enrolled)
                && signature.verifies(MESSAGE.getBytes(UTF_8), NAMESPACE);
    }

    private static SshSignature parsed(String armoured) {
        return ((Checked.Valid<SshSignature>) SshSignature.parse(armoured)).value();
    }

    private static byte[] blob(String armoured) {
        return Base64.getMimeDecoder().decode(armoured.replaceAll("-----.*-----", ""));
    }
}
