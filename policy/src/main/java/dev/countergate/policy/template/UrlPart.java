package dev.countergate.policy.template;

import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.secret.Secret;
import org.jspecify.annotations.Nullable;

/** A part of a URL, as written in the catalogue. */
sealed interface UrlPart {
    /**
     * Text that is not to change.
     *
     * @param text as written, not yet encoded
     * @param secret where it came from, or null when anybody may see it
     */
    record Fixed(String text, @Nullable Secret secret) implements UrlPart {}

    /**
     * A placeholder.
     *
     * @param spread whether it is {@code {+x}}, several segments
     */
    record Value(Parameter parameter, boolean spread) implements UrlPart {}
}
