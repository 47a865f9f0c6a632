package dev.countergate.policy.template;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.JsonText;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An absolute URL whose path and query may hold placeholders: {@code {x}} is one encoded segment or one query value,
 * {@code {+x}} several segments. Never the scheme, host or port. Otherwise it comes out byte for byte as mcp-http-tools
 * and the WHATWG URL standard have it.
 */
public final class UrlTemplate {
    private final UrlOrigin origin;
    private final UrlPath path;
    private final UrlQuery query;
    private final Set<String> parameters;

    private UrlTemplate(UrlOrigin origin, UrlPath path, UrlQuery query, Set<String> parameters) {
        this.origin = origin;
        this.path = path;
        this.query = query;
        this.parameters = Set.copyOf(parameters);
    }

    /**
     * Parses a URL. Secret pieces of {@code text} are taken as values: braces inside them are never placeholders. Scheme,
     * host and port are shown even where they came from a secret.
     *
     * @param text the URL with its environment values already put in
     */
    public static Checked<UrlTemplate> parse(SecretText text, Parameters declared) {
        List<Fault> faults = new ArrayList<>();
        UrlText url = UrlText.parse(text, declared, faults);
        int schemeEnd = url.find(0, ":");
        int originEnd = url.find(Math.min(schemeEnd + 3, url.length()), "/\\?#");
        for (Parameter parameter : url.slice(0, originEnd).parameters()) {
            faults.add(
                    new Fault(
                            parameter.name(),
                            "stands in the scheme, host or port of a URL",
                            "write these out; a call must not choose where it leads"));
        }
        int fragment = url.find(originEnd, "#");
        for (Parameter parameter : url.slice(fragment, url.length()).parameters()) {
            faults.add(
                    new Fault(
                            parameter.name(),
                            "stands after `#`, which is never sent",
                            "place it in the path or the query"));
        }
        UrlOrigin origin = faults.isEmpty() ? UrlOrigin.of(url).orElse(null) : null;
        if (origin == null) {
            return faults.isEmpty()
                    ? Checked.invalid(
                            new Fault(
                                    "",
                                    "is not an absolute http or https URL",
                                    "write one, such as `https://host:8080/path`"))
                    : Checked.invalid(faults);
        }
        int question = Math.min(url.find(origin.end(), "?"), fragment);
        UrlPath path = UrlPath.of(url.slice(origin.end(), question), faults);
        UrlQuery query = UrlQuery.of(url.slice(question, fragment), faults);
        Set<String> names = new LinkedHashSet<>();
        url.parameters().forEach(parameter -> names.add(parameter.name()));
        return faults.isEmpty()
                ? Checked.valid(new UrlTemplate(origin, path, query, names))
                : Checked.invalid(faults);
    }

    /** Scheme, host and port. */
    public URI origin() {
        return origin.uri();
    }

    /** The names of the parameters its placeholders stand for. */
    public Set<String> parameters() {
        return parameters;
    }

    /**
     * The places a call fills.
     *
     * @param query what {@link #render} is given to append
     */
    public List<UrlPlace> places(List<Parameter> query) {
        List<UrlPlace> places = new ArrayList<>(path.places());
        places.addAll(this.query.places(path.shape() + "?", query));
        return places;
    }

    /** Path and query with {@code {}} for every placeholder and {@code {secret NAME}} for every secret. */
    public String shape() {
        return path.shape() + "?" + query.shape();
    }

    /** The same for some parts; braces of theirs are encoded. */
    static String shape(List<UrlPart> parts) {
        StringBuilder shape = new StringBuilder();
        for (UrlPart part : parts) {
            switch (part) {
                case UrlPart.Fixed(String text, @Nullable Secret secret) ->
                        shape.append(
                                secret == null
                                        ? UrlEncoding.path(text)
                                        : "{secret " + secret.name() + "}");
                case UrlPart.Value(Parameter parameter, boolean spread) ->
                        shape.append(spread ? "{+}" : "{}");
            }
        }
        return shape.toString();
    }

    /** The placeholders among {@code parts}. */
    static List<UrlPlace> places(String where, List<UrlPart> parts) {
        List<UrlPlace> places = new ArrayList<>();
        for (UrlPart part : parts) {
            if (part instanceof UrlPart.Value(Parameter parameter, boolean spread)) {
                places.add(new UrlPlace(where, parameter, parts.size() == 1));
            }
        }
        return places;
    }

    /**
     * The URL with its values put in and {@code query} appended, each of these replacing parameters of the same name. An
     * absent optional is an empty text; a {@code .} or {@code ..} segment in any spelling is refused.
     *
     * @param query by name; objects and arrays as compact JSON, null as {@code null}
     */
    public Checked<SecretText> render(Arguments arguments, Map<String, JsonNode> query) {
        Filling filling = new Filling(arguments);
        UrlWriter url = new UrlWriter();
        url.add(origin.uri().getScheme() + "://");
        for (UrlPart part : origin.userinfo()) {
            if (part instanceof UrlPart.Fixed(String text, @Nullable Secret secret)) {
                url.add(UrlEncoding.path(text), secret);
            }
        }
        url.add(origin.userinfo().isEmpty() ? "" : "@").add(origin.uri().getRawAuthority());
        path.write(url, filling);
        this.query.write(url, query, filling);
        return filling.outcome(url.text());
    }

    /** A value as JavaScript's {@code String()} has it; an absent one is empty. */
    static String text(Parameter parameter, Filling filling) {
        JsonNode value = filling.value(parameter);
        return value == null ? "" : filling.wellFormed(parameter, JsonText.plain(value));
    }
}
