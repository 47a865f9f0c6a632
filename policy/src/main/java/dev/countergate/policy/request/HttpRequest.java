package dev.countergate.policy.request;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.HttpAction;
import dev.countergate.policy.secret.SecretText;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request as it will stand on the wire, {@code Host}, {@code Content-Length} and connection headers aside.
 *
 * @param backend whose pool and limits it goes through
 * @param method in upper case
 * @param url absolute, encoded
 * @param headers the backend's and the tool's, in that order; the later of two of one name holds
 * @param body the exact text, or null for none
 * @param response what becomes of the answer
 * @param timeout of one attempt
 * @param retry what is tried again; none for a write
 */
public record HttpRequest(
        BackendName backend,
        String method,
        SecretText url,
        List<Backend.Header> headers,
        @Nullable String body,
        HttpAction.Response response,
        Duration timeout,
        HttpAction.Retry retry)
        implements Request {
    public HttpRequest {
        headers = List.copyOf(headers);
    }
}
