package dev.countergate.policy.request;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.CompositeAction;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.parameter.JsonText;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.template.BodyTemplate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Renders {@code url} tools: what no placeholder consumed goes into the query or the body, as mcp-http-tools has it. */
final class HttpRendering {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Backend.Header JSON_CONTENT =
            new Backend.Header("Content-Type", SecretText.plain("application/json"));

    private final Values values;
    private final Effect effect;
    private final Function<BackendName, Backend> backends;

    HttpRendering(Values values, Effect effect, Function<BackendName, Backend> backends) {
        this.values = values;
        this.effect = effect;
        this.backends = backends;
    }

    CompositeRequest render(CompositeAction action) {
        return new CompositeRequest(
                action.parts().stream()
                        .map(part -> new CompositeRequest.Part(part.key(), render(part.action())))
                        .toList());
    }

    HttpRequest render(HttpAction action) {
        boolean inQuery = action.hasSafeMethod();
        Map<String, JsonNode> left = unconsumed(action);
        SecretText url =
                values.take(
                        action.url().render(values.arguments(), inQuery ? left : Map.of()),
                        SecretText.plain(""));
        String body = body(action.body(), inQuery ? Map.of() : left, inQuery);
        List<Backend.Header> headers = new ArrayList<>();
        if (backends.apply(action.backend()) instanceof Backend.Http backend) {
            headers.addAll(backend.headers());
        }
        headers.addAll(action.headers());
        boolean saysContent =
                headers.stream().anyMatch(header -> header.name().equalsIgnoreCase("Content-Type"));
        if (body != null && !saysContent) {
            headers.add(JSON_CONTENT);
        }
        return new HttpRequest(
                action.backend(),
                action.method(),
                url,
                headers,
                body,
                action.response(),
                action.timeout(),
                effect == Effect.READ ? action.retry() : HttpAction.Retry.NONE);
    }

    /** The values of declared parameters that stand nowhere else, in the order of declaration; null is a value. */
    private Map<String, JsonNode> unconsumed(HttpAction action) {
        Map<String, JsonNode> left = new LinkedHashMap<>();
        for (Parameter parameter : action.declared().list()) {
            String name = parameter.name();
            JsonNode value = values.arguments().value(name).orElse(parameter.defaultValue());
            if (value == null && parameter.required()) {
                values.note(new Fault(name, "is required", "give it"));
            }
            if (value != null && !action.isConsumed(name)) {
                left.put(name, value);
            }
        }
        return left;
    }

    private @Nullable String body(
            @Nullable BodyTemplate template, Map<String, JsonNode> left, boolean isSafeMethod) {
        if (template == null && isSafeMethod) {
            return null;
        }
        JsonNode tree =
                template == null
                        ? JSON.objectNode()
                        : values.take(template.render(values.arguments()), JSON.objectNode());
        if (!left.isEmpty()) {
            if (!(tree instanceof ObjectNode object)) {
                left.keySet()
                        .forEach(
                                name ->
                                        values.note(
                                                new Fault(
                                                        name,
                                                        "has no place in a body that is no object",
                                                        "place it in the body or the URL")));
                return null;
            }
            left.forEach(object::set);
        }
        return JsonText.compact(tree);
    }
}
