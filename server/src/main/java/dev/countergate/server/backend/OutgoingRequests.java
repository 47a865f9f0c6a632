package dev.countergate.server.backend;

import dev.countergate.policy.catalogue.Backend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import okhttp3.Credentials;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.internal.http.HttpMethod;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** Turns our requests into OkHttp's. */
final class OutgoingRequests {
    private final String userAgent;

    OutgoingRequests(String userAgent) {
        this.userAgent = userAgent;
    }

    /** A request for one exchange; {@link #again} makes it one for another. */
    Request of(WireRequest request, HttpUrl url) {
        return of(request, url, () -> true);
    }

    private Request of(WireRequest request, HttpUrl url, BooleanSupplier mayBegin) {
        Headers.Builder headers = new Headers.Builder();
        headers.add("User-Agent", userAgent);
        headers.add("Accept", "*/*");
        for (Backend.Header header : request.headers()) {
            set(headers, header.name(), header.value().reveal());
        }
        // OkHttp drops a URL's user and password without a word.
        boolean hasUser = !url.username().isEmpty() || !url.password().isEmpty();
        if (hasUser && headers.get("Authorization") == null) {
            String basic =
                    Credentials.basic(url.username(), url.password(), StandardCharsets.UTF_8);
            headers.set("Authorization", basic);
        }
        // Encodings are between us and the backend: gzip is undone while reading, no other is.
        headers.removeAll("Accept-Encoding");
        return new Request.Builder()
                .url(url)
                .headers(headers.build())
                .method(request.method(), body(request))
                .tag(CallTrace.class, new CallTrace(mayBegin))
                .build();
    }

    /** The same, over a connection that serves nothing else, if {@code mayBegin} still says so once that stands. */
    Request once(WireRequest request, HttpUrl url, BooleanSupplier mayBegin) {
        return of(request, url, mayBegin).newBuilder().header("Connection", "close").build();
    }

    /** The same request for another exchange. */
    static Request again(Request request) {
        return request.newBuilder().tag(CallTrace.class, new CallTrace(() -> true)).build();
    }

    /** The request that follows the redirect {@code status} to {@code target} (RFC 9110 section 15.4). */
    static Request redirected(Request request, int status, HttpUrl target) {
        Request.Builder next =
                request.newBuilder().url(target).tag(CallTrace.class, new CallTrace(() -> true));
        boolean keepsMethod =
                status == 307
                        || status == 308
                        || request.method().equals("GET")
                        || request.method().equals("HEAD");
        if (!keepsMethod) {
            next.method("GET", null).removeHeader("Content-Type");
        }
        return next.build();
    }

    private static void set(Headers.Builder headers, String name, String value) {
        if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7F)) {
            throw new IllegalArgumentException("a control character in header `" + name + "`");
        }
        headers.removeAll(name);
        headers.addUnsafeNonAscii(name, value);
    }

    private static @Nullable RequestBody body(WireRequest request) {
        if (request.body() != null) {
            return new OneShotBody(request.body().getBytes(StandardCharsets.UTF_8));
        }
        return HttpMethod.requiresRequestBody(request.method())
                ? new OneShotBody(new byte[0])
                : null;
    }

    /** A body OkHttp knows not to send again. We may: it is kept as bytes. */
    private static final class OneShotBody extends RequestBody {
        private final byte[] bytes;

        OneShotBody(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public @Nullable MediaType contentType() {
            return null; // the header is the catalogue's
        }

        @Override
        public long contentLength() {
            return bytes.length;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            sink.write(bytes);
        }

        @Override
        public boolean isOneShot() {
            return true;
        }
    }
}
