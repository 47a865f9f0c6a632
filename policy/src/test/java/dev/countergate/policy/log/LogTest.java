package dev.countergate.policy.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.token.Digest;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTest {
    /** Leaves and roots of the Certificate Transparency reference implementation's own tests. */
    private static final List<String> LEAVES =
            List.of(
                    "",
                    "00",
                    "10",
                    "2021",
                    "3031",
                    "40414243",
                    "5051525354555657",
                    "606162636465666768696a6b6c6d6e6f");

    private static final List<String> ROOTS =
            List.of(
                    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    private static final String NONE =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @Test
    void has_the_roots_of_the_reference_implementation() {
        MerkleTree tree = new MerkleTree();
        assertThat(tree.root().hex()).isEqualTo(NONE);
        for (int i = 0; i < LEAVES.size(); i++) {
            tree.add(HexFormat.of().parseHex(LEAVES.get(i)));

            assertThat(tree.root().hex()).as("%d leaves", i + 1).isEqualTo(ROOTS.get(i));
        }
    }

    @Test
    void goes_on_from_where_it_was_left() {
        MerkleTree whole = new MerkleTree();
        for (int i = 0; i < 1_000; i++) {
            MerkleTree resumed = new MerkleTree(whole.size(), whole.subtrees());
            byte[] leaf = ("leaf " + i).getBytes(UTF_8);
            whole.add(leaf);
            resumed.add(leaf);

            assertThat(resumed.root()).isEqualTo(whole.root());
        }
        assertThatThrownBy(() -> new MerkleTree(3, List.of(Digest.of())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void opens_a_note_it_signed_and_no_changed_one() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] encoded = pair.getPublic().getEncoded();
        NoteKey key = new NoteKey("countergate.example/log", Arrays.copyOfRange(encoded, 12, 44));
        String text = new Checkpoint("countergate.example/log", 8, new Digest(ROOTS.get(7))).text();
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(text.getBytes(UTF_8));
        String note = key.note(text, signer.sign());

        assertThat(key.open(note)).contains(text);
        NoteKey again = ((Checked.Valid<NoteKey>) NoteKey.parse(key.encoded() + "\n")).value();
        assertThat(again.open(note)).contains(text);
        byte[] bytes = note.getBytes(UTF_8);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(key.open(new String(flipped, UTF_8))).as("bit %d", bit).isEmpty();
        }
        for (int length = 0; length < note.length(); length++) {
            assertThat(key.open(note.substring(0, length))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AA==", "AAAA", "AAAAAA=="})
    void does_not_open_a_note_whose_signature_is_shorter_than_its_key_id(String signature) {
        NoteKey key = new NoteKey("log", new byte[32]);

        assertThat(key.open("text\n\n\u2014 log " + signature + "\n")).isEmpty();
    }

    @Test
    void refuses_a_verifier_key_with_a_blank_in_its_name_that_is_no_space() {
        String encoded = new NoteKey("log", new byte[32]).encoded();

        assertThat(NoteKey.parse(encoded)).isInstanceOf(Checked.Valid.class);
        assertThat(NoteKey.parse("l\u001dg" + encoded.substring(3)))
                .isInstanceOf(Checked.Invalid.class);
    }

    @Test
    void refuses_a_verifier_key_whose_base64_is_broken() {
        String encoded = new NoteKey("log", new byte[32]).encoded();

        assertThat(NoteKey.parse(encoded.substring(0, encoded.length() - 5) + "=WQcJ"))
                .isInstanceOf(Checked.Invalid.class);
    }

    /** The verifier key and note of the C2SP signed-note specification. */
    @Test
    void opens_the_note_of_the_specification() {
        NoteKey key =
                ((Checked.Valid<NoteKey>)
                                NoteKey.parse(
                                        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"))
                        .value();

        assertThat(
                        key.open(
                                """
                If you think cryptography is the answer to your problem,
                then you don't know what your problem is.

                \u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
                """))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "o\n1\n",
                "\n1\nAA\n",
                "o\n01\nx\n",
                "o\n-1\nx\n",
                "o\n1\nAAAA\n",
                "o\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB1\n",
                "o\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\nmore\n",
                "o\n99999999999999999999\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n",
                "o\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="
            })
    void refuses_what_is_no_checkpoint(String text) {
        assertThat(Checkpoint.parse(text).faultsFound()).hasSize(1);
    }

    @Test
    void reads_a_checkpoint_back() {
        Checkpoint checkpoint = new Checkpoint("o", 1, new Digest(ROOTS.getFirst()));

        assertThat(checkpoint.text())
                .isEqualTo("o\n1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n");
        assertThat(Checkpoint.parse(checkpoint.text())).isEqualTo(Checked.valid(checkpoint));
    }
}
