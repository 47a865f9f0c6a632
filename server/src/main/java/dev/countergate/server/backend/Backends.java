package dev.countergate.server.backend;

import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.request.CompositeRequest;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.request.LokiRequest;
import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.Reply;
import java.util.Map;

/**
 * The backends of a catalogue: brings each request to the client of the backend it names.
 *
 * @param http by name
 * @param composite for requests that span several HTTP backends
 * @param prometheus by name
 * @param loki by name
 * @param alertmanager by name
 * @param ssm by name
 * @param changes by name, of those backends that can be changed
 */
public record Backends(
        Map<BackendName, BackendClient<HttpRequest>> http,
        BackendClient<CompositeRequest> composite,
        Map<BackendName, BackendClient<PrometheusRequest>> prometheus,
        Map<BackendName, BackendClient<LokiRequest>> loki,
        Map<BackendName, BackendClient<AlertmanagerRequest.Read>> alertmanager,
        Map<BackendName, BackendClient<SsmRequest>> ssm,
        Map<BackendName, ChangeClient> changes) {
    public Backends {
        http = Map.copyOf(http);
        prometheus = Map.copyOf(prometheus);
        loki = Map.copyOf(loki);
        alertmanager = Map.copyOf(alertmanager);
        ssm = Map.copyOf(ssm);
        changes = Map.copyOf(changes);
    }

    /**
     * Has the backend that {@code request} names read what it asks for.
     *
     * @throws InterruptedException when the calling thread was interrupted
     */
    public Reply fetch(Request request, CallContext context) throws InterruptedException {
        return switch (request) {
            case HttpRequest each -> of(http, each.backend()).fetch(each, context);
            case CompositeRequest each -> composite.fetch(each, context);
            case PrometheusRequest each -> of(prometheus, each.backend()).fetch(each, context);
            case LokiRequest each -> of(loki, each.backend()).fetch(each, context);
            case AlertmanagerRequest.Read each ->
                    of(alertmanager, each.backend()).fetch(each, context);
            case AlertmanagerRequest.Change each ->
                    throw new IllegalArgumentException("not sent without approval: " + each);
            case SsmRequest each -> of(ssm, each.backend()).fetch(each, context);
        };
    }

    /**
     * Has the backend that {@code request} names send it once. Only HTTP requests are sent this way; another one here is
     * a bug.
     *
     * @throws InterruptedException when the calling thread was interrupted
     */
    public Reply send(Request request, CallContext context) throws InterruptedException {
        if (request instanceof HttpRequest each) {
            return of(http, each.backend()).send(each, context);
        }
        throw new IllegalArgumentException("not sent without approval: " + request);
    }

    /** What changes that backend. A backend that only reads has none, and no write tool reaches it. */
    public ChangeClient change(BackendName name) {
        ChangeClient client = changes.get(name);
        if (client == null) {
            throw new IllegalStateException("backend `" + name + "` is only read");
        }
        return client;
    }

    private static <R extends Request> BackendClient<R> of(
            Map<BackendName, BackendClient<R>> clients, BackendName name) {
        BackendClient<R> client = clients.get(name);
        if (client == null) {
            throw new IllegalStateException("no client for backend `" + name + "`");
        }
        return client;
    }
}
