package dev.countergate.server.backend;

import dev.countergate.policy.result.Reply;
import java.io.IOException;
import java.util.Locale;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.BufferedSource;
import okio.GzipSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/** One request on the wire and what came of it. */
final class HttpExchange {
    /** How much room is made at a time for an answer whose size is not known: one of Okio's segments. */
    private static final int STEP_BYTES = 8 << 10;

    private final WireFailures failures;
    private final int bodyBytesMax;
    private final HeldAnswers held;
    private final CallWatch watch;

    HttpExchange(WireFailures failures, int bodyBytesMax, HeldAnswers held, CallWatch watch) {
        this.failures = failures;
        this.watch = watch;
        this.bodyBytesMax = bodyBytesMax;
        this.held = held;
    }

    /**
     * What came of it.
     *
     * @param reply the answer or the failure
     * @param location where the answer points, or null
     * @param stale whether it failed because a kept connection was closed already
     */
    record Outcome(WireReply reply, @Nullable HttpUrl location, boolean stale) {}

    /**
     * Sends {@code request} and reads the whole answer.
     *
     * @throws InterruptedException when the calling thread was interrupted; the connection is closed
     */
    Outcome run(OkHttpClient client, Request request, Deadline deadline)
            throws InterruptedException {
        CallTrace trace = HttpClients.traceOf(request);
        if (deadline.isOver()) {
            return none(trace, failures.late(deadline));
        }
        Call call = client.newCall(request);
        watch.watch(call, deadline);
        try {
            return ScopedValue.where(BoundedDns.DEADLINE, deadline).call(() -> read(call, trace));
        } catch (IOException broken) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return deadline.isOver()
                    ? none(trace, failures.late(deadline))
                    : new Outcome(
                            new WireReply.None(
                                    failures.broken(broken, deadline, trace), trace.sent()),
                            null,
                            trace.brokeOnReusedConnection());
        } finally {
            watch.forget(call);
        }
    }

    private Outcome read(Call call, CallTrace trace) throws IOException {
        try (Response response = call.execute()) {
            BufferedSource source = decoded(response);
            if (source == null) {
                call.cancel();
                return none(trace, failures.unknownEncoding());
            }
            HeldAnswers.Share share = held.share();
            boolean whole = false;
            try {
                Reply.Failure tooMuch = readInto(source, response.body().contentLength(), share);
                if (tooMuch != null) {
                    // Closing would first read what is left; cancelling drops the connection.
                    call.cancel();
                    return none(trace, tooMuch);
                }
                byte[] bytes = source.readByteArray();
                share.shrinkTo(bytes.length);
                WireBody body = new WireBody(bytes, response.header("Content-Type"), share);
                whole = true;
                return new Outcome(
                        new WireReply.Answer(
                                response.code(), body, trace.retryAfter(), response.header("Date")),
                        location(response),
                        false);
            } finally {
                if (!whole) {
                    share.close();
                }
            }
        }
    }

    /** Reads all of {@code source} into its buffer; what stands against that, or null. */
    private Reply.@Nullable Failure readInto(
            BufferedSource source, long announced, HeldAnswers.Share share) throws IOException {
        if (announced > bodyBytesMax) {
            return failures.tooLarge();
        }
        long room = 0;
        do {
            long more = Math.min(STEP_BYTES, bodyBytesMax + 1L - room);
            if (!share.grow(more)) {
                return failures.tooMuchAtOnce(held.bytesMax());
            }
            room += more;
            if (!source.request(room)) {
                return null;
            }
        } while (room <= bodyBytesMax);
        return failures.tooLarge();
    }

    // OkHttp undoes gzip where it asked for it itself, which it does not together with a `Range`.
    private static @Nullable BufferedSource decoded(Response response) throws IOException {
        BufferedSource source = response.body().source();
        String encoding = response.header("Content-Encoding");
        if (encoding == null || source.exhausted()) {
            return source;
        }
        return switch (encoding.toLowerCase(Locale.ROOT)) {
            case "", "identity" -> source;
            case "gzip", "x-gzip" -> Okio.buffer(new GzipSource(source));
            default -> null;
        };
    }

    private static @Nullable HttpUrl location(Response response) {
        boolean isRedirect =
                switch (response.code()) {
                    case 301, 302, 303, 307, 308 -> true;
                    default -> false;
                };
        String location = response.header("Location");
        if (!isRedirect || location == null) {
            return null;
        }
        return response.request().url().resolve(location);
    }

    private static Outcome none(CallTrace trace, Reply.Failure why) {
        return new Outcome(new WireReply.None(why, trace.sent()), null, false);
    }
}
