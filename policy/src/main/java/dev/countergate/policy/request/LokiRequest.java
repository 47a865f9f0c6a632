package dev.countergate.policy.request;

import dev.countergate.policy.catalogue.BackendName;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rendered read of a Loki server (HTTP API v1). Components as in {@code LokiAction}. */
public sealed interface LokiRequest extends Request {
    /** The backend it reads. */
    BackendName backend();

    /** {@code /loki/api/v1/query_range}. */
    record Range(
            BackendName backend,
            String query,
            Span span,
            @Nullable Integer limit,
            @Nullable Duration step,
            boolean forward)
            implements LokiRequest {}

    /** {@code /loki/api/v1/query}. */
    record Instant(BackendName backend, String query, java.time.@Nullable Instant time)
            implements LokiRequest {}

    /** {@code /loki/api/v1/labels}. */
    record Labels(BackendName backend, Span span) implements LokiRequest {}

    /** {@code /loki/api/v1/label/NAME/values}. */
    record LabelValues(BackendName backend, String label, @Nullable String selector, Span span)
            implements LokiRequest {}

    /** {@code /loki/api/v1/series}. */
    record Series(BackendName backend, List<String> match, Span span) implements LokiRequest {
        public Series {
            match = List.copyOf(match);
        }
    }

    /** {@code /loki/api/v1/index/stats}. */
    record Stats(BackendName backend, String selector, Span span) implements LokiRequest {}
}
