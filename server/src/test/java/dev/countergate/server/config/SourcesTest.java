package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class SourcesTest {
    private final Sources sources = Sources.of(name -> name.equals("A") ? "a" : null);

    @TempDir private Path folder;

    @Test
    void reads_a_file_up_to_its_bound_and_none_longer() throws IOException {
        Path file = folder.resolve("f");
        Files.write(file, new byte[Sources.FILE_BYTES_MAX]);
        assertThat(sources.read(file)).hasSize(8 * 1024 * 1024);
        Files.write(file, new byte[Sources.FILE_BYTES_MAX + 1]);
        assertThatThrownBy(() -> sources.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage("longer than the 8,388,608 bytes allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/dev/zero", "/dev/null", "/proc", "."})
    void reads_no_device_and_no_folder(String path) {
        assertThatThrownBy(() -> sources.read(Path.of(path)))
                .isInstanceOf(IOException.class)
                .hasMessage("not a regular file");
    }

    @Test
    void tells_what_is_not_there() {
        assertThatThrownBy(() -> sources.read(folder.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
        assertThat(sources.variable("A")).contains("a");
        assertThat(sources.variable("B")).isEmpty();
    }
}
