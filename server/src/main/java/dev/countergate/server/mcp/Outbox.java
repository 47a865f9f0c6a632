package dev.countergate.server.mcp;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The way out of a session: whole lines, one at a time.
 *
 * <p>An answer is written by the thread that has it, which waits for as long as the client does not read. A notice
 * (progress, a changed list) never waits: it is kept until somebody writes, and a newer one of the same key replaces
 * it. So what is kept is bounded by the calls in flight. Thread safe.
 *
 * <p>A thread that writes must not be interrupted: that would close a channel under the stream.
 */
final class Outbox {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final OutputStream out;
    private final Runnable onBroken;
    private final ReentrantLock writing = new ReentrantLock();
    private final Map<Object, JsonLine> notices = new LinkedHashMap<>();
    private boolean flushing;

    /** When the chunk being written was begun, or 0 while none is. */
    private volatile long chunkSinceNanos;

    private volatile boolean broken;

    /** Writes to {@code out}; {@code onBroken} is called once it takes nothing more. */
    Outbox(OutputStream out, Runnable onBroken) {
        this.out = out;
        this.onBroken = onBroken;
    }

    /** Writes the notices kept, then {@code line}. */
    void send(JsonLine line) {
        writing.lock();
        try {
            writeNotices();
            write(line);
        } finally {
            writing.unlock();
        }
    }

    /** Has {@code line} written soon, in place of the one of this {@code key} still kept. Never waits for the client. */
    void post(Object key, JsonLine line) {
        synchronized (notices) {
            if (broken) {
                return;
            }
            notices.put(key, line);
            if (flushing) {
                return;
            }
            flushing = true;
        }
        Thread.ofVirtual().name("mcp-notices").start(this::flush);
    }

    /** Whether one chunk has been waiting for the client for longer than {@code bound}. */
    boolean isStalled(long nowNanos, Duration bound) {
        long since = chunkSinceNanos;
        return since != 0 && nowNanos - since > bound.toNanos();
    }

    /** Writes nothing more. */
    void breakOff() {
        synchronized (notices) {
            broken = true;
            notices.clear();
        }
    }

    private void flush() {
        writing.lock();
        try {
            synchronized (notices) {
                flushing = false;
            }
            writeNotices();
        } finally {
            writing.unlock();
        }
    }

    private void writeNotices() {
        while (true) {
            JsonLine next;
            synchronized (notices) {
                Map.Entry<Object, JsonLine> first =
                        notices.isEmpty() ? null : notices.entrySet().iterator().next();
                if (first == null) {
                    return;
                }
                next = first.getValue();
                notices.remove(first.getKey());
            }
            write(next);
        }
    }

    private void write(JsonLine line) {
        if (broken) {
            return;
        }
        line.raw("\n");
        try {
            for (int from = 0; from < line.length(); from += CHUNK_BYTES) {
                chunkSinceNanos = Math.max(System.nanoTime(), 1);
                line.writeTo(out, from, Math.min(CHUNK_BYTES, line.length() - from));
            }
            out.flush();
        } catch (IOException gone) {
            breakOff();
            onBroken.run();
        } finally {
            chunkSinceNanos = 0;
        }
    }
}
