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
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.FollowedClient;
import dev.countergate.server.backend.HeldAnswers;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.ReadFollower;
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
    private final ReadFollower follower;
    private final HeldAnswers held = new HeldAnswers();
    private final Pool<HttpBackend> http = new Pool<>();
    private final Pool<PrometheusClient> prometheus = new Pool<>();
    private final Pool<LokiClient> loki = new Pool<>();
    private final Pool<AlertmanagerClient> alertmanager = new Pool<>();
    private final Pool<SsmBackend> ssm = new Pool<>();

    /**
     * @param clock tells queries what "now" is
     * @param follower told what they answer
     */
    BackendClients(Clock clock, ReadFollower follower) {
        this.clock = clock;
        this.follower = follower;
    }

    /** Clients for every backend of {@code catalogue}. */
    Backends of(Catalogue catalogue) {
        Map<BackendName, BackendClient<HttpRequest>> httpClients = new HashMap<>();
        Map<BackendName, BackendClient<PrometheusRequest>> prometheusClients = new HashMap<>();
        Map<BackendName, BackendClient<LokiRequest>> lokiClients = new HashMap<>();
        Map<BackendName, BackendClient<AlertmanagerRequest.Read>> alertmanagerClients =
                new HashMap<>();
        Map<BackendName, BackendClient<SsmRequest>> ssmClients = new HashMap<>();
        Map<BackendName, ChangeClient> changes = new HashMap<>();
        for (Backend backend : catalogue.backends()) {
            BackendName name = backend.name();
            switch (backend) {
                case Backend.Http each -> {
                    switch (each.api()) {
                        case HTTP -> {
                            HttpBackend client =
                                    http.get(each, () -> new HttpBackend(transport(each)));
                            httpClients.put(name, followed(name, client));
                            changes.put(name, client.changes());
                        }
                        case PROMETHEUS ->
                                prometheusClients.put(
                                        name,
                                        followed(
                                                name,
                                                prometheus.get(
                                                        each,
                                                        () ->
                                                                new PrometheusClient(
                                                                        each,
                                                                        transport(each),
                                                                        clock))));
                        case LOKI ->
                                lokiClients.put(
                                        name,
                                        followed(
                                                name,
                                                loki.get(
                                                        each,
                                                        () ->
                                                                new LokiClient(
                                                                        each,
                                                                        transport(each),
                                                                        clock))));
                        case ALERTMANAGER -> {
                            AlertmanagerClient client =
                                    alertmanager.get(
                                            each,
                                            () -> new AlertmanagerClient(each, transport(each)));
                            alertmanagerClients.put(name, followed(name, client));
                            changes.put(name, client.changes());
                        }
                    }
                }
                case Backend.Ssm each -> {
                    SsmBackend client = ssm.get(each, () -> new SsmBackend(each));
                    ssmClients.put(name, followed(name, client));
                    changes.put(name, client.changes());
                }
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
                changes);
    }

    private <R extends Request> BackendClient<R> followed(
            BackendName name, BackendClient<R> client) {
        return FollowedClient.of(name, client, follower);
    }

    /** Lets go of the clients that {@code catalogue} has no backend for; running what it gives closes them. */
    Runnable withoutOthersThan(Catalogue catalogue) {
        List<BackendClient<?>> unused = new ArrayList<>();
        for (Pool<?> pool : List.of(http, prometheus, loki, alertmanager, ssm)) {
            unused.addAll(pool.removeOthersThan(catalogue.backends()));
        }
        return () -> unused.forEach(BackendClient::close);
    }

    private HttpTransport transport(Backend.Http backend) {
        return new HttpTransport(backend, Version.TEXT, held);
    }

    /** The clients of one kind, by the backend they were made for. */
    private static final class Pool<C extends BackendClient<?>> {
        private final Map<Backend, C> clients = new HashMap<>();

        C get(Backend backend, Supplier<C> open) {
            return clients.computeIfAbsent(backend, absent -> open.get());
        }

        List<C> removeOthersThan(Collection<Backend> kept) {
            List<C> removed = new ArrayList<>();
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
