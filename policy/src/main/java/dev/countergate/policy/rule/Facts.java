package dev.countergate.policy.rule;

import dev.countergate.policy.catalogue.Action;
import dev.countergate.policy.catalogue.AlertmanagerAction;
import dev.countergate.policy.catalogue.CompositeAction;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.LokiAction;
import dev.countergate.policy.catalogue.PrometheusAction;
import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.request.CompositeRequest;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.request.LokiRequest;
import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.request.SsmRequest;
import java.util.List;

/**
 * What a rule may know of a request; what does not apply is empty.
 *
 * @param kind {@code http}, {@code composite}, {@code prometheus}, {@code loki}, {@code alertmanager}, {@code ssm}
 * @param method of an HTTP request
 * @param host of an HTTP request, with its port where the URL gives one
 * @param path of an HTTP request, secrets as {@code [secret NAME]}
 * @param document of an SSM request
 * @param targets the instances of an SSM request, sorted
 */
public record Facts(
        String kind,
        String method,
        String host,
        String path,
        String document,
        List<String> targets) {
    public Facts {
        targets = targets.stream().sorted().toList();
    }

    /** What a rule may know of {@code request}. */
    public static Facts of(Request request) {
        return switch (request) {
            case HttpRequest http -> ofHttp(http);
            case CompositeRequest composite -> plain("composite");
            case PrometheusRequest prometheus -> plain("prometheus");
            case LokiRequest loki -> plain("loki");
            case AlertmanagerRequest alertmanager -> plain("alertmanager");
            case SsmRequest ssm -> ofSsm(ssm);
        };
    }

    /** These facts with the targets its resolution found. */
    public Facts withTargets(List<String> resolved) {
        return new Facts(kind, method, host, path, document, resolved);
    }

    /** The kind of every request {@code action} makes. */
    static String kind(Action action) {
        return switch (action) {
            case HttpAction http -> "http";
            case CompositeAction composite -> "composite";
            case PrometheusAction prometheus -> "prometheus";
            case LokiAction loki -> "loki";
            case AlertmanagerAction alertmanager -> "alertmanager";
            case SsmAction ssm -> "ssm";
        };
    }

    /** The facts that can be other than empty in a request {@code action} makes; the rest always is. */
    static List<String> varying(Action action) {
        return switch (action) {
            case HttpAction http -> List.of("method", "host", "path");
            case SsmAction ssm -> List.of("document", "targets");
            case CompositeAction composite -> List.of();
            case PrometheusAction prometheus -> List.of();
            case LokiAction loki -> List.of();
            case AlertmanagerAction alertmanager -> List.of();
        };
    }

    /** Facts of a request of which nothing but its kind is known to rules. */
    static Facts plain(String kind) {
        return new Facts(kind, "", "", "", "", List.of());
    }

    /** Secrets stand only behind the first slash or question mark, so what precedes it is the authority. */
    private static Facts ofHttp(HttpRequest request) {
        String rest = request.url().toString();
        rest = rest.substring(rest.indexOf("://") + 3);
        int query = rest.indexOf('?');
        String beforeQuery = query < 0 ? rest : rest.substring(0, query);
        int slash = beforeQuery.indexOf('/');
        String host = slash < 0 ? beforeQuery : beforeQuery.substring(0, slash);
        String path = slash < 0 ? "" : beforeQuery.substring(slash);
        return new Facts("http", request.method(), host, path, "", List.of());
    }

    private static Facts ofSsm(SsmRequest request) {
        return switch (request) {
            case SsmRequest.Commands(
                            var backend,
                            SsmRequest.Targets(var instances, var tags),
                            var commands,
                            var run) ->
                    new Facts("ssm", "", "", "", "AWS-RunShellScript", instances);
            case SsmRequest.Document(
                            var backend,
                            SsmRequest.Targets(var instances, var tags),
                            var document,
                            var version,
                            var values,
                            var run) ->
                    new Facts("ssm", "", "", "", document, instances);
            case SsmRequest.Automation automation ->
                    new Facts("ssm", "", "", "", automation.document(), List.of());
            case SsmRequest.Invocation invocation ->
                    new Facts("ssm", "", "", "", "", List.of(invocation.instance()));
            case SsmRequest.Inventory inventory ->
                    new Facts("ssm", "", "", "", "", inventory.targets().instances());
            case SsmRequest.StoreParameter parameter -> plain("ssm");
            case SsmRequest.StoreParameters parameters -> plain("ssm");
        };
    }
}
