package dev.countergate.server.backend;

import dev.countergate.policy.request.Request;
import dev.countergate.policy.result.Reply;

/**
 * Sends requests to one backend. Thread safe; blocks the calling (virtual) thread.
 *
 * @param <R> the requests it understands
 */
public interface BackendClient<R extends Request> extends AutoCloseable {
    /**
     * Reads what {@code request} asks for and answers within the context's deadline, whatever the backend does.
     *
     * @throws InterruptedException when the calling thread was interrupted: the caller took the call back, and what can
     *     be stopped at the backend has been asked to stop
     */
    Reply fetch(R request, CallContext context) throws InterruptedException;

    /**
     * Sends {@code request} once: whatever comes of it, no byte of it is sent a second time.
     *
     * @throws InterruptedException when the calling thread was interrupted; whether it was sent is then not known
     * @throws UnsupportedOperationException when this backend has nothing that is sent without approval
     */
    default Reply send(R request, CallContext context) throws InterruptedException {
        throw new UnsupportedOperationException("sends nothing: " + request);
    }

    /** Ends connections; calls under way fail. */
    @Override
    void close();
}
