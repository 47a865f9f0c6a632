package dev.countergate.server.backend;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.secret.SecretText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What goes on the wire, {@code Host}, {@code Content-Length}, {@code Accept-Encoding} and connection headers aside.
 *
 * @param method in upper case
 * @param url absolute and encoded, on the backend's origin
 * @param headers in order; of two of one name the later holds
 * @param body sent as UTF-8, or null for none
 */
public record WireRequest(
        String method, SecretText url, List<Backend.Header> headers, @Nullable String body) {
    public WireRequest {
        headers = List.copyOf(headers);
    }

    /** A {@code GET}. */
    public static WireRequest get(SecretText url, List<Backend.Header> headers) {
        return new WireRequest("GET", url, headers, null);
    }
}
