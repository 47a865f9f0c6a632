package dev.countergate.server.http;

import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.UtcTime;
import dev.countergate.server.daemon.Listener;
import dev.countergate.server.mcp.Protocol;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * MCP over HTTP/1.1 at one address. Thread safe; starts once.
 *
 * <p>Platform threads accept and select; each request has a virtual one. A single thread looks from time to time at
 * sessions, streams and connections, and never waits for any of them.
 */
public final class HttpListener implements Listener {
    private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);
    private static final int HEAD_BYTES_MAX = 16 * 1024;
    private static final int BACKLOG = 512;
    private static final int THREADS_MAX = 16;
    private static final Duration LOOK = Duration.ofMillis(250);

    /** How long calls that were taken back have to say so. */
    private static final Duration LAST_GRACE = Duration.ofSeconds(1);

    private final HttpSettings settings;
    private final HttpLimits limits;
    private final Protocol protocol;
    private final Callers callers;
    private final HttpSessions sessions;
    private final Departures departures = new Departures();
    private final Work work = new Work();
    private final HeadWatch heads;
    private final Server server;
    private final ScheduledExecutorService watch;
    private @Nullable ServerConnector connector;
    private final StreamableEndpoint streamable;
    private @Nullable McpHandler handler;
    private @Nullable Certificate certificate;
    private @Nullable AutoCloseable subscription;

    /** Serves {@code protocol} to whom {@code callers} knows. */
    public HttpListener(HttpSettings settings, Protocol protocol, Callers callers) {
        this(settings, protocol, callers, HttpLimits.standard());
    }

    HttpListener(HttpSettings settings, Protocol protocol, Callers callers, HttpLimits limits) {
        this.settings = settings;
        this.limits = limits;
        this.protocol = protocol;
        this.callers = callers;
        this.sessions = new HttpSessions(protocol, limits, new SecureRandom());
        this.streamable = new StreamableEndpoint(protocol, limits, sessions, departures);
        this.heads = new HeadWatch(limits.headPatience());
        this.watch =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("http-watch").factory());
        QueuedThreadPool threads = new QueuedThreadPool(THREADS_MAX);
        threads.setName("http");
        threads.setDaemon(true);
        threads.setVirtualThreadsExecutor(
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("http-request").factory()));
        this.server = new Server(threads);
    }

    @Override
    public void start() throws IOException {
        List<ConnectionFactory> factories = new ArrayList<>();
        HttpConnectionFactory http = new HttpConnectionFactory(configuration());
        if (settings.tls() != null) {
            SslContextFactory.Server tls = tls(settings.tls());
            certificate = PemFiles.certificate(tls.getKeyStore());
            factories.add(new SslConnectionFactory(tls, http.getProtocol()));
        }
        factories.add(http);
        ServerConnector listening =
                new ServerConnector(server, 1, 1, factories.toArray(ConnectionFactory[]::new));
        connector = listening;
        listening.setHost(settings.address().getAddress().getHostAddress());
        listening.setPort(settings.address().getPort());
        listening.setAcceptQueueSize(BACKLOG);
        listening.setIdleTimeout(limits.stall().toMillis());
        listening.addBean(new NetworkConnectionLimit(limits.connectionsMax(), listening));
        http.addBean(heads);
        try {
            listening.open();
            McpHandler entry =
                    new McpHandler(
                            new Names(address(), settings.names()),
                            callers,
                            streamable,
                            new SseEndpoint(protocol, limits, sessions, departures, work),
                            heads,
                            work,
                            limits);
            handler = entry;
            server.addConnector(listening);
            server.setHandler(entry);
            server.setErrorHandler(new ErrorAnswers());
            server.start();
        } catch (Exception failed) {
            throw new IOException(
                    "cannot listen at " + shown() + ": " + failed.getMessage(), failed);
        }
        subscription =
                protocol.onListChanged(
                        () -> sessions.all().forEach(HttpSession::announceChangedList));
        // The watch runs until close, which ends the executor itself.
        var _ =
                watch.scheduleWithFixedDelay(
                        this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
        LOG.atInfo().addKeyValue("address", shown()).log("listening");
    }

    /** Where it listens, for tests that leave the port open. */
    InetSocketAddress address() throws IOException {
        ServerConnector listening = connector;
        if (listening == null) {
            throw new IOException("not started");
        }
        return new InetSocketAddress(settings.address().getAddress(), listening.getLocalPort());
    }

    @Override
    public int sessions() {
        return sessions.count() + streamable.aloneCount();
    }

    @Override
    public void drain(Duration bound) throws InterruptedException {
        McpHandler entry = handler;
        ServerConnector listening = connector;
        if (entry == null || listening == null) {
            return;
        }
        entry.drain();
        listening.close();
        streamable.endListening();
        if (!work.endsWithin(bound)) {
            LOG.warn("calls still running {} ms after the end are taken back", bound.toMillis());
            sessions.all().forEach(each -> each.session().takeBack());
            streamable.takeBack();
            if (!work.endsWithin(LAST_GRACE)) {
                LOG.warn("left with calls that go on");
            }
        }
        sessions.all().forEach(HttpSession::hangUp);
    }

    @Override
    public void describe(ObjectNode status) {
        ObjectNode http = status.putObject("http");
        http.put("address", shown());
        http.put("tls", settings.tls() != null);
        http.put("behind_tls_proxy", settings.behindTlsProxy());
        if (settings.tls() != null && certificate instanceof X509Certificate served) {
            describe(settings.tls().certificate(), served, http.putObject("certificate"));
        }
        ServerConnector listening = connector;
        http.put("connections", listening == null ? 0 : listening.getConnectedEndPoints().size());
        ObjectNode counts = http.putObject("sessions");
        sessions.byPrincipal().forEach(counts::put);
    }

    private static void describe(Path file, X509Certificate served, ObjectNode certificate) {
        try {
            certificate.put("file", file.toAbsolutePath().toString());
            certificate.put("sha256", Digest.of(served.getEncoded()).hex());
            certificate.put("not_after", UtcTime.text(served.getNotAfter().toInstant()));
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException("it was read from its encoding", impossible);
        }
    }

    @Override
    public void close() {
        watch.shutdownNow();
        try {
            AutoCloseable told = subscription;
            if (told != null) {
                told.close();
            }
            server.stop();
        } catch (Exception failed) {
            LOG.warn("the listener did not stop cleanly", failed);
        }
    }

    private void look() {
        long now = System.nanoTime();
        try {
            departures.look();
            sessions.look(now);
            streamable.keepAlive(now - limits.keepAlive().toNanos());
            heads.look(now);
        } catch (RuntimeException bug) {
            // The watch goes on: what it bounds must stay bounded.
            LOG.error("looking at connections failed", bug);
        }
    }

    private String shown() {
        ServerConnector listening = connector;
        String host = settings.address().getAddress().getHostAddress();
        int port = listening == null ? 0 : listening.getLocalPort();
        return (host.contains(":") ? "[" + host + "]" : host)
                + ":"
                + (port > 0 ? port : settings.address().getPort());
    }

    private HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(HEAD_BYTES_MAX);
        // Else Jetty adds one that holds Host against the certificate. Ours is held against the
        // listener's names, and a client holds the certificate against what it asked for.
        if (settings.tls() != null) {
            configuration.addCustomizer(new SecureRequestCustomizer(false));
        }
        return configuration;
    }

    private static SslContextFactory.Server tls(HttpSettings.Tls files) throws IOException {
        SslContextFactory.Server context = new SslContextFactory.Server();
        context.setKeyStore(PemFiles.keyStore(files));
        context.setKeyStorePassword("");
        return context;
    }
}
