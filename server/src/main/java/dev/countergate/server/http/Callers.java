package dev.countergate.server.http;

import dev.countergate.policy.call.PrincipalId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whose a bearer token is. Thread safe. */
@FunctionalInterface
public interface Callers {
    /**
     * The principal that {@code token} names.
     *
     * @param token as it was sent, or null where none was
     * @return empty when it names nobody
     */
    Optional<PrincipalId> of(@Nullable String token);
}
