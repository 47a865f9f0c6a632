package dev.countergate.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDirectoryTest {
    private static final Map<String, String> HOME = Map.of("HOME", "/home/ada");

    @TempDir private Path folder;

    @Test
    void is_named_by_the_catalogue_and_the_hash_of_its_path() {
        // printf %s /home/ada/ops/tools.yaml | sha256sum
        assertThat(StateDirectory.of(Path.of("/home/ada/ops/tools.yaml"), HOME).path())
                .isEqualTo(Path.of("/home/ada/.local/state/countergate/tools-e954a8d6"));
    }

    @Test
    void is_the_same_through_a_symbolic_link() throws IOException {
        Path file = Files.writeString(folder.toRealPath().resolve("tools.yaml"), "");
        Path link = Files.createSymbolicLink(folder.resolve("link.yaml"), file);
        assertThat(StateDirectory.of(link, HOME)).isEqualTo(StateDirectory.of(file, HOME));
    }

    @Test
    void follows_the_users_state_directory_when_that_is_absolute() {
        assertThat(StateDirectory.root(Map.of("XDG_STATE_HOME", "/s", "HOME", "/h")))
                .isEqualTo(Path.of("/s/countergate"));
        assertThat(StateDirectory.root(Map.of("XDG_STATE_HOME", "s", "HOME", "/h")))
                .isEqualTo(Path.of("/h/.local/state/countergate"));
    }

    @Test
    void names_of_catalogues_cannot_leave_the_root() {
        Path path = StateDirectory.of(Path.of("/x/.. é\u0007.yaml"), HOME).path();
        assertThat(path.getParent()).isEqualTo(Path.of("/home/ada/.local/state/countergate"));
        assertThat(path.getFileName().toString()).matches("[A-Za-z0-9_.-]+-[0-9a-f]{8}");
    }

    @Test
    void keeps_sockets_beside_the_state_while_their_paths_are_short() {
        StateDirectory state = StateDirectory.at(Path.of("/s"), HOME);
        assertThat(state.agentSocket()).isEqualTo(Path.of("/s/agent.sock"));
        assertThat(state.operatorSocket()).isEqualTo(Path.of("/s/operator.sock"));
    }

    @Test
    void moves_sockets_with_long_paths_to_the_runtime_directory() {
        // "/" + 86 + "/operator.sock" are 101 bytes, one too many.
        Path fits = Path.of("/" + "s".repeat(85));
        Path tooLong = Path.of("/" + "s".repeat(86));
        Map<String, String> runtime = Map.of("XDG_RUNTIME_DIR", "/run/user/7", "HOME", "/h");
        assertThat(StateDirectory.at(fits, runtime).sockets()).isEqualTo(fits);
        StateDirectory moved = StateDirectory.at(tooLong, runtime);
        assertThat(moved.sockets().getParent()).isEqualTo(Path.of("/run/user/7/countergate"));
        assertThat(moved.path()).isEqualTo(tooLong);
        assertThat(moved).isEqualTo(StateDirectory.at(tooLong, runtime));
        assertThat(moved.sockets())
                .isNotEqualTo(StateDirectory.at(Path.of(tooLong + "t"), runtime).sockets());
    }

    @Test
    void makes_directories_with_their_modes() throws IOException {
        StateDirectory state =
                StateDirectory.at(
                        folder.resolve("s".repeat(100)),
                        Map.of("XDG_RUNTIME_DIR", folder.toString()));
        state.create();
        state.create();
        assertThat(mode(state.path())).isEqualTo("rwx--x--x");
        assertThat(mode(state.sockets())).isEqualTo("rwx------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxrwx", "rwxrwx---", "rwx----w-"})
    void refuses_a_socket_directory_that_others_could_have_prepared(String mode)
            throws IOException {
        StateDirectory state =
                StateDirectory.at(
                        folder.resolve("s".repeat(100)),
                        Map.of("XDG_RUNTIME_DIR", folder.toString()));
        Path prepared = Files.createDirectories(state.sockets());
        Files.setPosixFilePermissions(prepared, PosixFilePermissions.fromString(mode));
        assertThatThrownBy(state::create)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("only its owner can write to");
    }

    @Test
    void refuses_a_symbolic_link_in_place_of_the_socket_directory() throws IOException {
        StateDirectory state =
                StateDirectory.at(
                        folder.resolve("s".repeat(100)),
                        Map.of("XDG_RUNTIME_DIR", folder.toString()));
        Files.createDirectories(state.sockets().getParent());
        Files.createSymbolicLink(state.sockets(), folder);
        assertThatThrownBy(state::create).isInstanceOf(IOException.class);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
