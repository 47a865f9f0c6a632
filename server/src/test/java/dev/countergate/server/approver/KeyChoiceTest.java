package dev.countergate.server.approver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.call.Person;
import dev.countergate.testing.approval.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("long")
class KeyChoiceTest {
    private static final Person ANA = new Person("ana");
    private static final Person BEN = new Person("ben");

    @TempDir private Path folder;

    private final List<EnrolledKey> enrolled = new ArrayList<>();
    private Path first = Path.of("");

    @BeforeEach
    void make_keys() throws Exception {
        first = Keys.ed25519(folder.resolve("ssh/first"), "");
        // What lies in such a folder too, and cannot approve.
        Keys.make(folder.resolve("ssh/rsa"), "", "rsa", "-b", "2048");
        Keys.make(folder.resolve("ssh/ecdsa"), "", "ecdsa");
        Files.writeString(folder.resolve("ssh/note.pub"), "not a key\n");
        Files.write(folder.resolve("ssh/large.pub"), new byte[1 << 20]);
        Files.writeString(folder.resolve("ssh/known_hosts"), "");
    }

    private void enrol(Person person, Path file) throws IOException, RefusedException {
        enrolled.add(new EnrolledKey(person, KeyChoice.read(Path.of(file + ".pub")).fingerprint()));
    }

    private SigningKey choose(@Nullable Path named, @Nullable Person approver)
            throws IOException, RefusedException {
        return new KeyChoice(
                        enrolled,
                        named,
                        approver,
                        List.of(folder.resolve("ssh"), folder.resolve("keys")))
                .key();
    }

    private void assertRefused(@Nullable Path named, @Nullable Person approver, String message) {
        assertThatThrownBy(() -> choose(named, approver))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(message);
    }

    @Test
    void takes_the_one_enrolled_key_there_is() throws Exception {
        enrol(ANA, first);
        Keys.ed25519(folder.resolve("ssh/stranger"), "");
        SigningKey key = choose(null, null);
        assertThat(key.file()).isEqualTo(first);
        assertThat(key.person()).isEqualTo(ANA);
        assertThat(choose(null, ANA)).isEqualTo(key);
    }

    @Test
    void takes_the_named_one_by_either_half() throws Exception {
        enrol(ANA, first);
        assertThat(choose(first, null).file()).isEqualTo(first);
        assertThat(choose(Path.of(first + ".pub"), null).file()).isEqualTo(first);
    }

    @Test
    void does_not_choose_between_two() throws Exception {
        Path second = Keys.ed25519(folder.resolve("keys/second"), "");
        enrol(ANA, first);
        enrol(ANA, second);
        assertRefused(null, null, "more than one enrolled key lies here: choose with `--key`");
        assertRefused(null, ANA, second.toString());
        assertThat(choose(second, null).file()).isEqualTo(second);
    }

    @Test
    void a_name_chooses_between_two_persons() throws Exception {
        Path second = Keys.ed25519(folder.resolve("keys/second"), "");
        enrol(ANA, first);
        enrol(BEN, second);
        assertRefused(null, null, "more than one");
        assertThat(choose(null, BEN).file()).isEqualTo(second);
    }

    @Test
    void refuses_what_does_not_count() throws Exception {
        assertRefused(null, null, "approver add NAME --new");
        assertRefused(first, null, "approver add NAME --new");
        enrol(ANA, first);
        assertRefused(null, BEN, "no enrolled key of `ben` lies in");
        assertRefused(first, BEN, "is not enrolled for `ben`");
        Path stranger = Keys.ed25519(folder.resolve("elsewhere/key"), "");
        assertRefused(stranger, null, "is not enrolled");
        assertRefused(folder.resolve("ssh/rsa"), null, "`ssh-rsa` cannot approve");
        assertRefused(folder.resolve("ssh/ecdsa"), null, "cannot approve");
        assertRefused(folder.resolve("ssh/note"), null, "public key");
        assertRefused(folder.resolve("ssh/large"), null, "public key");
        assertRefused(folder.resolve("none"), null, "is missing");
    }

    @Test
    void a_public_half_alone_signs_nothing() throws Exception {
        enrol(ANA, first);
        Files.delete(first);
        assertRefused(null, null, "no enrolled key lies in");
    }

    @Test
    void a_key_without_a_passphrase_is_not_kept() throws Exception {
        enrol(ANA, first);
        SshKeygen keygen = SshKeygen.find(Map.of("HOME", folder.toString()));
        SigningKey key = choose(null, null);
        assertThatThrownBy(() -> KeyChoice.requireKept(key, keygen, Map.of()))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo("KEY_UNPROTECTED"))
                .hasMessageContaining("ssh-keygen -p -f " + first);
    }
}
