package dev.countergate.policy.catalogue;

import dev.countergate.policy.template.MatcherTemplate;
import dev.countergate.policy.template.Template;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A read or a change at an Alertmanager (API v2). */
public sealed interface AlertmanagerAction extends Action {
    /** The backend it reaches. */
    BackendName backend();

    @Override
    default Set<BackendName> backends() {
        return Set.of(backend());
    }

    /**
     * Which alerts to list.
     *
     * @param matchers all of which must match; may be empty
     * @param receiver a regular expression over receivers' names, or null
     * @param active whether active alerts are listed
     * @param silenced whether silenced ones are
     * @param inhibited whether inhibited ones are
     */
    record Filter(
            List<MatcherTemplate> matchers,
            @Nullable Template receiver,
            boolean active,
            boolean silenced,
            boolean inhibited) {
        /** Every alert. */
        public static final Filter ALL = new Filter(List.of(), null, true, true, true);

        public Filter {
            matchers = List.copyOf(matchers);
        }

        Set<String> parameters() {
            return union(matchers, Stream.of(receiver));
        }
    }

    /** The alerts ({@code GET /alerts}). */
    record Alerts(BackendName backend, Filter filter) implements AlertmanagerAction {
        @Override
        public Set<String> parameters() {
            return filter.parameters();
        }
    }

    /** The alerts by group ({@code GET /alerts/groups}). */
    record Groups(BackendName backend, Filter filter) implements AlertmanagerAction {
        @Override
        public Set<String> parameters() {
            return filter.parameters();
        }
    }

    /** The silences ({@code GET /silences}). */
    record Silences(BackendName backend, List<MatcherTemplate> matchers)
            implements AlertmanagerAction {
        public Silences {
            matchers = List.copyOf(matchers);
        }

        @Override
        public Set<String> parameters() {
            return union(matchers, Stream.of());
        }
    }

    /** Version, uptime and cluster ({@code GET /status}); never the configuration's text. */
    record Status(BackendName backend) implements AlertmanagerAction {
        @Override
        public Set<String> parameters() {
            return Set.of();
        }
    }

    /**
     * A new silence ({@code POST /silences}).
     *
     * @param matchers at least one
     * @param duration how long, from the moment of the proposal
     * @param comment why
     */
    record Silence(
            BackendName backend,
            List<MatcherTemplate> matchers,
            Template duration,
            Template comment)
            implements AlertmanagerAction {
        public Silence {
            matchers = List.copyOf(matchers);
        }

        @Override
        public Set<String> parameters() {
            return union(matchers, Stream.of(duration, comment));
        }
    }

    /**
     * The end of a silence ({@code DELETE /silence/ID}).
     *
     * @param id the silence's UUID
     */
    record Expire(BackendName backend, Template id) implements AlertmanagerAction {
        @Override
        public Set<String> parameters() {
            return Used.by(id);
        }
    }

    private static Set<String> union(
            List<MatcherTemplate> matchers, Stream<? extends @Nullable Template> others) {
        Stream<String> inMatchers =
                matchers.stream().flatMap(matcher -> matcher.parameters().stream());
        return Stream.concat(inMatchers, Used.by(others).stream())
                .collect(Collectors.toUnmodifiableSet());
    }
}
