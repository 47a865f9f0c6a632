package dev.countergate.server.config;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.CompositeAction;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.catalogue.HttpAction.Response;
import dev.countergate.policy.catalogue.HttpAction.Retry;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.template.BodyTemplate;
import dev.countergate.policy.template.UrlTemplate;
import dev.countergate.server.config.UrlReader.Url;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import dev.countergate.server.yaml.YamlValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code url} tools and composites of {@code requests}, in mcp-http-tools' terms and ours. */
final class HttpReader {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int RETRY_COUNT = 2;
    private static final String RETRY_BACKOFF_MILLIS = "250";

    private final Interpolation interpolation;
    private final UrlReader urls;
    private final Backends backends;
    private final Report report;

    HttpReader(Interpolation interpolation, UrlReader urls, Backends backends, Report report) {
        this.interpolation = interpolation;
        this.urls = urls;
        this.backends = backends;
        this.report = report;
    }

    /** A {@code url} tool's action; empty when it could not be read, which is then reported. */
    Optional<HttpAction> read(Block tool, Parameters declared) {
        Text url = tool.text("url");
        return url == null ? Optional.empty() : action(tool, url, declared, true);
    }

    /** A composite's action; empty when it could not be read, which is then reported. */
    Optional<CompositeAction> readComposite(Block tool) {
        Map<String, CompositeAction.Part> parts = new LinkedHashMap<>();
        for (Block request : tool.blocks("requests", ToolKeys.REQUEST)) {
            Parameters declared =
                    new ParametersReader(report).read(request.blocks("params", ToolKeys.PARAM));
            Text url = request.text("url");
            Text key = request.text("key");
            if (key != null && parts.containsKey(key.value())) {
                report.fault(
                        key.at(),
                        key.path(),
                        "another request has the key `" + key.value() + "`",
                        "give each its own");
            } else if (key != null && url != null) {
                action(request, url, declared, false)
                        .ifPresent(
                                action ->
                                        parts.put(
                                                key.value(),
                                                new CompositeAction.Part(key.value(), action)));
            }
        }
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of(new CompositeAction(List.copyOf(parts.values())));
    }

    private Optional<HttpAction> action(
            Block block, Text urlText, Parameters declared, boolean isTool) {
        String method = block.string("method", "GET").toUpperCase(Locale.ROOT);
        List<Backend.Header> headers = headers(block);
        Text bodyText = isTool ? placeOf(block, "body") : null;
        BodyTemplate body = bodyText == null ? null : body(block, bodyText, method, declared);
        Target target = target(block, urlText, isTool);
        addAuthorization(block, target == null ? null : target.authorization(), headers);
        Response response = response(block);
        Retry retry = retry(block);
        if (target == null) {
            return Optional.empty();
        }
        return new Templates(declared, report)
                .valid(UrlTemplate.parse(target.url(), declared), urlText)
                .map(
                        url ->
                                new HttpAction(
                                        target.backend(),
                                        method,
                                        url,
                                        headers,
                                        body,
                                        declared,
                                        response,
                                        Durations.of(block.text("timeout"), target.timeout()),
                                        retry,
                                        isTool ? idempotencyHeader(block) : null));
    }

    /** Where a request goes. */
    private record Target(
            BackendName backend,
            SecretText url,
            Duration timeout,
            @Nullable SecretText authorization) {}

    private @Nullable Target target(Block block, Text url, boolean isTool) {
        Text named = isTool ? block.text("backend") : null;
        if (named == null) {
            Optional<Url> read = urls.read(url);
            return read.map(
                            whole ->
                                    new Target(
                                            backends.ofOrigin(whole.origin()),
                                            whole.whole(),
                                            TIMEOUT,
                                            whole.authorization()))
                    .orElse(null);
        }
        Backend.Http backend = backends.http(named).orElse(null);
        if (backend == null) {
            return null;
        }
        if (!url.value().startsWith("/")) {
            report.fault(
                    url.at(),
                    url.path(),
                    "with a `backend` the url is a path",
                    "begin it with a slash, or leave the backend out");
            return null;
        }
        SecretText whole =
                SecretText.plain(backend.origin().toString())
                        .plus(backend.basePath())
                        .plus(urls.path(url));
        return new Target(backend.name(), whole, backend.limits().timeout(), null);
    }

    private List<Backend.Header> headers(Block block) {
        List<Backend.Header> headers = new ArrayList<>();
        block.textMembers("headers")
                .forEach(
                        (name, value) ->
                                headers.add(new Backend.Header(name, interpolation.header(value))));
        Lint.inlineSecrets(block.textMembers("headers"), report);
        return headers;
    }

    /** {@code headers} win over {@code auth} and over a user name in the URL, as in mcp-http-tools. */
    private void addAuthorization(
            Block block, @Nullable SecretText fromUrl, List<Backend.Header> headers) {
        Block auth = block.block("auth", ToolKeys.AUTH);
        Text variable = auth == null ? null : auth.text("bearer_env");
        boolean given =
                headers.stream()
                        .anyMatch(header -> header.name().equalsIgnoreCase("Authorization"));
        if (variable != null && !given) {
            Secret token = interpolation.variable(variable);
            headers.add(
                    new Backend.Header(
                            "Authorization",
                            SecretText.plain("Bearer ").plus(Interpolation.bare(token))));
        } else if (fromUrl != null && !given) {
            headers.add(new Backend.Header("Authorization", fromUrl));
        }
    }

    private Response response(Block block) {
        Block response = block.block("response", ToolKeys.RESPONSE);
        if (response == null) {
            return Response.TEXT;
        }
        boolean json = response.string("type", "text").equals("json");
        for (String key : List.of("path", "template")) {
            Text text = response.text(key);
            if (text != null && !json) {
                report.fault(
                        text.at(),
                        text.path(),
                        "needs `type: json`",
                        "give the type, or remove it");
            }
        }
        Text path = response.text("path");
        Text template = response.text("template");
        return new Response(
                json,
                path == null ? null : path.value(),
                template == null ? null : template.value());
    }

    private static Retry retry(Block block) {
        Block retry = block.block("retry", ToolKeys.RETRY);
        return retry == null
                ? Retry.NONE
                : new Retry(
                        retry.whole("count").orElse(RETRY_COUNT),
                        Durations.parse(retry.string("backoff_ms", RETRY_BACKOFF_MILLIS)));
    }

    private @Nullable BodyTemplate body(Block block, Text at, String method, Parameters declared) {
        if (method.equals("GET") || method.equals("HEAD")) {
            report.fault(
                    block.keyAt("body"),
                    block.path("body"),
                    "a " + method + " has no body",
                    "remove it, or give another method");
            return null;
        }
        return block.json("body")
                .flatMap(
                        tree ->
                                new Templates(declared, report)
                                        .valid(BodyTemplate.parse(tree, declared), at))
                .orElse(null);
    }

    private static @Nullable Text placeOf(Block block, String key) {
        YamlValue value = block.value(key);
        return value == null ? null : new Text("", value.at(), block.path(key));
    }

    private static @Nullable String idempotencyHeader(Block block) {
        Text text = block.text("idempotency_header");
        return text == null ? null : text.value();
    }
}
