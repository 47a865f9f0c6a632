package dev.countergate.policy.catalogue;

import dev.countergate.policy.template.Template;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The parameters that templates use. */
final class Used {
    private Used() {}

    static Set<String> by(@Nullable Template... templates) {
        return by(Stream.of(templates));
    }

    static Set<String> by(Stream<? extends @Nullable Template> templates) {
        return templates
                .flatMap(
                        template ->
                                template == null ? Stream.empty() : template.parameters().stream())
                .collect(Collectors.toUnmodifiableSet());
    }
}
