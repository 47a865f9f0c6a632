package dev.countergate.policy.catalogue;

import dev.countergate.policy.template.Template;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A read of a Loki server (HTTP API v1). */
public sealed interface LokiAction extends Action {
    /** The backend it reads. */
    BackendName backend();

    @Override
    default Set<BackendName> backends() {
        return Set.of(backend());
    }

    /**
     * A log or metric query over a window ({@code /loki/api/v1/query_range}).
     *
     * @param limit how many entries over all streams together, 1 to 5,000, or null for 200
     * @param step a duration, metric queries only, or null to have one chosen
     * @param forward whether the oldest entries come first; the newest do otherwise
     */
    record Range(
            BackendName backend,
            Template query,
            Window window,
            @Nullable Template limit,
            @Nullable Template step,
            boolean forward)
            implements LokiAction {
        @Override
        public Set<String> parameters() {
            return Used.by(Stream.concat(Stream.of(query, limit, step), window.templates()));
        }
    }

    /**
     * A metric query at one point in time ({@code /loki/api/v1/query}).
     *
     * @param time when, or null for now
     */
    record Instant(BackendName backend, Template query, @Nullable Template time)
            implements LokiAction {
        @Override
        public Set<String> parameters() {
            return Used.by(query, time);
        }
    }

    /** The label names in use ({@code /loki/api/v1/labels}). */
    record Labels(BackendName backend, Window window) implements LokiAction {
        @Override
        public Set<String> parameters() {
            return Used.by(window.templates());
        }
    }

    /**
     * The values of one label ({@code /loki/api/v1/label/NAME/values}).
     *
     * @param selector only in streams that match it, or null
     */
    record LabelValues(
            BackendName backend, Template label, @Nullable Template selector, Window window)
            implements LokiAction {
        @Override
        public Set<String> parameters() {
            return Used.by(Stream.concat(Stream.of(label, selector), window.templates()));
        }
    }

    /**
     * The streams that match ({@code /loki/api/v1/series}).
     *
     * @param match at least one stream selector
     */
    record Series(BackendName backend, List<Template> match, Window window) implements LokiAction {
        public Series {
            match = List.copyOf(match);
        }

        @Override
        public Set<String> parameters() {
            return Used.by(Stream.concat(match.stream(), window.templates()));
        }
    }

    /** How much a selector would read ({@code /loki/api/v1/index/stats}). */
    record Stats(BackendName backend, Template selector, Window window) implements LokiAction {
        @Override
        public Set<String> parameters() {
            return Used.by(Stream.concat(Stream.of(selector), window.templates()));
        }
    }
}
