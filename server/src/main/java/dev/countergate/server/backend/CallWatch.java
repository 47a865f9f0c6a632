package dev.countergate.server.backend;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Call;

/**
 * Cancels calls whose deadline is over, within {@value #PERIOD_MILLIS} ms of it. A timer for each call, as OkHttp has
 * it, costs a quarter of a short call's time; looking at the few calls under way now and then costs next to nothing, and
 * nothing at all while there are none. Thread safe.
 */
final class CallWatch implements AutoCloseable {
    /** How often the calls under way are looked at. */
    static final long PERIOD_MILLIS = 20;

    private final Map<Call, Deadline> underWay = new ConcurrentHashMap<>();
    private final Thread thread;

    /** Whether the thread waits for a first call instead of the time. */
    private volatile boolean resting;

    private volatile boolean closed;

    CallWatch(String name) {
        thread = Thread.ofVirtual().name("deadlines-" + name).start(this::watch);
    }

    /** Watches {@code call} until {@link #forget}. */
    void watch(Call call, Deadline deadline) {
        underWay.put(call, deadline);
        if (resting) {
            LockSupport.unpark(thread);
        }
    }

    /** Ends the watching of {@code call}. */
    void forget(Call call) {
        underWay.remove(call);
    }

    private void watch() {
        while (!closed) {
            resting = true;
            // INVARIANT: looked at after `resting` is set, so a call put in since is seen here or
            // wakes us.
            if (underWay.isEmpty()) {
                LockSupport.park(this);
            }
            resting = false;
            underWay.forEach(
                    (call, deadline) -> {
                        if (deadline.isOver()) {
                            call.cancel();
                        }
                    });
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS));
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
