package dev.countergate.server.mcp;

import dev.countergate.policy.call.PrincipalId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * The memory that what clients send may take up together, from its first byte until it is answered, and how much of it is
 * one principal's at most: each session bounds its messages and its calls, and that many large ones of many sessions
 * would still be more than the process has. Thread safe.
 *
 * <p>Nobody waits for memory: whoever waited would hold a message half read meanwhile.
 */
public final class RequestRoom {
    /** What all take up at most. */
    static final int BYTES_MAX = 128 << 20;

    /** What one principal's take up at most, over all its sessions. */
    public static final int BYTES_OF_ONE_MAX = BYTES_MAX / 4;

    private final Semaphore all = new Semaphore(BYTES_MAX);
    private final Map<PrincipalId, Semaphore> ofEach = new ConcurrentHashMap<>();

    RequestRoom() {}

    /** Room for {@code principal} of which nothing is taken yet. */
    Share share(PrincipalId principal) {
        return new Share(
                all, ofEach.computeIfAbsent(principal, _ -> new Semaphore(BYTES_OF_ONE_MAX)));
    }

    /** What one message, or what is read of it, takes up. Not thread safe. */
    public static final class Share implements AutoCloseable {
        private final Semaphore all;
        private final Semaphore own;
        private int bytes;

        private Share(Semaphore all, Semaphore own) {
            this.all = all;
            this.own = own;
        }

        /** Room that nobody else takes any of: for what is read by a process that serves nobody. */
        static Share alone() {
            return new Share(new Semaphore(Integer.MAX_VALUE), new Semaphore(Integer.MAX_VALUE));
        }

        /** Takes up {@code needed} bytes and gives back what is beyond them; false, and nothing changes, where there is no room. */
        public boolean resize(int needed) {
            int more = needed - bytes;
            if (more <= 0) {
                own.release(-more);
                all.release(-more);
            } else if (!own.tryAcquire(more)) {
                return false;
            } else if (!all.tryAcquire(more)) {
                own.release(more);
                return false;
            }
            bytes = needed;
            return true;
        }

        /** Gives everything back. */
        @Override
        public void close() {
            resize(0);
        }
    }
}
