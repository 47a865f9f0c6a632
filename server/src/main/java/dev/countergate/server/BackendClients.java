package dev.countergate.server;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.request.LokiRequest;
import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.server.backend.BackendClient;
import dev.countergate.server.backend.Backends;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.alertmanager.AlertmanagerClient;
import dev.countergate.server.backend.http.CompositeBackend;
import dev.countergate.server.backend.http.HttpBackend;
import dev.countergate.server.backend.loki.LokiClient;
import dev.countergate.server.backend.prometheus.PrometheusClient;
import dev.countergate.server.backend.ssm.SsmBackend;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The clients of the backends being served. Another catalogue keeps those whose backend stayed the same to the letter,
 * with their open connections. Confined to whoever loads catalogues: one call at a time.
 */
final class BackendClients {
    private final Clock clock;
    private final Pool<HttpRequest> http = new Pool<>();
    private final Pool<PrometheusRequest> prometheus = new Pool<>();
    private final Pool<LokiRequest> loki = new Pool<>();
    private final Pool<AlertmanagerRequest.Read> alertmanager = new Pool<>();
    private final Pool<SsmRequest> ssm = new Pool<>();

    /**
     * @param clock tells queries what "now" is
     */
    BackendClients(Clock clock) {
        this.clock = clock;
    }

    /** Clients for every backend of {@code catalogue}. */
    Backends of(Catalogue catalogue) {
        Map<BackendName, BackendClient<HttpRequest>> httpClients = new HashMap<>();
        Map<BackendName, BackendClient<PrometheusRequest>> prometheusClients = new HashMap<>();
        Map<BackendName, BackendClient<LokiRequest>> lokiClients = new HashMap<>();
        Map<BackendName, BackendClient<AlertmanagerRequest.Read>> alertmanagerClients =
                new HashMap<>();
        Map<BackendName, BackendClient<SsmRequest>> ssmClients = new HashMap<>();
        for (Backend backend : catalogue.backends()) {
            BackendName name = backend.name();
            switch (backend) {
                case Backend.Http each -> {
                    switch (each.api()) {
                        case HTTP ->
                                httpClients.put(
                                        name,
                                        http.get(each, () -> new HttpBackend(transport(each))));
                        case PROMETHEUS ->
                                prometheusClients.put(
                                        name,
                                        prometheus.get(
                                                each,
                                                () ->
                                                        new PrometheusClient(
                                                                each, transport(each), clock)));
                        case LOKI ->
                                lokiClients.put(
                                        name,
                                        loki.get(
                                                each,
                                                () ->
                                                        new LokiClient(
                                                                each, transport(each), clock)));
                        case ALERTMANAGER ->
                                alertmanagerClients.put(
                                        name,
                                        alertmanager.get(
                                                each,
                                                () ->
                                                        new AlertmanagerClient(
                                                                each, transport(each))));
                    }
                }
                case Backend.Ssm each ->
                        ssmClients.put(name, ssm.get(each, () -> new SsmBackend(each)));
            }
        }
        CompositeBackend composite =
                new CompositeBackend(
                        name -> {
                            BackendClient<HttpRequest> client = httpClients.get(name);
                            if (client == null) {
                                throw new IllegalStateException(
                                        "no client for backend `" + name + "`");
                            }
                            return client;
                        });
        return new Backends(
                httpClients,
                composite,
                prometheusClients,
                lokiClients,
                alertmanagerClients,
                ssmClients,
                Map.of());
    }

    /** Lets go of the clients that {@code catalogue} has no backend for; running what it gives closes them. */
    Runnable withoutOthersThan(Catalogue catalogue) {
        List<BackendClient<?>> unused = new ArrayList<>();
        for (Pool<?> pool : List.of(http, prometheus, loki, alertmanager, ssm)) {
            unused.addAll(pool.removeOthersThan(catalogue.backends()));
        }
        return () -> unused.forEach(BackendClient::close);
    }

    private static HttpTransport transport(Backend.Http backend) {
        return new HttpTransport(backend, Version.TEXT);
    }

    /** The clients of one kind, by the backend they were made for. */
    private static final class Pool<R extends Request> {
        private final Map<Backend, BackendClient<R>> clients = new HashMap<>();

        BackendClient<R> get(Backend backend, Supplier<BackendClient<R>> open) {
            return clients.computeIfAbsent(backend, absent -> open.get());
        }

        List<BackendClient<R>> removeOthersThan(Collection<Backend> kept) {
            List<BackendClient<R>> removed = new ArrayList<>();
            clients.entrySet()
                    .removeIf(
                            each -> {
                                boolean unused = !kept.contains(each.getKey());
                                if (unused) {
                                    removed.add(each.getValue());
                                }
                                return unused;
                            });
            return removed;
        }
    }
}
