package dev.countergate.server.backend;

import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.request.Request;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Changes something at one backend, once. Thread safe; blocks the calling (virtual) thread.
 *
 * <p>It decides nothing and records nothing: whoever calls {@link #send} has the countersignature and has written down
 * that it sends.
 */
public interface ChangeClient {
    /**
     * Fixes all that could move about {@code request}; resolved again with the same wish, it is the same unless the world
     * moved.
     *
     * @throws InterruptedException when the calling thread was interrupted
     * @throws IllegalArgumentException for a request that changes nothing
     */
    Resolution resolve(Request request, Wish wish) throws InterruptedException;

    /**
     * Sends {@code request} and waits until its outcome is known or the deadline is over: whatever comes of it, it is sent
     * once at most.
     *
     * @param request as {@link #resolve} gave it; one that was read from a core holds no secrets and is never sent
     * @throws InterruptedException when the calling thread was interrupted; whether it was sent is then not known
     */
    Sent send(CoreRequest request, Sending sending) throws InterruptedException;

    /**
     * Goes on waiting for what an earlier process sent, and sends nothing.
     *
     * @param handle as the backend named the attempt
     * @throws InterruptedException when the calling thread was interrupted
     * @throws UnsupportedOperationException where the backend names no attempts
     */
    Sent resume(CoreRequest request, String handle, Sending sending) throws InterruptedException;

    /**
     * Looks for the request's attempt by its id.
     *
     * @param sentAt when it was sent, by our clock
     * @throws InterruptedException when the calling thread was interrupted
     */
    Seen search(CoreRequest request, Instant sentAt, Deadline deadline) throws InterruptedException;

    /**
     * Asks a running command or automation to stop.
     *
     * @return whether the backend took the request, which does not say that it stops
     * @throws InterruptedException when the calling thread was interrupted
     */
    boolean stop(CoreRequest request, String handle, Deadline deadline) throws InterruptedException;

    /** How long an attempt may take to show in a {@link #search}; null where the backend cannot be asked by attempt id. */
    @Nullable Duration settle();

    /** How long {@link #send} and {@link #resume} may need to know the outcome. */
    Duration longest(CoreRequest request, Tool tool);
}
