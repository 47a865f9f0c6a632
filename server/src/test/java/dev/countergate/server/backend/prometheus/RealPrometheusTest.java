package dev.countergate.server.backend.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.testing.capture.DirectCall;
import dev.countergate.testing.capture.Replay;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import tools.jackson.databind.JsonNode;

/** Every read against a running Prometheus, compared with a plain call of the same endpoint. */
@EnabledIfEnvironmentVariable(
        named = "PROMETHEUS_URL",
        matches = ".+",
        disabledReason = "PROMETHEUS_URL names no running Prometheus to compare with")
class RealPrometheusTest {
    private static final BackendName B = new BackendName("metrics");
    private static final Span OPEN = new Span(null, null, null);

    private static DirectCall direct;
    private static Instant then;
    private static PrometheusClient client;

    @BeforeAll
    static void connect() {
        direct = DirectCall.to("PROMETHEUS_URL");
        then = Instant.now().minusSeconds(5).truncatedTo(ChronoUnit.SECONDS);
        Backend.Http backend =
                new Backend.Http(
                        B,
                        Backend.Api.PROMETHEUS,
                        URI.create(direct.origin()),
                        SecretText.plain(""),
                        List.of(),
                        null,
                        null,
                        Backend.Limits.DEFAULT);
        client =
                new PrometheusClient(
                        backend, new HttpTransport(backend, "test"), Clock.systemUTC());
    }

    @AfterAll
    static void disconnect() {
        client.close();
    }

    @Test
    void an_instant_query_gives_what_the_server_gives() throws Exception {
        Payload.Series series = series(new PrometheusRequest.Instant(B, "up", then));
        JsonNode plain = direct.get("/api/v1/query?query=up&time=" + then.getEpochSecond());
        assertThat(series.type()).isEqualTo("vector");
        assertThat(told(series)).isNotEmpty().isEqualTo(told(plain, "value"));
    }

    @Test
    void a_range_query_gives_what_the_server_gives() throws Exception {
        Span span = new Span(Duration.ofSeconds(60), null, then);
        Payload.Series series =
                series(new PrometheusRequest.Range(B, "up", span, Duration.ofSeconds(5)));
        JsonNode plain =
                direct.get(
                        "/api/v1/query_range?query=up&step=5&start="
                                + (then.getEpochSecond() - 60)
                                + "&end="
                                + then.getEpochSecond());
        assertThat(told(series)).isNotEmpty().isEqualTo(told(plain, "values"));
    }

    @Test
    void a_step_that_is_chosen_is_accepted_for_any_range() throws Exception {
        for (Duration since :
                List.of(Duration.ofSeconds(1), Duration.ofHours(1), Duration.ofDays(400))) {
            assertThat(
                            fetch(
                                    new PrometheusRequest.Range(
                                            B, "vector(1)", new Span(since, null, null), null)))
                    .isInstanceOfSatisfying(
                            Reply.Answer.class,
                            answer ->
                                    assertThat(
                                                    ((Payload.Series) answer.payload())
                                                            .series()
                                                            .getFirst()
                                                            .samples())
                                            .hasSizeBetween(1, Steps.POINTS_CHOSEN_MAX));
        }
    }

    @Test
    void lists_give_what_the_server_gives() throws Exception {
        assertThat(rows(new PrometheusRequest.Labels(B, List.of("up"), OPEN)))
                .isEqualTo(items(direct.get("/api/v1/labels?match[]=up").get("data")));
        assertThat(rows(new PrometheusRequest.LabelValues(B, "job", List.of(), OPEN)))
                .isEqualTo(items(direct.get("/api/v1/label/job/values").get("data")));
        assertThat(rows(new PrometheusRequest.Series(B, List.of("up"), OPEN)))
                .isEqualTo(items(direct.get("/api/v1/series?match[]=up").get("data")));
        assertThat(rows(new PrometheusRequest.Metadata(B, "up")))
                .hasSize(direct.get("/api/v1/metadata?metric=up").get("data").path("up").size());
        assertThat(rows(new PrometheusRequest.Metadata(B, null)))
                .hasSizeGreaterThanOrEqualTo(direct.get("/api/v1/metadata").get("data").size());
    }

    @Test
    void targets_rules_and_alerts_give_what_the_server_gives() throws Exception {
        assertThat(rows(new PrometheusRequest.Targets(B, null)))
                .extracting(row -> row.get("scrapeUrl"))
                .containsExactlyElementsOf(
                        direct.get("/api/v1/targets?state=active")
                                .get("data")
                                .get("activeTargets")
                                .findValues("scrapeUrl"));
        List<JsonNode> names = new ArrayList<>();
        direct.get("/api/v1/rules")
                .get("data")
                .get("groups")
                .forEach(group -> group.get("rules").forEach(rule -> names.add(rule.get("query"))));
        assertThat(rows(new PrometheusRequest.Rules(B, null)))
                .extracting(row -> row.get("query"))
                .containsExactlyElementsOf(names);
        assertThat(rows(new PrometheusRequest.Alerts(B)))
                .extracting(row -> row.get("labels"))
                .containsExactlyInAnyOrderElementsOf(
                        direct.get("/api/v1/alerts")
                                .get("data")
                                .get("alerts")
                                .findValues("labels"));
    }

    @Test
    void errors_are_typed() throws Exception {
        assertFailure(
                new PrometheusRequest.Instant(B, "sum(up", null), FailureCode.BACKEND_REFUSED);
        assertFailure(
                new PrometheusRequest.Range(B, "up[5m]", OPEN, null), FailureCode.BACKEND_REFUSED);
        assertFailure(
                new PrometheusRequest.Instant(B, "max_over_time(vector(1)[3h:10ms])", null),
                FailureCode.BACKEND_REFUSED);
    }

    @Test
    void a_query_that_takes_too_long_ends_in_time() throws Exception {
        PrometheusRequest slow =
                new PrometheusRequest.Instant(B, "max_over_time(vector(time())[20m:10ms])", null);
        long start = System.nanoTime();
        assertThat(client.fetch(slow, Replay.within(Duration.ofMillis(3))))
                .isInstanceOfSatisfying(
                        Reply.Failure.class,
                        failure ->
                                assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_TIMEOUT));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    private static void assertFailure(PrometheusRequest request, FailureCode code)
            throws InterruptedException {
        assertThat(fetch(request))
                .isInstanceOfSatisfying(
                        Reply.Failure.class, failure -> assertThat(failure.code()).isEqualTo(code));
    }

    private static List<String> told(Payload.Series series) {
        return series.series().stream()
                .map(
                        each ->
                                each.labels().get("instance")
                                        + each.samples().stream()
                                                .map(
                                                        s ->
                                                                " "
                                                                        + s.time().getEpochSecond()
                                                                        + "="
                                                                        + s.value())
                                                .toList())
                .toList();
    }

    private static List<String> told(JsonNode plain, String member) {
        List<String> told = new ArrayList<>();
        for (JsonNode each : plain.get("data").get("result")) {
            List<String> samples = new ArrayList<>();
            for (JsonNode pair :
                    member.equals("value") ? List.of(each.get(member)) : items(each.get(member))) {
                samples.add(" " + pair.get(0).asLong() + "=" + pair.get(1).stringValue());
            }
            told.add(each.get("metric").get("instance").stringValue() + samples);
        }
        return told;
    }

    private static List<JsonNode> items(JsonNode array) {
        return array.valueStream().toList();
    }

    private static List<JsonNode> rows(PrometheusRequest request) throws InterruptedException {
        return ((Payload.Rows) ((Reply.Answer) fetch(request)).payload()).rows();
    }

    private static Payload.Series series(PrometheusRequest request) throws InterruptedException {
        return (Payload.Series) ((Reply.Answer) fetch(request)).payload();
    }

    private static Reply fetch(PrometheusRequest request) throws InterruptedException {
        return client.fetch(request, Replay.within(Duration.ofSeconds(20)));
    }
}
