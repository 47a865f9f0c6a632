package dev.countergate.policy.catalogue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Several HTTP requests made side by side, their answers in one object.
 *
 * @param parts at least one, keys distinct
 */
public record CompositeAction(List<Part> parts) implements Action {
    public CompositeAction {
        parts = List.copyOf(parts);
    }

    @Override
    public Set<String> parameters() {
        return parts.stream()
                .flatMap(part -> part.action().parameters().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Set<BackendName> backends() {
        return parts.stream()
                .map(part -> part.action().backend())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * One of the requests.
     *
     * @param key of its answer in the result
     * @param action the request
     */
    public record Part(String key, HttpAction action) {}
}
