package dev.countergate.demo.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.demo.http.HttpAnswer;
import dev.countergate.demo.http.HttpCall;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What each endpoint answers, refuses, and calls simulated. */
final class EndpointsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final String RATIO =
            "sum(rate(http_requests_total{service=\"checkout\",status=~\"5..\"}[5s]))"
                    + " / sum(rate(http_requests_total{service=\"checkout\"}[5s]))";

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private final InstantSource clock = now::get;
    private final AtomicReference<Checkout> checkout =
            new AtomicReference<>(Checkout.inTrouble(NOW));
    private final PrometheusApi prometheus = new PrometheusApi(clock, checkout::get);
    private final LokiApi loki = new LokiApi(clock, checkout::get);
    private final AlertmanagerApi alertmanager = new AlertmanagerApi(clock, checkout::get);
    private final DeploymentsApi deployments = new DeploymentsApi(clock, checkout);

    private static HttpCall get(String path, String... parameters) {
        return new HttpCall(
                "GET", path + (parameters.length == 0 ? "" : "?" + form(parameters)), Map.of(), "");
    }

    private static HttpCall post(String path, String... parameters) {
        return new HttpCall(
                "POST",
                path,
                Map.of("content-type", "application/x-www-form-urlencoded"),
                form(parameters));
    }

    private static String form(String... parameters) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < parameters.length; i += 2) {
            form.append(i == 0 ? "" : "&")
                    .append(parameters[i])
                    .append('=')
                    .append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
        }
        return form.toString();
    }

    private static HttpAnswer.Complete complete(HttpAnswer answer) {
        assertThat(answer).isInstanceOf(HttpAnswer.Complete.class);
        return (HttpAnswer.Complete) answer;
    }

    private static JsonNode json(HttpAnswer answer, int status) {
        HttpAnswer.Complete complete = complete(answer);
        assertThat(complete.status()).as(complete.body()).isEqualTo(status);
        assertThat(complete.body()).contains("simulated");
        return JsonMapper.shared().readTree(complete.body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                RATIO + " # 0.231000",
                "time() - max(deployed_timestamp_seconds{service=\"checkout\"}) # 660.000000",
                "max by (pod) (memory_used_ratio{service=\"checkout\"}) # 0.970000",
            })
    void a_query_of_the_catalogue_is_answered_by_form_and_by_query_string(
            String query, String value) {
        JsonNode posted = json(prometheus.answer(post("/api/v1/query", "query", query)), 200);
        assertThat(posted.path("data").path("resultType").asString()).isEqualTo("vector");
        assertThat(posted.path("data").path("result").path(0).path("value").path(1).asString())
                .isEqualTo(value);
        assertThat(json(prometheus.answer(get("/api/v1/query", "query", query)), 200))
                .isEqualTo(posted);
    }

    @Test
    void a_query_at_another_time_is_answered_for_that_time() {
        JsonNode before =
                json(
                        prometheus.answer(
                                post("/api/v1/query", "query", RATIO, "time", "1795258800.5")),
                        200);
        JsonNode value = before.path("data").path("result").path(0).path("value");
        assertThat(value.path(0).asDouble()).isEqualTo(1795258800.5);
        assertThat(value.path(1).asString()).isEqualTo("0.002000");
    }

    @Test
    void a_range_has_a_value_for_every_step_and_a_series_for_every_pod() {
        long end = NOW.getEpochSecond();
        JsonNode memory =
                json(
                        prometheus.answer(
                                post(
                                        "/api/v1/query_range",
                                        "query",
                                        "max by (pod) (memory_used_ratio{service=\"checkout\"})",
                                        "start",
                                        "" + (end - 900),
                                        "end",
                                        "" + end,
                                        "step",
                                        "60")),
                        200);
        assertThat(memory.path("data").path("resultType").asString()).isEqualTo("matrix");
        assertThat(memory.path("data").path("result")).hasSize(2);
        JsonNode values = memory.path("data").path("result").path(0).path("values");
        assertThat(values).hasSize(16);
        assertThat(values.path(0).path(1).asString()).isEqualTo("0.410000");
        assertThat(values.path(15).path(1).asString()).isEqualTo("0.970000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "up",
                "sum(rate(http_requests_total{service=\"checkout\"}[5s]))",
                "sum(rate(http_requests_total{service=\"checkout\",status=~\"5..\"}[5s])) / sum(rate(http_requests_total{service=\"checkout\"}[9s]))",
                "sum(rate(http_requests_total{service=\"checkout\",status=~\"5..\"}[5s])) / sum(rate(http_requests_total{service=\"payments\"}[5s]))",
                "time() - max(deployed_timestamp_seconds{service=~\"checkout\"})",
                "time() - max(deployed_timestamp_seconds{service=\"checkout\"}) or vector(9999)",
            })
    void any_other_promql_is_refused_as_a_prometheus_refuses(String query) {
        for (String path : new String[] {"/api/v1/query", "/api/v1/query_range"}) {
            JsonNode refused = json(prometheus.answer(post(path, "query", query)), 422);
            assertThat(refused.path("status").asString()).isEqualTo("error");
            assertThat(refused.path("errorType").asString()).isEqualTo("execution");
            assertThat(refused.path("error").asString()).contains("evaluates no PromQL");
        }
    }

    @Test
    void another_service_has_no_series() {
        JsonNode none =
                json(
                        prometheus.answer(
                                post(
                                        "/api/v1/query",
                                        "query",
                                        RATIO.replace("checkout", "payments"))),
                        200);
        assertThat(none.path("data").path("result")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10, 5, 1",
        "0, 10, 0",
        "0, 10, x",
        "0, 10, ''",
        "x, 10, 1",
        "0, 11000, 1",
        "0, 10, -1",
    })
    void a_range_that_is_none_is_bad_data(String start, String end, String step) {
        JsonNode refused =
                json(
                        prometheus.answer(
                                post(
                                        "/api/v1/query_range",
                                        "query",
                                        RATIO,
                                        "start",
                                        start,
                                        "end",
                                        end,
                                        "step",
                                        step)),
                        400);
        assertThat(refused.path("errorType").asString()).isEqualTo("bad_data");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/api/v1/labels", "/api/v1/admin/tsdb/delete_series", "/api/v1/query/"})
    void no_other_path_of_prometheus_is_simulated(String path) {
        assertThat(json(prometheus.answer(get(path)), 404).path("status").asString())
                .isEqualTo("error");
    }

    private JsonNode logs(String... parameters) {
        return json(loki.answer(get("/loki/api/v1/query_range", parameters)), 200);
    }

    @Test
    void the_newest_lines_come_first_and_no_more_than_asked_for() {
        JsonNode streams =
                logs("query", "{service=\"checkout\"} |= \"\"", "limit", "4")
                        .path("data")
                        .path("result");
        int lines = 0;
        for (JsonNode stream : streams.values()) {
            lines += stream.path("values").size();
            assertThat(stream.path("stream").path("simulated").asString()).isEqualTo("true");
        }
        assertThat(lines).isEqualTo(4);
    }

    @Test
    void lines_are_narrowed_by_a_text() {
        JsonNode streams =
                logs("query", "{service=\"checkout\"} |= \"AGENT\"", "limit", "50")
                        .path("data")
                        .path("result");
        assertThat(streams).isNotEmpty();
        for (JsonNode stream : streams.values()) {
            for (JsonNode value : stream.path("values").values()) {
                assertThat(value.path(1).asString()).isEqualTo(Checkout.STEERING);
            }
        }
        assertThat(
                        complete(
                                        loki.answer(
                                                get(
                                                        "/loki/api/v1/query_range",
                                                        "query",
                                                        "{service=\"payments\"}")))
                                .body())
                .contains("\"result\":[]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{service=\"checkout\"} | json ~ 10",
                "{service=~\".+\"} ~ 10",
                "{} ~ 10",
                "{service=\"checkout\"} |= \"a\" |= \"b\" ~ 10",
                "sum(rate({service=\"checkout\"}[1m])) ~ 10",
                "{service=\"checkout\"} ~ 0",
                "{service=\"checkout\"} ~ 5001",
                "{service=\"checkout\"} ~ many",
            })
    void any_other_logql_is_refused_as_a_loki_refuses(String query, String limit) {
        HttpAnswer.Complete refused =
                complete(
                        loki.answer(
                                get("/loki/api/v1/query_range", "query", query, "limit", limit)));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.contentType()).startsWith("text/plain");
        assertThat(refused.body()).startsWith("simulated");
    }

    @Test
    void the_alert_is_told_until_the_service_is_well() {
        assertThat(json(alertmanager.answer(get("/api/v2/alerts")), 200)).hasSize(1);
        checkout.set(checkout.get().deploy(Build.SOUND, "ana", NOW, ""));
        now.set(NOW.plusSeconds(3));
        assertThat(complete(alertmanager.answer(get("/api/v2/alerts"))).body()).isEqualTo("[]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "service=\"checkout\" ~ 1",
                "alertname=\"CheckoutFailing\" ~ 1",
                "service=\"payments\" ~ 0",
                "nothing=\"checkout\" ~ 0",
            })
    void alerts_are_narrowed_by_labels(String filter, int count) {
        HttpAnswer.Complete told =
                complete(
                        alertmanager.answer(
                                get(
                                        "/api/v2/alerts",
                                        "filter",
                                        "severity=\"critical\"",
                                        "filter",
                                        filter)));
        assertThat(told.status()).isEqualTo(200);
        assertThat(JsonMapper.shared().readTree(told.body())).hasSize(count);
    }

    @Test
    void alertmanager_takes_no_silence_and_no_other_matcher() {
        json(alertmanager.answer(post("/api/v2/silences")), 404);
        json(alertmanager.answer(post("/api/v2/alerts")), 404);
        json(alertmanager.answer(get("/api/v2/alerts", "filter", "service=~\"c.*\"")), 400);
    }

    private HttpAnswer deploy(String body, String key) {
        return deployments.answer(
                new HttpCall(
                        "POST",
                        "/services/checkout/deployments",
                        Map.of("idempotency-key", key),
                        body));
    }

    @Test
    void a_deployment_goes_out_once_for_a_key_and_is_listed_first() {
        JsonNode made = json(deploy("{\"version\":\"v2.4.0\"}", "k"), 200);
        assertThat(made.path("replaced").asString()).isEqualTo("v2.4.1");
        JsonNode again = json(deploy("{\"version\":\"v2.4.0\"}", "k"), 200);
        assertThat(again.path("id")).isEqualTo(made.path("id"));
        assertThat(deployments.posts()).isEqualTo(2);
        JsonNode listed = json(deployments.answer(get("/services/checkout/deployments")), 200);
        assertThat(listed.path("deployments")).hasSize(3);
        assertThat(listed.path("deployments").path(0).path("id")).isEqualTo(made.path("id"));
        assertThat(listed.path("serving").asString()).isEqualTo("v2.4.1");
        now.set(NOW.plus(Deployment.ROLL_OUT));
        assertThat(
                        json(deployments.answer(get("/services/checkout/deployments")), 200)
                                .path("serving")
                                .asString())
                .isEqualTo("v2.4.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "v2.4.0", "{}", "{\"version\":\"v9.9.9\"}", "{\"version\":1}", "[]"})
    void what_names_no_build_deploys_nothing(String body) {
        json(deploy(body, "k"), 422);
        assertThat(checkout.get().deployments()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /services/payments/deployments, 404",
        "POST,   /services/payments/deployments, 404",
        "POST,   /,                              404",
        "DELETE, /services/checkout/deployments, 405",
    })
    void nothing_else_can_be_deployed(String method, String path, int status) {
        json(
                deployments.answer(
                        new HttpCall(method, path, Map.of(), "{\"version\":\"v2.4.0\"}")),
                status);
        assertThat(checkout.get().deployments()).hasSize(2);
    }
}
