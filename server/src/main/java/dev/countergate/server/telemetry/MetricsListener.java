package dev.countergate.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.countergate.server.daemon.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers {@code GET /metrics} on a loopback address, and nothing else. Whoever has an account on the machine may read it:
 * there are names and numbers in it, and no secrets. Thread safe.
 */
public final class MetricsListener implements Listener {
    private static final String PATH = "/metrics";
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    /** Loopback by any of its names: a page in a browser that had its own name resolve here sends that name. */
    private static final Pattern HOST =
            Pattern.compile("(?i)(?:localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1])(?::[0-9]{1,5})?");

    /**
     * What the JDK's server bounds where it is told to, by properties that it reads when it is first used: else anybody who
     * connects and says nothing keeps a file descriptor from the sockets, the store and the backends. Beyond so many
     * connections further ones are closed at once, and one that takes longer over a request is closed too.
     */
    private static final Map<String, String> BOUNDS =
            Map.of(
                    "jdk.httpserver.maxConnections", "256",
                    "sun.net.httpserver.maxIdleConnections", "32",
                    "sun.net.httpserver.idleInterval", "75",
                    "sun.net.httpserver.maxReqTime", "5",
                    "sun.net.httpserver.maxRspTime", "30");

    private final InetSocketAddress address;
    private final Metrics metrics;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("metrics-", 0).factory());
    private @Nullable HttpServer server;

    /**
     * A listener that does not listen yet.
     *
     * @throws IllegalArgumentException when {@code address} is none of this machine alone
     */
    public MetricsListener(InetSocketAddress address, Metrics metrics) {
        if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("not a loopback address: " + address);
        }
        this.address = address;
        this.metrics = metrics;
    }

    @Override
    public synchronized void start() throws IOException {
        BOUNDS.forEach(System::setProperty);
        HttpServer made;
        try {
            made = HttpServer.create(address, 0);
        } catch (IOException taken) {
            throw new IOException(
                    "cannot serve metrics at " + shown(address) + ": " + taken.getMessage(), taken);
        }
        made.setExecutor(threads);
        made.createContext("/", this::answer);
        made.start();
        server = made;
    }

    /** Where it listens: the port is one of the system's choice where 0 was asked for. */
    public synchronized InetSocketAddress listening() {
        return server == null ? address : server.getAddress();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            List<String> hosts = exchange.getRequestHeaders().getOrDefault("Host", List.of());
            if (hosts.size() != 1 || !HOST.matcher(hosts.getFirst()).matches()) {
                exchange.sendResponseHeaders(421, -1);
            } else if (!exchange.getRequestURI().getRawPath().equals(PATH)) {
                exchange.sendResponseHeaders(404, -1);
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                exchange.sendResponseHeaders(405, -1);
            } else {
                byte[] text = metrics.scrape().getBytes(UTF_8);
                exchange.getResponseHeaders().set("Content-Type", TEXT);
                exchange.sendResponseHeaders(200, text.length);
                exchange.getResponseBody().write(text);
            }
        }
    }

    private static String shown(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** None of those who come here is an agent. */
    @Override
    public int sessions() {
        return 0;
    }

    @Override
    public void drain(Duration bound) {}

    @Override
    public void describe(ObjectNode status) {
        status.put("metrics", "http://" + shown(listening()) + PATH);
    }

    @Override
    public synchronized void close() {
        if (server != null) {
            server.stop(0);
        }
        threads.shutdownNow();
    }
}
