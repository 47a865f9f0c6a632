package dev.countergate.server.daemon;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/** Writes to a connection, and tells how long one write has been waiting for the client to read. Thread safe. */
final class WatchedOutput extends FilterOutputStream {
    /** What is written at once: a client that takes as much within the bound is slow, but reads. */
    private static final int CHUNK_BYTES = 64 * 1024;

    /** When the chunk being written was begun, or 0 while none is. */
    private volatile long chunkSinceNanos;

    WatchedOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int count) throws IOException {
        try {
            for (int done = 0; done < count; done += CHUNK_BYTES) {
                chunkSinceNanos = Math.max(System.nanoTime(), 1);
                out.write(bytes, from + done, Math.min(CHUNK_BYTES, count - done));
            }
        } finally {
            chunkSinceNanos = 0;
        }
    }

    /** Whether one chunk has been waiting for longer than {@code bound}. */
    boolean isStalled(long nowNanos, Duration bound) {
        long since = chunkSinceNanos;
        return since != 0 && nowNanos - since > bound.toNanos();
    }
}
