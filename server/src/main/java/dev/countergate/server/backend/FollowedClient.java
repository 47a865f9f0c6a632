package dev.countergate.server.backend;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.result.Reply;
import java.time.Duration;

/**
 * The client of a backend, with somebody told what it answers and how long that took.
 *
 * @param <R> the requests it understands
 */
public final class FollowedClient<R extends Request> implements BackendClient<R> {
    private final BackendName name;
    private final BackendClient<R> client;
    private final ReadFollower follower;

    private FollowedClient(BackendName name, BackendClient<R> client, ReadFollower follower) {
        this.name = name;
        this.client = client;
        this.follower = follower;
    }

    /** {@code client} itself where nobody follows. */
    public static <R extends Request> BackendClient<R> of(
            BackendName name, BackendClient<R> client, ReadFollower follower) {
        return follower.equals(ReadFollower.NONE)
                ? client
                : new FollowedClient<>(name, client, follower);
    }

    @Override
    public Reply fetch(R request, CallContext context) throws InterruptedException {
        long start = System.nanoTime();
        return told(start, client.fetch(request, context));
    }

    @Override
    public Reply send(R request, CallContext context) throws InterruptedException {
        long start = System.nanoTime();
        return told(start, client.send(request, context));
    }

    private Reply told(long start, Reply reply) {
        follower.answered(name, reply, Duration.ofNanos(System.nanoTime() - start));
        return reply;
    }

    @Override
    public void close() {
        client.close();
    }
}
