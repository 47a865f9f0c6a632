package dev.countergate.server.telemetry;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Keeps a log file that this process appends to through an inherited descriptor within a bound: a full one is copied to
 * {@code NAME.1} and emptied. The descriptor was opened for appending, so what is written next begins the file anew.
 * Thread safe.
 */
public final class BoundedLogFile extends OutputStream {
    /** How long the file may become; with the copy kept, twice that. */
    public static final long FILE_BYTES_MAX = 10L * 1024 * 1024;

    private final OutputStream descriptor;
    private final Path file;
    private final long bytesMax;
    private long bytes;

    /**
     * Bounds {@code file}.
     *
     * @param descriptor appends to {@code file}
     */
    public BoundedLogFile(OutputStream descriptor, Path file, long bytesMax) throws IOException {
        this.descriptor = descriptor;
        this.file = file;
        this.bytesMax = bytesMax;
        this.bytes = Files.size(file);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] source, int offset, int length) throws IOException {
        if (bytes + length > bytesMax) {
            turn();
        }
        descriptor.write(source, offset, length);
        bytes += length;
    }

    private void turn() throws IOException {
        Path before = file.resolveSibling(file.getFileName() + ".1");
        Files.copy(file, before, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(before, PosixFilePermissions.fromString("rw-------"));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        bytes = 0;
    }

    @Override
    public void flush() throws IOException {
        descriptor.flush();
    }
}
