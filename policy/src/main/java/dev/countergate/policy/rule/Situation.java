package dev.countergate.policy.rule;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.parameter.Arguments;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * All that a decision looks at; rules see neither usage nor freeze.
 *
 * @param tool the tool called
 * @param arguments as bound
 * @param facts about the request it makes; of a write, about the resolved one
 * @param principal who calls
 * @param person who stands behind the principal, or null when not known
 * @param environment where it acts, or empty when not known
 * @param now the time of the decision
 * @param usage attempts made so far, counted for every key of {@link Usage#keys}
 * @param frozen why nothing may be written there now, or null when it may
 */
public record Situation(
        Tool tool,
        Arguments arguments,
        Facts facts,
        PrincipalId principal,
        @Nullable String person,
        String environment,
        Instant now,
        Usage usage,
        @Nullable String frozen) {}
