package dev.countergate.policy.catalogue;

import dev.countergate.policy.parameter.JsonText;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.template.BodyTemplate;
import dev.countergate.policy.template.UrlPlace;
import dev.countergate.policy.template.UrlTemplate;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request, in mcp-http-tools' terms and ours.
 *
 * <p>A declared parameter that neither the URL nor the body consumes is sent all the same: as a query parameter with
 * GET and HEAD, as a member of a JSON object otherwise.
 *
 * @param backend where it goes; its origin is the URL's
 * @param method in upper case
 * @param url with its placeholders
 * @param headers static ones, the backend's not among them
 * @param body a tree with placeholders at its leaves, or null for an object of the unconsumed parameters
 * @param declared the parameters this request may send: the tool's, or in a composite the part's own
 * @param response what becomes of the answer
 * @param timeout of one attempt
 * @param retry what is tried again; honoured for reads only
 * @param idempotencyHeader the header that carries a write's attempt id, or null
 */
public record HttpAction(
        BackendName backend,
        String method,
        UrlTemplate url,
        List<Backend.Header> headers,
        @Nullable BodyTemplate body,
        Parameters declared,
        Response response,
        Duration timeout,
        Retry retry,
        @Nullable String idempotencyHeader)
        implements Action {
    public HttpAction {
        headers = List.copyOf(headers);
        if (!method.equals(method.toUpperCase(Locale.ROOT))) {
            throw new IllegalArgumentException("a method is in upper case: `" + method + "`");
        }
    }

    /** The requests of {@code action} in these terms, in order; none of one in a backend's own. */
    public static List<HttpAction> of(Action action) {
        return switch (action) {
            case HttpAction http -> List.of(http);
            case CompositeAction composite ->
                    composite.parts().stream().map(CompositeAction.Part::action).toList();
            case PrometheusAction _, LokiAction _, AlertmanagerAction _, SsmAction _ -> List.of();
        };
    }

    /** Whether the method only reads, as HTTP has it (RFC 9110 section 9.2.1). */
    public boolean hasSafeMethod() {
        return method.equals("GET") || method.equals("HEAD");
    }

    /** The places in its URL, what is appended to the query among them, that a call fills. */
    public List<UrlPlace> places() {
        return url.places(
                hasSafeMethod()
                        ? declared.list().stream()
                                .filter(parameter -> !isConsumed(parameter.name()))
                                .toList()
                        : List.of());
    }

    /**
     * Whether its URL, or a value that a parameter may take word by word, names something that changes the world. A hint
     * only, whatever it says.
     */
    public boolean namesAChange() {
        return ChangeWords.inUrl(url.shape())
                || declared.list().stream()
                        .flatMap(parameter -> parameter.allowed().stream())
                        .anyMatch(value -> ChangeWords.inText(JsonText.plain(value)));
    }

    /** Whether the URL or the body has a place for that parameter. */
    public boolean isConsumed(String parameter) {
        return url.parameters().contains(parameter)
                || (body != null && body.parameters().contains(parameter));
    }

    @Override
    public Set<String> parameters() {
        return new HashSet<>(declared.names());
    }

    @Override
    public Set<BackendName> backends() {
        return Set.of(backend);
    }

    /**
     * What becomes of a 2xx answer.
     *
     * @param json whether it is parsed
     * @param path dotted path to the part that is passed on, or null; JSON only
     * @param template text with {@code {path}} markers resolved against that part, or null; JSON only
     */
    public record Response(boolean json, @Nullable String path, @Nullable String template) {
        /** The body as it came. */
        public static final Response TEXT = new Response(false, null, null);
    }

    /**
     * What is tried again: timeouts, network errors, 408, 429, 500, 502, 503, 504.
     *
     * @param count attempts after the first
     * @param backoff before the first of these; doubles each time
     */
    public record Retry(int count, Duration backoff) {
        /** One attempt. */
        public static final Retry NONE = new Retry(0, Duration.ZERO);
    }
}
