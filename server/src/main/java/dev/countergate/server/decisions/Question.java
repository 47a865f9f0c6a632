package dev.countergate.server.decisions;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.catalogue.Policy.Mode;
import dev.countergate.policy.catalogue.Tool;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A call to be decided, with what a backend and the store would say of it.
 *
 * @param tool that is called
 * @param arguments as an agent would give them
 * @param principal who calls
 * @param person who stands behind the principal, or null for nobody known
 * @param now the time of the decision
 * @param mode in place of the catalogue's, or null
 * @param frozen why changes are frozen where it acts, or null
 * @param attempts made so far, for each limit of the tool in the order of its guard; zero where there are fewer
 * @param targets that its resolution found, or null to take what its request names
 */
public record Question(
        Tool tool,
        JsonNode arguments,
        PrincipalId principal,
        @Nullable String person,
        Instant now,
        @Nullable Mode mode,
        @Nullable String frozen,
        List<Integer> attempts,
        @Nullable List<String> targets) {
    public Question {
        attempts = List.copyOf(attempts);
        targets = targets == null ? null : List.copyOf(targets);
    }
}
