package dev.countergate.server.backend;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that answers may take up together, over all backends, from their first byte until they are read. Each
 * backend bounds one answer and how many are under way; that many large ones from several backends would still be more
 * than the process has. Thread safe.
 *
 * <p>Nobody waits for memory: whoever waited would hold a half-read answer meanwhile, and enough of those would wait for
 * each other until all their deadlines had passed.
 */
public final class HeldAnswers {
    /** The most bytes of answers held at once. */
    public static final long BYTES_MAX = 256L << 20;

    private final long bytesMax;
    private final AtomicLong held = new AtomicLong();

    /** Room for {@value #BYTES_MAX} bytes. */
    public HeldAnswers() {
        this(BYTES_MAX);
    }

    /** Room for {@code bytesMax} bytes. */
    HeldAnswers(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Room for whatever comes: for what is sent once, whose outcome must not hang on what others read. */
    static HeldAnswers unbounded() {
        return new HeldAnswers(Long.MAX_VALUE);
    }

    long bytesMax() {
        return bytesMax;
    }

    /** The share of an answer of which nothing is read yet. */
    Share share() {
        return new Share();
    }

    private boolean take(long bytes) {
        long now = held.get();
        while (bytes <= bytesMax - now) {
            if (held.compareAndSet(now, now + bytes)) {
                return true;
            }
            now = held.get();
        }
        return false;
    }

    /** What one answer takes up. Not thread safe. */
    final class Share implements AutoCloseable {
        private long bytes;

        /** Makes room for {@code more} bytes; false where there is none. */
        boolean grow(long more) {
            if (!take(more)) {
                return false;
            }
            bytes += more;
            return true;
        }

        /** Gives back what is beyond {@code needed}. */
        void shrinkTo(long needed) {
            held.addAndGet(needed - bytes);
            bytes = needed;
        }

        /** Gives everything back. */
        @Override
        public void close() {
            shrinkTo(0);
        }
    }
}
