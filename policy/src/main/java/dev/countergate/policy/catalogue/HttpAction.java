package dev.countergate.policy.catalogue;

import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.template.BodyTemplate;
import dev.countergate.policy.template.UrlTemplate;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
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
    private static final Pattern CHANGE =
            Pattern.compile(
                    "(?i).*[/_.-](?:delete|remove|restart|reboot|reset|stop|start|kill|terminate|drain|cordon|scale|deploy|rollback|create|update|disable|enable|trigger|execute|purge|flush|shutdown|quit|reload)(?:[/_.?-].*|$)");

    public HttpAction {
        headers = List.copyOf(headers);
        if (!method.equals(method.toUpperCase(Locale.ROOT))) {
            throw new IllegalArgumentException("a method is in upper case: `" + method + "`");
        }
    }

    /** Whether the method only reads, as HTTP has it (RFC 9110 section 9.2.1). */
    public boolean hasSafeMethod() {
        return method.equals("GET") || method.equals("HEAD");
    }

    /** Whether the path of {@code url}, as written, names something that changes the world, whatever its method. */
    public static boolean soundsLikeAChange(String url) {
        int query = url.indexOf('?');
        return CHANGE.matcher(query < 0 ? url : url.substring(0, query)).matches();
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
