package dev.countergate.policy.request;

import dev.countergate.policy.catalogue.BackendName;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rendered read of a Prometheus server (HTTP API v1). Components as in {@code PrometheusAction}. */
public sealed interface PrometheusRequest extends Request {
    /** The backend it reads. */
    BackendName backend();

    /** {@code /api/v1/query}. */
    record Instant(BackendName backend, String query, java.time.@Nullable Instant time)
            implements PrometheusRequest {}

    /** {@code /api/v1/query_range}. */
    record Range(BackendName backend, String query, Span span, @Nullable Duration step)
            implements PrometheusRequest {}

    /** {@code /api/v1/series}. */
    record Series(BackendName backend, List<String> match, Span span) implements PrometheusRequest {
        public Series {
            match = List.copyOf(match);
        }
    }

    /** {@code /api/v1/labels}. */
    record Labels(BackendName backend, List<String> match, Span span) implements PrometheusRequest {
        public Labels {
            match = List.copyOf(match);
        }
    }

    /** {@code /api/v1/label/NAME/values}. */
    record LabelValues(BackendName backend, String label, List<String> match, Span span)
            implements PrometheusRequest {
        public LabelValues {
            match = List.copyOf(match);
        }
    }

    /** {@code /api/v1/metadata}. */
    record Metadata(BackendName backend, @Nullable String metric) implements PrometheusRequest {}

    /** {@code /api/v1/targets}. */
    record Targets(BackendName backend, @Nullable String state) implements PrometheusRequest {}

    /** {@code /api/v1/rules}. */
    record Rules(BackendName backend, @Nullable String type) implements PrometheusRequest {}

    /** {@code /api/v1/alerts}. */
    record Alerts(BackendName backend) implements PrometheusRequest {}
}
