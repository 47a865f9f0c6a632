package dev.countergate.server.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A daemon's hold on its state directory: a file lock, which the kernel takes back however the process ends, so that a
 * file left behind locks nobody out. The file says who holds it, for people to read.
 */
final class StateLock implements AutoCloseable {
    private static final int HOLDER_BYTES_MAX = 256;

    private final FileChannel file;

    private StateLock(FileChannel file) {
        this.file = file;
    }

    /**
     * Takes the lock at {@code path}.
     *
     * @param holder who takes it, one line
     * @throws HeldException when another process has it
     * @throws IOException when the file cannot be written
     */
    static StateLock take(Path path, String holder) throws IOException, HeldException {
        FileChannel file =
                FileChannel.open(
                        path,
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            if (tryLock(file) == null) {
                throw new HeldException(read(file));
            }
            file.truncate(0);
            file.write(ByteBuffer.wrap((holder + "\n").getBytes(StandardCharsets.UTF_8)), 0);
            return new StateLock(file);
        } catch (IOException | HeldException failure) {
            file.close();
            throw failure;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static String read(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HOLDER_BYTES_MAX);
        file.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
    }

    @Override
    public void close() throws IOException {
        file.truncate(0);
        file.close();
    }

    /** Another daemon has the state directory. */
    static final class HeldException extends Exception {
        private static final long serialVersionUID = 1;

        HeldException(String holder) {
            super(holder.isEmpty() ? "another process" : holder);
        }
    }
}
