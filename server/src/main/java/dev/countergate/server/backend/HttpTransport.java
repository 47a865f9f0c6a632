package dev.countergate.server.backend;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.result.Reply;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/**
 * HTTP to one backend: its own connections, its own limit on requests under way, its own limit on an answer's size.
 * Thread safe; blocks the calling virtual thread, whose interrupt ends the call.
 *
 * <p>Speaks HTTP/1.1, trusts what the system trusts, follows no proxy: {@code HTTP_PROXY} and its like are not read,
 * because a request that carries credentials goes where the catalogue says and nowhere else. Keeps no cookies.
 */
public final class HttpTransport implements AutoCloseable {
    /** The most redirects followed for one read. */
    public static final int REDIRECTS_MAX = 5;

    private final HttpUrl origin;
    private final WireFailures failures;
    private final OutgoingRequests outgoing;
    private final CallWatch watch;
    private final HttpExchange reading;
    private final HttpExchange sending;
    private final Semaphore places;
    private final OkHttpClient reads;
    private final OkHttpClient sends;

    /** A transport to {@code backend} whose answers share their room with no others. */
    public HttpTransport(Backend.Http backend, String version) {
        this(backend, version, new HeldAnswers());
    }

    /**
     * A transport to {@code backend} that has no connection yet.
     *
     * @param version ours, for {@code User-Agent}
     * @param held the room that answers to reads share
     */
    public HttpTransport(Backend.Http backend, String version, HeldAnswers held) {
        this.origin = HttpUrl.get(backend.origin().toString());
        this.failures = new WireFailures(backend);
        this.outgoing = new OutgoingRequests("countergate/" + version);
        this.watch = new CallWatch(backend.name().value());
        int bytesMax = backend.limits().responseBytesMax();
        this.reading = new HttpExchange(failures, bytesMax, held, watch);
        this.sending = new HttpExchange(failures, bytesMax, HeldAnswers.unbounded(), watch);
        this.places = new Semaphore(backend.limits().concurrencyMax(), true);
        this.reads = HttpClients.forReads(backend.limits().concurrencyMax(), origin.isHttps());
        this.sends = HttpClients.forSends(reads);
    }

    /**
     * Sends a request that only reads. Follows up to {@value #REDIRECTS_MAX} redirects within the backend's origin, and
     * repeats it once where a connection kept from before turns out to be closed; never for anything else.
     *
     * @throws InterruptedException when the calling thread was interrupted; the call is given up
     */
    public WireReply fetch(WireRequest request, Deadline deadline) throws InterruptedException {
        Request first = outgoing.of(request, within(request));
        if (!places.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
            return new WireReply.None(failures.busy(), false);
        }
        try {
            return follow(first, deadline);
        } finally {
            places.release();
        }
    }

    /**
     * Sends a request at most once, over a connection of its own. Follows nothing, repeats nothing: the answer is given
     * whatever its status.
     *
     * @throws InterruptedException when the calling thread was interrupted; the request may have been sent
     */
    public WireReply sendOnce(WireRequest request, Deadline deadline) throws InterruptedException {
        return sendOnce(request, () -> true, deadline);
    }

    /**
     * The same, if it may still begin when the connection stands.
     *
     * @param mayBegin asked right before the first byte; when it says no, nothing is sent
     */
    public WireReply sendOnce(WireRequest request, BooleanSupplier mayBegin, Deadline deadline)
            throws InterruptedException {
        Request once = outgoing.once(request, within(request), mayBegin);
        if (!places.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
            return new WireReply.None(failures.busy(), false);
        }
        try {
            return sending.run(sends, once, deadline).reply();
        } finally {
            places.release();
        }
    }

    /** The failure that a status other than 2xx is, with {@code quoted} of the backend's own words. */
    public Reply.Failure refused(WireReply.Answer answer, String quoted) {
        return failures.refused(answer, quoted);
    }

    /** Ends connections; calls under way fail. */
    @Override
    public void close() {
        reads.dispatcher().cancelAll();
        reads.connectionPool().evictAll();
        sends.connectionPool().evictAll();
        watch.close();
    }

    private WireReply follow(Request first, Deadline deadline) throws InterruptedException {
        Request request = first;
        for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
            HttpExchange.Outcome outcome = fresh(request, deadline);
            if (!(outcome.reply() instanceof WireReply.Answer answer)
                    || outcome.location() == null) {
                return outcome.reply();
            }
            if (!isOnOrigin(outcome.location())) {
                answer.close();
                return new WireReply.None(failures.leadsElsewhere(outcome.location()), true);
            }
            answer.close();
            request = OutgoingRequests.redirected(request, answer.status(), outcome.location());
        }
        return new WireReply.None(failures.leadsInCircles(REDIRECTS_MAX), true);
    }

    // A backend may close a connection that lies idle at any time (RFC 9112 section 9.5); that is
    // no failure of its.
    private HttpExchange.Outcome fresh(Request request, Deadline deadline)
            throws InterruptedException {
        HttpExchange.Outcome outcome = reading.run(reads, request, deadline);
        if (!outcome.stale()) {
            return outcome;
        }
        reads.connectionPool().evictAll();
        return reading.run(reads, OutgoingRequests.again(request), deadline);
    }

    // INVARIANT: whatever stands in a request, it and the credentials in it go to the catalogue's
    // origin only.
    private HttpUrl within(WireRequest request) {
        HttpUrl url = HttpUrl.parse(request.url().reveal());
        if (url == null || !isOnOrigin(url)) {
            throw new IllegalArgumentException("not a URL on `" + origin + "`: " + request.url());
        }
        return url;
    }

    private boolean isOnOrigin(HttpUrl url) {
        return url.scheme().equals(origin.scheme())
                && url.host().equals(origin.host())
                && url.port() == origin.port();
    }
}
