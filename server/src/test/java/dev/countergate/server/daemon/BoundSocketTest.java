package dev.countergate.server.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundSocketTest {
    @TempDir private Path folder;

    @Test
    void is_never_seen_with_a_mode_that_lets_others_in() throws Exception {
        Path socket = folder.resolve("agent.sock");
        Set<String> seen = ConcurrentHashMap.newKeySet();
        AtomicBoolean over = new AtomicBoolean();
        Thread watcher =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!over.get()) {
                                        note(socket, seen);
                                    }
                                });
        for (int i = 0; i < 300; i++) {
            BoundSocket.bind(socket, null).close();
        }
        over.set(true);
        watcher.join();
        assertThat(seen).containsExactly("rw-------");
        assertThat(folder).isEmptyDirectory();
    }

    private static void note(Path socket, Set<String> seen) {
        try {
            seen.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        } catch (NoSuchFileException between) {
            // It is closed and bound again all the time.
        } catch (IOException failure) {
            seen.add(failure.toString());
        }
    }

    @Test
    void can_be_opened_to_a_group() throws IOException {
        String group =
                Files.readAttributes(folder, java.nio.file.attribute.PosixFileAttributes.class)
                        .group()
                        .getName();
        Path path = folder.resolve("agent.sock");
        try (BoundSocket _ = BoundSocket.bind(path, group)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-rw----");
        }
    }

    @Test
    void names_the_group_that_there_is_not() {
        Path path = folder.resolve("agent.sock");
        assertThatThrownBy(() -> BoundSocket.bind(path, "no-such-group").close())
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "there is no group `no-such-group`, which `" + path + "` is to be open to");
        assertThat(folder).isEmptyDirectory();
    }
}
