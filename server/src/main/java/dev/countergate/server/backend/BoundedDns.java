package dev.countergate.server.backend;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.Dns;

/**
 * Resolves host names on a thread of its own, because the platform's resolver knows neither deadline nor interrupt. The
 * deadline is that of the call on whose thread it is asked.
 */
final class BoundedDns implements Dns {
    static final ScopedValue<Deadline> DEADLINE = ScopedValue.newInstance();

    private final Dns resolver;

    /** Asks {@code resolver}, which may take its time. */
    BoundedDns(Dns resolver) {
        this.resolver = resolver;
    }

    @Override
    public List<InetAddress> lookup(String host) throws UnknownHostException {
        FutureTask<List<InetAddress>> answer = new FutureTask<>(() -> resolver.lookup(host));
        Thread.ofPlatform().daemon().name("dns-" + host).start(answer);
        try {
            return answer.get(DEADLINE.get().left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw unknown(host, failed);
        } catch (InterruptedException taken) {
            Thread.currentThread().interrupt();
            throw unknown(host, taken);
        }
    }

    private static UnknownHostException unknown(String host, Exception cause) {
        UnknownHostException unknown = new UnknownHostException(host);
        unknown.initCause(cause);
        return unknown;
    }
}
