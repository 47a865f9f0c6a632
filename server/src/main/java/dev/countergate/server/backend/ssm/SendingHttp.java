package dev.countergate.server.backend.ssm;

import dev.countergate.server.backend.HttpClients;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.Credentials;
import okhttp3.Headers;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.Route;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.urlconnection.ProxyConfiguration;

/**
 * The SDK's way out for what has an effect: each call on a connection of its own, its request written once, and asked for a
 * last time whether it may begin when the connection stands. The SDK's own clients connect and write in one go, and a
 * connection may take longer than a freeze may wait. Thread safe.
 */
final class SendingHttp implements SdkHttpClient {
    /** Says whether what the calling thread sends may begin; where nobody says so, it may not. */
    static final ScopedValue<BooleanSupplier> MAY_BEGIN = ScopedValue.newInstance();

    /** OkHttp writes these itself. */
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "host", "transfer-encoding");

    /** It may not; no byte of it left. */
    static final class StoppedException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Marks a request that was begun. */
    private static final class Begun {
        private boolean isBegun;

        /** Whether it was begun before. */
        boolean begin() {
            boolean before = isBegun;
            isBegun = true;
            return before;
        }
    }

    private final OkHttpClient client;

    /**
     * A client that keeps nothing between calls.
     *
     * @param answering how long the service may be silent
     */
    SendingHttp(Duration connecting, Duration answering) {
        this.client =
                HttpClients.passive()
                        .connectionPool(new ConnectionPool(0, 1, TimeUnit.MILLISECONDS))
                        .proxySelector(new Proxies())
                        .proxyAuthenticator(SendingHttp::tunnel)
                        .connectTimeout(connecting)
                        .readTimeout(answering)
                        .writeTimeout(answering)
                        .addNetworkInterceptor(SendingHttp::onceOnly)
                        .build();
    }

    // INVARIANT: one call of the SDK's is one request on the wire, whatever OkHttp thinks of the
    // answer.
    private static Response onceOnly(Interceptor.Chain chain) throws IOException {
        Begun begun = chain.request().tag(Begun.class);
        if (begun == null || begun.begin()) {
            throw new IOException("a second send of the same call");
        }
        if (!MAY_BEGIN.isBound() || !MAY_BEGIN.get().getAsBoolean()) {
            throw new StoppedException();
        }
        // OkHttp itself sends again on a 503 with `Retry-After: 0`.
        Response response = chain.proceed(chain.request());
        return response.newBuilder().removeHeader("Retry-After").build();
    }

    /** Answers a proxy that asks who tunnels; what would be sent is not involved. */
    private static @Nullable Request tunnel(@Nullable Route route, Response asked) {
        Request request = asked.request();
        ProxyConfiguration proxy = proxy(request.isHttps() ? "https" : "http");
        boolean isFirst = request.header("Proxy-Authorization") == null;
        return request.method().equals("CONNECT") && isFirst && proxy.username() != null
                ? request.newBuilder()
                        .header(
                                "Proxy-Authorization",
                                Credentials.basic(proxy.username(), proxy.password()))
                        .build()
                : null;
    }

    private static ProxyConfiguration proxy(String scheme) {
        return ProxyConfiguration.builder().scheme(scheme).build();
    }

    /** The proxies that the SDK's reads take, from the JVM's properties and the environment. */
    private static final class Proxies extends ProxySelector {
        @Override
        public List<Proxy> select(URI target) {
            ProxyConfiguration proxy = proxy(target.getScheme());
            boolean isDirect =
                    proxy.host() == null
                            || proxy.nonProxyHosts().stream().anyMatch(target.getHost()::matches);
            return List.of(
                    isDirect
                            ? Proxy.NO_PROXY
                            : new Proxy(
                                    Proxy.Type.HTTP,
                                    InetSocketAddress.createUnresolved(
                                            proxy.host(), proxy.port())));
        }

        @Override
        public void connectFailed(URI target, SocketAddress proxy, IOException failure) {
            // The call fails with it.
        }
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        Call call = client.newCall(request(request));
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                return response(call, call.execute());
            }

            @Override
            public void abort() {
                call.cancel();
            }
        };
    }

    private static Request request(HttpExecuteRequest asked) {
        SdkHttpRequest http = asked.httpRequest();
        Headers.Builder headers = new Headers.Builder();
        for (Map.Entry<String, List<String>> header : http.headers().entrySet()) {
            if (!OF_THE_CONNECTION.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                header.getValue().forEach(value -> headers.add(header.getKey(), value));
            }
        }
        RequestBody body =
                asked.contentStreamProvider()
                        .<RequestBody>map(content -> new Body(content, length(http)))
                        .orElse(null);
        return new Request.Builder()
                .url(http.getUri().toString())
                .headers(headers.build())
                .method(http.method().name(), body)
                .tag(Begun.class, new Begun())
                .build();
    }

    private static long length(SdkHttpRequest http) {
        return http.firstMatchingHeader("Content-Length").map(Long::parseLong).orElse(-1L);
    }

    private static HttpExecuteResponse response(Call call, Response answer) {
        InputStream body = answer.body().byteStream();
        return HttpExecuteResponse.builder()
                .response(
                        SdkHttpFullResponse.builder()
                                .statusCode(answer.code())
                                .statusText(answer.message())
                                .headers(answer.headers().toMultimap())
                                .build())
                .responseBody(AbortableInputStream.create(body, call::cancel))
                .build();
    }

    /** What the SDK signed, as it is; OkHttp asks for it once. */
    private static final class Body extends RequestBody {
        private final ContentStreamProvider content;
        private final long length;

        Body(ContentStreamProvider content, long length) {
            this.content = content;
            this.length = length;
        }

        /** The headers have it. */
        @Override
        public @Nullable MediaType contentType() {
            return null;
        }

        @Override
        public long contentLength() {
            return length;
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            try (InputStream bytes = content.newStream()) {
                bytes.transferTo(sink.outputStream());
            }
        }
    }

    @Override
    public String clientName() {
        return "OkHttp";
    }

    @Override
    public void close() {
        client.connectionPool().evictAll();
    }
}
