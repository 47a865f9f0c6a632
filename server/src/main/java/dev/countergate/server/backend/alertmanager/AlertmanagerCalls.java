package dev.countergate.server.backend.alertmanager;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.template.Matcher;
import dev.countergate.server.backend.Form;
import dev.countergate.server.backend.HttpApi;
import dev.countergate.server.backend.WireRequest;
import java.util.List;

/** Makes HTTP requests of requests. */
final class AlertmanagerCalls {
    private final HttpApi api;

    AlertmanagerCalls(Backend.Http backend) {
        this.api = new HttpApi(backend, List.of());
    }

    /** The HTTP request that asks for {@code request}. */
    WireRequest call(AlertmanagerRequest.Read request) {
        return switch (request) {
            case AlertmanagerRequest.Alerts(_, AlertmanagerRequest.Filter filter) ->
                    api.get("/api/v2/alerts", form(filter));
            case AlertmanagerRequest.Groups(_, AlertmanagerRequest.Filter filter) ->
                    api.get("/api/v2/alerts/groups", form(filter));
            case AlertmanagerRequest.Silences(_, List<Matcher> matchers) ->
                    api.get("/api/v2/silences", matching(matchers));
            case AlertmanagerRequest.Status _ -> api.get("/api/v2/status", new Form());
        };
    }

    private static Form form(AlertmanagerRequest.Filter filter) {
        return matching(filter.matchers())
                .add("receiver", filter.receiver())
                .add("active", Boolean.toString(filter.active()))
                .add("silenced", Boolean.toString(filter.silenced()))
                .add("inhibited", Boolean.toString(filter.inhibited()));
    }

    private static Form matching(List<Matcher> matchers) {
        return new Form().addAll("filter", matchers.stream().map(Matcher::text).toList());
    }
}
