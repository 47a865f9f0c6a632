package dev.countergate.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.http.RawHttp.Reply;
import dev.countergate.server.mcp.FakeTools;
import dev.countergate.server.mcp.Protocol;
import dev.countergate.server.mcp.SessionLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A listener on a free port, with the tokens `ana` and `bob`. */
final class Served implements AutoCloseable {
    static final String TYPES =
            "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";

    private static final Map<String, PrincipalId> TOKENS =
            Map.of("ana", new PrincipalId("token:ana"), "bob", new PrincipalId("token:bob"));

    static final InetSocketAddress LOOPBACK =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /** Short enough to be waited for. */
    static final HttpLimits LIMITS =
            new HttpLimits(
                    64,
                    6,
                    3,
                    64,
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(15));

    final HttpListener listener;
    final InetSocketAddress address;

    Served(FakeTools tools) throws IOException {
        this(tools, LIMITS, List.of());
    }

    Served(FakeTools tools, HttpLimits limits, List<String> names) throws IOException {
        this(tools, limits, new HttpSettings(LOOPBACK, names, null, false));
    }

    Served(FakeTools tools, HttpLimits limits, HttpSettings settings) throws IOException {
        listener =
                new HttpListener(
                        settings,
                        new Protocol(tools, "0", SessionLimits.STANDARD),
                        token -> Optional.ofNullable(token).map(TOKENS::get),
                        limits);
        listener.start();
        address = listener.address();
    }

    /** {@code Host} and {@code Authorization} of a client of `ana`. */
    String host() {
        return host("ana");
    }

    String host(String token) {
        return "Host: 127.0.0.1:"
                + address.getPort()
                + "\r\nAuthorization: Bearer "
                + token
                + "\r\n";
    }

    RawHttp connect() throws IOException {
        return new RawHttp(address);
    }

    /** A POST to `/mcp`, headers ending with a line break each. */
    String post(String headers, String body) {
        return "POST /mcp HTTP/1.1\r\n"
                + headers
                + "Content-Length: "
                + body.getBytes(UTF_8).length
                + "\r\n\r\n"
                + body;
    }

    /** What one POST of `ana` in a session is answered. */
    Reply call(String session, String body) throws IOException {
        try (RawHttp http = connect()) {
            return http.send(post(host() + TYPES + "Mcp-Session-Id: " + session + "\r\n", body))
                    .reply();
        }
    }

    /** Performs a handshake and gives the session's id. */
    String initialize(String token, String version) throws IOException {
        try (RawHttp http = connect()) {
            Reply reply = http.send(post(host(token) + TYPES, initializeBody(version))).reply();
            String id = reply.header("Mcp-Session-Id");
            http.send(
                    post(
                            host(token) + TYPES + "Mcp-Session-Id: " + id + "\r\n",
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"));
            if (http.reply().status() != 202) {
                throw new IOException("no session: " + reply);
            }
            return id;
        }
    }

    String initialize() throws IOException {
        return initialize("ana", "2025-11-25");
    }

    static String initializeBody(String version) {
        return "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\""
                + version
                + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";
    }

    static String callBody(int id, String tool) {
        return "{\"jsonrpc\":\"2.0\",\"id\":"
                + id
                + ",\"method\":\"tools/call\",\"params\":{\"name\":\""
                + tool
                + "\",\"arguments\":{\"n\":"
                + id
                + "},\"_meta\":{\"progressToken\":"
                + id
                + "}}}";
    }

    @Override
    public void close() {
        listener.close();
    }
}
