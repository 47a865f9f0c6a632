package dev.countergate.policy.catalogue;

import dev.countergate.policy.template.Template;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A read of a Prometheus server (HTTP API v1). */
public sealed interface PrometheusAction extends Action {
    /** The backend it reads. */
    BackendName backend();

    @Override
    default Set<BackendName> backends() {
        return Set.of(backend());
    }

    /**
     * A query at one point in time ({@code /api/v1/query}).
     *
     * @param time when, or null for now
     */
    record Instant(BackendName backend, Template query, @Nullable Template time)
            implements PrometheusAction {
        @Override
        public Set<String> parameters() {
            return Used.by(query, time);
        }
    }

    /**
     * A query over a window ({@code /api/v1/query_range}).
     *
     * @param step a duration, or null to have one chosen that fits the point budget
     */
    record Range(BackendName backend, Template query, Window window, @Nullable Template step)
            implements PrometheusAction {
        @Override
        public Set<String> parameters() {
            return Used.by(Stream.concat(Stream.of(query, step), window.templates()));
        }
    }

    /**
     * The series that match ({@code /api/v1/series}).
     *
     * @param match at least one selector
     */
    record Series(BackendName backend, List<Template> match, Window window)
            implements PrometheusAction {
        public Series {
            match = List.copyOf(match);
        }

        @Override
        public Set<String> parameters() {
            return Used.by(Stream.concat(match.stream(), window.templates()));
        }
    }

    /** The label names in use ({@code /api/v1/labels}). */
    record Labels(BackendName backend, List<Template> match, Window window)
            implements PrometheusAction {
        public Labels {
            match = List.copyOf(match);
        }

        @Override
        public Set<String> parameters() {
            return Used.by(Stream.concat(match.stream(), window.templates()));
        }
    }

    /**
     * The values of one label ({@code /api/v1/label/NAME/values}).
     *
     * @param label the label's name
     */
    record LabelValues(BackendName backend, Template label, List<Template> match, Window window)
            implements PrometheusAction {
        public LabelValues {
            match = List.copyOf(match);
        }

        @Override
        public Set<String> parameters() {
            return Used.by(
                    Stream.concat(
                            Stream.concat(Stream.of(label), match.stream()), window.templates()));
        }
    }

    /**
     * Type, help and unit of metrics ({@code /api/v1/metadata}).
     *
     * @param metric which one, or null for all
     */
    record Metadata(BackendName backend, @Nullable Template metric) implements PrometheusAction {
        @Override
        public Set<String> parameters() {
            return Used.by(Stream.of(metric));
        }
    }

    /**
     * The scrape targets ({@code /api/v1/targets}).
     *
     * @param state {@code active}, {@code dropped} or {@code any}, or null for active
     */
    record Targets(BackendName backend, @Nullable Template state) implements PrometheusAction {
        @Override
        public Set<String> parameters() {
            return Used.by(Stream.of(state));
        }
    }

    /**
     * The alerting and recording rules ({@code /api/v1/rules}).
     *
     * @param type {@code alert} or {@code record}, or null for both
     */
    record Rules(BackendName backend, @Nullable Template type) implements PrometheusAction {
        @Override
        public Set<String> parameters() {
            return Used.by(Stream.of(type));
        }
    }

    /** The alerts pending or firing ({@code /api/v1/alerts}). */
    record Alerts(BackendName backend) implements PrometheusAction {
        @Override
        public Set<String> parameters() {
            return Set.of();
        }
    }
}
