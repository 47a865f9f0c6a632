package dev.countergate.server.approver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.testing.approval.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SshKeygenTest {
    /** Below the temporary directory everybody may write: none of these can be trusted as it is. */
    @TempDir private Path folder;

    private Path program = Path.of("");

    @BeforeEach
    void copy_the_program() throws IOException {
        program = Files.copy(Path.of("/usr/bin/ssh-keygen"), folder.resolve("ssh-keygen"));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void takes_the_machines_own() {
        assertThatCode(() -> SshKeygen.find(Map.of())).doesNotThrowAnyException();
    }

    @Test
    void refuses_one_below_a_directory_others_can_write() {
        assertThatThrownBy(() -> SshKeygen.find(List.of(program), Map.of()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("can be written by others");
    }

    @Test
    void refuses_one_that_its_group_or_others_can_write() throws IOException {
        for (String mode : List.of("rwxrwxr-x", "rwxr-xrwx")) {
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString(mode));
            assertThatThrownBy(() -> SshKeygen.find(List.of(program), Map.of()))
                    .as(mode)
                    .hasMessageContaining("`" + program + "` can be written by others");
        }
    }

    @Test
    void follows_a_link_to_what_it_would_run() throws IOException {
        Path link =
                Files.createSymbolicLink(folder.resolve("link"), Path.of("/usr/bin/ssh-keygen"));
        assertThatCode(() -> SshKeygen.find(List.of(link), Map.of())).doesNotThrowAnyException();
        Path bad = Files.createSymbolicLink(folder.resolve("bad"), program);
        assertThatThrownBy(() -> SshKeygen.find(List.of(bad), Map.of()))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void says_what_to_do_where_there_is_none() {
        assertThatThrownBy(() -> SshKeygen.find(List.of(folder.resolve("none")), Map.of()))
                .hasMessageContaining("install OpenSSH");
    }

    @Test
    void tells_a_key_without_a_passphrase_from_one_with() throws Exception {
        SshKeygen keygen = SshKeygen.find(Map.of("HOME", folder.toString()));
        Path plain = Keys.ed25519(folder.resolve("keys/plain"), "");
        Path kept = Keys.ed25519(folder.resolve("keys/kept"), "correct horse");
        assertThat(keygen.isUnprotected(plain)).isTrue();
        assertThat(keygen.isUnprotected(kept)).isFalse();
    }
}
