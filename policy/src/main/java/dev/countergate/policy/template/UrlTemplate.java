package dev.countergate.policy.template;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.secret.SecretText;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * An absolute URL whose path and query may hold placeholders: {@code {x}} is one encoded segment or one query value,
 * {@code {+x}} several segments. Never the scheme, host or port.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class UrlTemplate {
    private UrlTemplate() {}

    /**
     * Parses a URL. Secret pieces of {@code text} are taken as values: braces inside them are never placeholders.
     *
     * @param text the URL with its environment values already put in
     */
    public static Checked<UrlTemplate> parse(SecretText text, Parameters declared) {
        throw dev.countergate.policy.call.Unwritten.yet();
    }

    /** Scheme, host and port. */
    public URI origin() {
        throw dev.countergate.policy.call.Unwritten.yet();
    }

    /** The names of the parameters its placeholders stand for. */
    public Set<String> parameters() {
        throw dev.countergate.policy.call.Unwritten.yet();
    }

    /**
     * The URL with its values put in and {@code query} appended, each of these replacing parameters of the same name.
     *
     * @param query by name; objects and arrays as compact JSON, null as {@code null}
     */
    public Checked<SecretText> render(Arguments arguments, Map<String, JsonNode> query) {
        throw dev.countergate.policy.call.Unwritten.yet();
    }
}
