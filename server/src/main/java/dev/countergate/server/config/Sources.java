package dev.countergate.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where a catalogue's text and values come from: files, and the environment. */
public interface Sources {
    /** The longest file read. */
    int FILE_BYTES_MAX = 8 << 20;

    /** The value of an environment variable; empty when it is not set. */
    Optional<String> variable(String name);

    /**
     * The bytes of a file.
     *
     * @throws IOException when there is no such regular file, it cannot be read, or it is longer than {@link
     *     #FILE_BYTES_MAX}
     */
    byte[] read(Path file) throws IOException;

    /** Whether there is such a folder. */
    boolean isFolder(Path path);

    /** Files of the default file system, and the variables {@code environment} knows. */
    static Sources of(Function<String, @Nullable String> environment) {
        return new Sources() {
            @Override
            public Optional<String> variable(String name) {
                return Optional.ofNullable(environment.apply(name));
            }

            @Override
            public byte[] read(Path file) throws IOException {
                // A pipe or a device may never end, or never begin.
                if (Files.exists(file) && !Files.isRegularFile(file)) {
                    throw new IOException("not a regular file");
                }
                try (InputStream input = Files.newInputStream(file)) {
                    byte[] bytes = input.readNBytes(FILE_BYTES_MAX + 1);
                    if (bytes.length > FILE_BYTES_MAX) {
                        throw new IOException(
                                String.format(
                                        Locale.ROOT,
                                        "longer than the %,d bytes allowed",
                                        FILE_BYTES_MAX));
                    }
                    return bytes;
                }
            }

            @Override
            public boolean isFolder(Path path) {
                return Files.isDirectory(path);
            }
        };
    }
}
