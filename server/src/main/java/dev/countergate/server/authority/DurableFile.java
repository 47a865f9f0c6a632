package dev.countergate.server.authority;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/** A small file that a crash leaves either as it was or as it was to become, never in between, and its owner's alone. */
public final class DurableFile {
    private DurableFile() {}

    /** Puts {@code text} in the place of what is at {@code path}, mode 0600; on disk when this returns. */
    public static void replace(Path path, String text) throws IOException {
        try (Written written = write(path, text)) {
            written.putInPlace();
        }
    }

    /**
     * Writes {@code text} beside {@code path}, mode 0600; on disk when this returns. For who has to know, before it says
     * that something is so, that the disk will take it.
     */
    public static Written write(Path path, String text) throws IOException {
        Path partly = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(partly);
        try (FileChannel file =
                FileChannel.open(
                        partly,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        } catch (IOException failed) {
            // A full disk keeps the rest of it no more than the whole.
            Files.deleteIfExists(partly);
            throw failed;
        }
        return new Written(partly, path);
    }

    /** A text that is on disk and not yet where it is read from; closed before it is there, it is gone. */
    public static final class Written implements AutoCloseable {
        private final Path partly;
        private final Path path;

        private Written(Path partly, Path path) {
            this.partly = partly;
            this.path = path;
        }

        /** Puts it in the place of what is there; on disk when this returns. */
        public void putInPlace() throws IOException {
            Files.move(partly, path, StandardCopyOption.ATOMIC_MOVE);
            force(path);
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(partly);
        }
    }

    /** Removes {@code path}, if it is there; gone from disk when this returns. */
    static void remove(Path path) throws IOException {
        if (Files.deleteIfExists(path)) {
            force(path);
        }
    }

    /** The entry of {@code path} in its directory. */
    private static void force(Path path) throws IOException {
        try (FileChannel directory =
                FileChannel.open(
                        Objects.requireNonNull(path.getParent()), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
