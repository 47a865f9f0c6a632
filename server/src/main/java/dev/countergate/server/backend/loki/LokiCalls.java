package dev.countergate.server.backend.loki;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.request.LokiRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.server.backend.BackendTime;
import dev.countergate.server.backend.Form;
import dev.countergate.server.backend.HttpApi;
import dev.countergate.server.backend.TimeRange;
import dev.countergate.server.backend.WireRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes HTTP requests of requests that {@link LokiChecks} found no fault with. */
final class LokiCalls {
    /** Keeps an entry's own metadata out of its stream's labels; Loki 2 does not know it and answers as ever. */
    private static final Backend.Header CATEGORIZE =
            new Backend.Header(
                    "X-Loki-Response-Encoding-Flags", SecretText.plain("categorize-labels"));

    private final HttpApi api;

    LokiCalls(Backend.Http backend) {
        List<Backend.Header> own = new ArrayList<>(List.of(CATEGORIZE));
        if (backend.tenant() != null) {
            own.add(new Backend.Header("X-Scope-OrgID", SecretText.plain(backend.tenant())));
        }
        this.api = new HttpApi(backend, own);
    }

    /** The HTTP request that asks for {@code request}. */
    WireRequest call(LokiRequest request, Instant now) {
        return switch (request) {
            case LokiRequest.Range range ->
                    api.get(
                            "/loki/api/v1/query_range",
                            within(new Form().add("query", range.query()), range.span(), now)
                                    .add("limit", Integer.toString(LokiLimits.of(range)))
                                    .add("direction", range.forward() ? "forward" : "backward")
                                    .add("step", secondsOrOpen(range.step())));
            case LokiRequest.Instant(_, String query, Instant time) ->
                    api.get(
                            "/loki/api/v1/query",
                            new Form().add("query", query).add("time", nanosOrOpen(time)));
            case LokiRequest.Labels(_, Span span) ->
                    api.get("/loki/api/v1/labels", within(new Form(), span, now));
            case LokiRequest.LabelValues(_, String label, String selector, Span span) ->
                    api.get(
                            "/loki/api/v1/label/" + Form.segment(label) + "/values",
                            within(new Form().add("query", selector), span, now));
            case LokiRequest.Series(_, List<String> match, Span span) ->
                    api.get(
                            "/loki/api/v1/series",
                            within(new Form().addAll("match[]", match), span, now));
            case LokiRequest.Stats(_, String selector, Span span) ->
                    api.get(
                            "/loki/api/v1/index/stats",
                            within(new Form().add("query", selector), span, now));
        };
    }

    private static Form within(Form form, Span span, Instant now) {
        TimeRange range = TimeRange.of(span, now);
        return form.add("start", nanosOrOpen(range.start())).add("end", nanosOrOpen(range.end()));
    }

    private static @Nullable String nanosOrOpen(@Nullable Instant time) {
        return time == null ? null : BackendTime.toNanos(time);
    }

    private static @Nullable String secondsOrOpen(@Nullable Duration duration) {
        return duration == null ? null : BackendTime.toSeconds(duration);
    }
}
