package dev.countergate.policy.catalogue;

import dev.countergate.policy.template.Template;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The span of time a query looks at. With neither end given it ends now; {@code since} is how far it reaches back from
 * its end.
 *
 * @param since a duration, or null
 * @param start a time, or null; never together with {@code since}
 * @param end a time, or null
 */
public record Window(@Nullable Template since, @Nullable Template start, @Nullable Template end) {
    /** No bounds given: the backend's defaults hold. */
    public static final Window OPEN = new Window(null, null, null);

    Stream<@Nullable Template> templates() {
        return Stream.of(since, start, end);
    }
}
