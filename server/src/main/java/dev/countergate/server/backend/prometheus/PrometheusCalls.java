package dev.countergate.server.backend.prometheus;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.server.backend.BackendTime;
import dev.countergate.server.backend.BoundedRows;
import dev.countergate.server.backend.Form;
import dev.countergate.server.backend.HttpApi;
import dev.countergate.server.backend.SeriesReader;
import dev.countergate.server.backend.TimeRange;
import dev.countergate.server.backend.WireRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes HTTP requests of requests that {@link PrometheusChecks} found no fault with. What may be long travels in a form;
 * the server's limit on results is asked for too, but only 3.x heeds it.
 */
final class PrometheusCalls {
    /** How far a range query reaches back that does not say; Prometheus has no default. */
    static final Duration RANGE_DEFAULT = Duration.ofHours(1);

    private static final String SERIES_MAX = Integer.toString(SeriesReader.SERIES_MAX);
    private static final String ROWS_MAX = Integer.toString(BoundedRows.ROWS_MAX);
    private static final Duration QUERY_MIN = Duration.ofMillis(1);

    private final HttpApi api;

    PrometheusCalls(Backend.Http backend) {
        this.api = new HttpApi(backend, List.of());
    }

    /** How long the server may evaluate where {@code left} is left for the whole call: nine tenths of it, at least 1 ms. */
    static Duration queryMax(Duration left) {
        Duration most = left.multipliedBy(9).dividedBy(10);
        return most.compareTo(QUERY_MIN) < 0 ? QUERY_MIN : Duration.ofMillis(most.toMillis());
    }

    /**
     * The HTTP request that asks for {@code request}.
     *
     * @param queryMax how long the server may evaluate a query
     */
    WireRequest call(PrometheusRequest request, Instant now, Duration queryMax) {
        return switch (request) {
            case PrometheusRequest.Instant(_, String query, Instant time) ->
                    api.post(
                            "/api/v1/query",
                            new Form()
                                    .add("query", query)
                                    .add("time", secondsOrOpen(time))
                                    .add("timeout", queryMax.toMillis() + "ms")
                                    .add("limit", SERIES_MAX));
            case PrometheusRequest.Range range -> range(range, now, queryMax);
            case PrometheusRequest.Series(_, List<String> match, Span span) ->
                    api.post("/api/v1/series", matching(match, span, now));
            case PrometheusRequest.Labels(_, List<String> match, Span span) ->
                    api.post("/api/v1/labels", matching(match, span, now));
            case PrometheusRequest.LabelValues(_, String label, List<String> match, Span span) ->
                    api.get(
                            "/api/v1/label/" + Form.segment(label) + "/values",
                            matching(match, span, now));
            case PrometheusRequest.Metadata(_, String metric) ->
                    api.get(
                            "/api/v1/metadata",
                            new Form().add("metric", metric).add("limit", ROWS_MAX));
            case PrometheusRequest.Targets(_, String state) ->
                    api.get(
                            "/api/v1/targets",
                            new Form().add("state", state == null ? "active" : state));
            case PrometheusRequest.Rules(_, String type) ->
                    api.get("/api/v1/rules", new Form().add("type", type));
            case PrometheusRequest.Alerts _ -> api.get("/api/v1/alerts", new Form());
        };
    }

    private WireRequest range(PrometheusRequest.Range range, Instant now, Duration queryMax) {
        TimeRange.Closed closed = TimeRange.of(range.span(), now).closed(now, RANGE_DEFAULT);
        Duration step = range.step() == null ? Steps.choose(closed.length()) : range.step();
        return api.post(
                "/api/v1/query_range",
                new Form()
                        .add("query", range.query())
                        .add("start", BackendTime.toSeconds(closed.start()))
                        .add("end", BackendTime.toSeconds(closed.end()))
                        .add("step", BackendTime.toSeconds(step))
                        .add("timeout", queryMax.toMillis() + "ms")
                        .add("limit", SERIES_MAX));
    }

    private static Form matching(List<String> match, Span span, Instant now) {
        TimeRange range = TimeRange.of(span, now);
        return new Form()
                .addAll("match[]", match)
                .add("start", secondsOrOpen(range.start()))
                .add("end", secondsOrOpen(range.end()))
                .add("limit", ROWS_MAX);
    }

    private static @Nullable String secondsOrOpen(@Nullable Instant time) {
        return time == null ? null : BackendTime.toSeconds(time);
    }
}
