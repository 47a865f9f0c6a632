package dev.countergate.server.backend;

import java.io.EOFException;
import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Authenticator;
import okhttp3.Connection;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.CookieJar;
import okhttp3.Dns;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The ways we set OkHttp up. None sends anything a second time by itself.
 *
 * <p>Left to itself OkHttp 5 sends again after a broken connection, after 408, and after 503 with {@code Retry-After:
 * 0}, the last even with retries off; so retries are off and the header is taken away before OkHttp sees it. There is no
 * timeout but the connection's: {@link CallWatch} ends reading and writing when the whole call's time is over.
 */
public final class HttpClients {
    /** How long connecting to one address may take, so that the next one has its turn. */
    static final Duration CONNECT_MAX = Duration.ofSeconds(10);

    /** What was to be sent may not be any more; no byte of it left. */
    static final class StoppedException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static final Duration IDLE_MAX = Duration.ofSeconds(60);

    private HttpClients() {}

    /** A client of HTTP/1.1 that follows, repeats, remembers and answers nothing by itself. */
    public static OkHttpClient.Builder passive() {
        return new OkHttpClient.Builder()
                .protocols(List.of(Protocol.HTTP_1_1))
                .fastFallback(false)
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .followSslRedirects(false)
                .authenticator(Authenticator.NONE)
                .proxyAuthenticator(Authenticator.NONE)
                .cookieJar(CookieJar.NO_COOKIES);
    }

    /**
     * For reads: connections are kept, {@code idleMax} at most. Where the origin is plain HTTP nothing of TLS is set up,
     * which spares the start of the daemon the loading of every trusted certificate.
     */
    static OkHttpClient forReads(int idleMax, boolean secure) {
        return passive()
                .connectionPool(
                        new ConnectionPool(idleMax, IDLE_MAX.toMillis(), TimeUnit.MILLISECONDS))
                .connectionSpecs(
                        List.of(secure ? ConnectionSpec.MODERN_TLS : ConnectionSpec.CLEARTEXT))
                .proxy(Proxy.NO_PROXY)
                .dns(new BoundedDns(Dns.SYSTEM))
                .connectTimeout(CONNECT_MAX)
                .readTimeout(Duration.ZERO)
                .writeTimeout(Duration.ZERO)
                .eventListenerFactory(call -> traceOf(call.request()))
                .addNetworkInterceptor(HttpClients::onceOnly)
                .build();
    }

    /** For what must not be sent twice: a fresh connection each. */
    static OkHttpClient forSends(OkHttpClient reads) {
        return reads.newBuilder()
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.MILLISECONDS))
                .build();
    }

    // INVARIANT: one OkHttp call is one request on the wire, whatever OkHttp thinks of the answer.
    private static Response onceOnly(Interceptor.Chain chain) throws IOException {
        CallTrace trace = traceOf(chain.request());
        if (!trace.claim()) {
            throw new IOException("a second send of the same call");
        }
        if (!trace.mayBegin()) {
            throw new StoppedException();
        }
        Response response;
        try {
            response = chain.proceed(chain.request());
        } catch (IOException broken) {
            if (broken.getCause() instanceof EOFException && isOpen(chain.connection())) {
                trace.seesEndlessHead();
            }
            throw broken;
        }
        trace.sees(response);
        return response.header("Retry-After") == null
                ? response
                : response.newBuilder().removeHeader("Retry-After").build();
    }

    // OkHttp says the same of an answer's head that ended too early and of one beyond its limit of
    // 256 KiB; only the connection tells them apart.
    private static boolean isOpen(@Nullable Connection connection) throws IOException {
        if (connection == null) {
            return false;
        }
        Socket socket = connection.socket();
        socket.setSoTimeout(1);
        try {
            return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException silent) {
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    static CallTrace traceOf(okhttp3.Request request) {
        CallTrace trace = request.tag(CallTrace.class);
        if (trace == null) {
            throw new IllegalStateException("a request without its trace");
        }
        return trace;
    }
}
