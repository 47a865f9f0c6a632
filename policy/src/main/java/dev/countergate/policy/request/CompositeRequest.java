package dev.countergate.policy.request;

import java.util.List;

/**
 * Several HTTP requests made side by side.
 *
 * @param parts in the order of the catalogue, keys distinct
 */
public record CompositeRequest(List<Part> parts) implements Request {
    public CompositeRequest {
        parts = List.copyOf(parts);
    }

    /**
     * One of the requests.
     *
     * @param key of its answer in the result
     * @param request the request
     */
    public record Part(String key, HttpRequest request) {}
}
