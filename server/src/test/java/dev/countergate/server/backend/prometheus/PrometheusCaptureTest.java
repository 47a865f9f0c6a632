package dev.countergate.server.backend.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.testing.capture.Capture;
import dev.countergate.testing.capture.Meaning;
import dev.countergate.testing.capture.Replay;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recorded answer of an endpoint we use, over HTTP, from both versions. */
class PrometheusCaptureTest {
    private static final String OLD = "prometheus-2.42.0";
    private static final String NEW = "prometheus-3.5.3";
    private static final BackendName B = new BackendName("b");
    private static final Span OPEN = new Span(null, null, null);

    /** Parameters a recording has and we never send, or always send otherwise. */
    private static final Set<String> UNSAID = Set.of("stats", "limit", "timeout");

    private static final Replay REPLAY = new Replay();
    private static final PrometheusClient CLIENT = client();

    private static PrometheusClient client() {
        Backend.Http backend = REPLAY.backend(Backend.Api.PROMETHEUS);
        return new PrometheusClient(
                backend,
                new HttpTransport(backend, "test"),
                Clock.fixed(Instant.parse("2026-11-21T03:00:00Z"), ZoneOffset.UTC));
    }

    @AfterAll
    static void stop() {
        CLIENT.close();
        REPLAY.close();
    }

    /** The recordings whose very request we make, by file and request. */
    static Stream<Arguments> reads() {
        return Stream.of(OLD, NEW)
                .flatMap(
                        product ->
                                Stream.of(
                                        read(
                                                product,
                                                "query-vector.json",
                                                instant(
                                                        "http_requests_total{service=\"checkout\"}")),
                                        read(
                                                product,
                                                "query-at-time.json",
                                                at(product, "checkout_error_ratio")),
                                        read(
                                                product,
                                                "query-scalar.json",
                                                instant("scalar(checkout_error_ratio)")),
                                        read(product, "query-string.json", instant("\"hello\"")),
                                        read(
                                                product,
                                                "query-matrix.json",
                                                instant("checkout_error_ratio[5s]")),
                                        read(
                                                product,
                                                "query-empty.json",
                                                instant("no_such_metric")),
                                        read(
                                                product,
                                                "query-odd-values.json",
                                                instant("checkout_odd_values")),
                                        read(
                                                product,
                                                "query-label-text.json",
                                                instant("checkout_build_info")),
                                        read(
                                                product,
                                                "query-quantile.json",
                                                instant(
                                                        "histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[15s])))")),
                                        read(
                                                product,
                                                "query-zero-division.json",
                                                instant("vector(0) / vector(0)")),
                                        read(product, "query-stats.json", instant("up")),
                                        read(product, "query-limit.json", instant("up")),
                                        read(
                                                product,
                                                "query-annotation-info.json",
                                                instant("rate(checkout_error_ratio[15s])")),
                                        read(
                                                product,
                                                "query-annotation-warning.json",
                                                instant("quantile(2, checkout_error_ratio)")),
                                        read(
                                                product,
                                                "range-matrix.json",
                                                range(product, "range-matrix.json", 5)),
                                        read(
                                                product,
                                                "range-odd-values.json",
                                                range(product, "range-odd-values.json", 5)),
                                        read(
                                                product,
                                                "series.json",
                                                new PrometheusRequest.Series(
                                                        B,
                                                        List.of(
                                                                "checkout_error_ratio",
                                                                "up{job=\"node\"}"),
                                                        OPEN)),
                                        read(
                                                product,
                                                "labels.json",
                                                new PrometheusRequest.Labels(
                                                        B, List.of("http_requests_total"), OPEN)),
                                        read(
                                                product,
                                                "label-values.json",
                                                new PrometheusRequest.LabelValues(
                                                        B, "job", List.of(), OPEN)),
                                        read(
                                                product,
                                                "label-values-matched.json",
                                                new PrometheusRequest.LabelValues(
                                                        B,
                                                        "__name__",
                                                        List.of("{service=\"checkout\"}"),
                                                        OPEN)),
                                        read(
                                                product,
                                                "metadata.json",
                                                new PrometheusRequest.Metadata(
                                                        B, "http_requests_total")),
                                        read(
                                                product,
                                                "targets.json",
                                                new PrometheusRequest.Targets(B, null)),
                                        read(
                                                product,
                                                "rules.json",
                                                new PrometheusRequest.Rules(B, null)),
                                        read(
                                                product,
                                                "rules-alerting.json",
                                                new PrometheusRequest.Rules(B, "alert")),
                                        read(
                                                product,
                                                "alerts.json",
                                                new PrometheusRequest.Alerts(B))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reads")
    void reads_what_the_real_server_answered_to_this_request(
            Capture capture, PrometheusRequest request) throws InterruptedException {
        REPLAY.exactly(capture, UNSAID);
        assertThat(Meaning.of(fetch(request))).isEqualTo(Meaning.expected(capture));
    }

    /** Recorded with another spelling of the same request: GET, RFC 3339, {@code 5s}. */
    @ParameterizedTest
    @MethodSource
    void reads_what_the_real_server_answered_to_the_same_request_spelt_otherwise(
            String product, String file, PrometheusRequest request) throws InterruptedException {
        Capture capture = Capture.of(product, file);
        REPLAY.always(capture);
        assertThat(Meaning.of(fetch(request))).isEqualTo(Meaning.expected(capture));
    }

    static Stream<Arguments>
            reads_what_the_real_server_answered_to_the_same_request_spelt_otherwise() {
        PrometheusRequest range = new PrometheusRequest.Range(B, "up", OPEN, Duration.ofSeconds(5));
        return Stream.concat(
                Stream.of(OLD, NEW)
                        .flatMap(
                                product ->
                                        Stream.of(
                                                Arguments.of(
                                                        product, "query-get.json", instant("x")),
                                                Arguments.of(product, "range-rfc3339.json", range),
                                                Arguments.of(
                                                        product,
                                                        "range-duration-step.json",
                                                        range))),
                Stream.of(
                        Arguments.of(
                                NEW,
                                "error-label-name.json",
                                new PrometheusRequest.LabelValues(
                                        B, "bad-name", List.of(), OPEN))));
    }

    @ParameterizedTest
    @MethodSource
    void maps_an_error_by_status_and_type(
            String file, FailureCode code, String message, String hint)
            throws InterruptedException {
        for (String product : List.of(OLD, NEW)) {
            REPLAY.always(Capture.of(product, file));
            PrometheusRequest request =
                    file.startsWith("error-range")
                            ? new PrometheusRequest.Range(B, "x", OPEN, null)
                            : file.startsWith("error-series")
                                    ? new PrometheusRequest.Series(B, List.of("x"), OPEN)
                                    : instant("x");
            assertThat(fetch(request))
                    .as("%s of %s", file, product)
                    .isInstanceOfSatisfying(
                            Reply.Failure.class,
                            failure -> {
                                assertThat(failure.code()).isEqualTo(code);
                                assertThat(failure.message())
                                        .startsWith("backend `b` ")
                                        .contains(message)
                                        .doesNotContain("\n");
                                assertThat(failure.hint()).contains(hint);
                            });
        }
    }

    static Stream<Arguments> maps_an_error_by_status_and_type() {
        return Stream.of(
                error(
                        "error-parse.json",
                        FailureCode.BACKEND_REFUSED,
                        "refuses the request (400 bad_data): `invalid parameter \"query\": 1:7: parse error: unclosed left parenthesis`",
                        "line:column"),
                error(
                        "error-no-query.json",
                        FailureCode.BACKEND_REFUSED,
                        "parse error: no expression found in input`",
                        "mend the query"),
                error(
                        "error-unknown-function.json",
                        FailureCode.BACKEND_REFUSED,
                        "(400 bad_data): `invalid parameter \"query\": 1:1: parse error: unknown function with name \"nope\"`",
                        "mend the query"),
                error(
                        "error-bad-time.json",
                        FailureCode.BACKEND_REFUSED,
                        "cannot parse \"yesterday\" to a valid timestamp`",
                        "mend"),
                error(
                        "error-bad-timeout.json",
                        FailureCode.BACKEND_REFUSED,
                        "cannot parse \"soon\" to a valid duration`",
                        "mend"),
                error(
                        "error-execution.json",
                        FailureCode.BACKEND_REFUSED,
                        "(422 execution): `found duplicate series for the match group",
                        "cannot be evaluated"),
                error(
                        "error-too-many-samples.json",
                        FailureCode.BACKEND_REFUSED,
                        "(422 execution): `query processing would load too many samples into memory",
                        "larger step"),
                error(
                        "error-timeout.json",
                        FailureCode.BACKEND_TIMEOUT,
                        "ran out of time (503 timeout): `query timed out in expression evaluation`",
                        "ask for less"),
                error(
                        "error-range-step-zero.json",
                        FailureCode.BACKEND_REFUSED,
                        "zero or negative query resolution step widths",
                        "mend"),
                error(
                        "error-range-too-many-points.json",
                        FailureCode.BACKEND_REFUSED,
                        "exceeded maximum resolution of 11,000 points per timeseries",
                        "mend"),
                error(
                        "error-range-end-before-start.json",
                        FailureCode.BACKEND_REFUSED,
                        "end timestamp must not be before start time",
                        "mend"),
                error(
                        "error-range-of-matrix.json",
                        FailureCode.BACKEND_REFUSED,
                        "must be Scalar or instant Vector",
                        "no range selector"),
                error(
                        "error-series-no-match.json",
                        FailureCode.BACKEND_REFUSED,
                        "(400 bad_data): `no match[] parameter provided`",
                        "mend the selectors"),
                error(
                        "error-no-such-path.txt",
                        FailureCode.NOT_FOUND,
                        "has no such thing (404): `404 page not found`",
                        "`url` and type"),
                error(
                        "error-method.txt",
                        FailureCode.BACKEND_REFUSED,
                        "(405): `Method Not Allowed`",
                        "must let POST through"));
    }

    @Test
    void an_invalid_label_name_is_refused_by_the_old_version_only() throws InterruptedException {
        REPLAY.always(Capture.of(OLD, "error-label-name.json"));
        assertThat(fetch(new PrometheusRequest.LabelValues(B, "bad-name", List.of(), OPEN)))
                .isInstanceOfSatisfying(
                        Reply.Failure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_REFUSED);
                            assertThat(failure.message())
                                    .contains("invalid label name: \"bad-name\"");
                        });
    }

    @Test
    void warnings_and_infos_become_notes() throws InterruptedException {
        assertThat(notes(NEW, "query-annotation-info.json"))
                .containsExactly(
                        "info: PromQL info: metric might not be a counter, name does not end in"
                                + " _total/_sum/_count/_bucket: \"checkout_error_ratio\" (1:6)");
        assertThat(notes(NEW, "query-annotation-warning.json"))
                .containsExactly(
                        "warning: PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)");
        assertThat(notes(NEW, "query-limit.json"))
                .containsExactly("warning: results truncated due to limit");
        assertThat(notes(OLD, "query-annotation-info.json")).isEmpty();
        assertThat(notes(OLD, "query-limit.json")).isEmpty();
    }

    @Test
    void values_that_are_no_json_numbers_stay_as_written() throws InterruptedException {
        REPLAY.always(Capture.of(OLD, "query-odd-values.json"));
        assertThat(fetch(instant("checkout_odd_values")))
                .isInstanceOfSatisfying(
                        Reply.Answer.class,
                        answer ->
                                assertThat(((Payload.Series) answer.payload()).series())
                                        .extracting(series -> series.samples().getFirst().value())
                                        .startsWith("1.7976931348623157e+308", "-Inf", "NaN")
                                        .contains("+Inf"));
    }

    @Test
    void labels_keep_the_order_and_the_characters_of_the_backend() throws InterruptedException {
        REPLAY.always(Capture.of(NEW, "query-label-text.json"));
        assertThat(fetch(instant("checkout_build_info")))
                .isInstanceOfSatisfying(
                        Reply.Answer.class,
                        answer -> {
                            var labels =
                                    ((Payload.Series) answer.payload())
                                            .series()
                                            .getFirst()
                                            .labels();
                            assertThat(labels.keySet())
                                    .containsExactly(
                                            "__name__",
                                            "env",
                                            "instance",
                                            "job",
                                            "note",
                                            "service",
                                            "version");
                            assertThat(labels).containsEntry("note", "say \"hi\"\nпривет 你好");
                        });
    }

    @Test
    void both_versions_give_the_same_rules_whatever_they_do_with_emptied_groups()
            throws InterruptedException {
        for (String product : List.of(OLD, NEW)) {
            REPLAY.always(Capture.of(product, "rules-alerting.json"));
            assertThat(fetch(new PrometheusRequest.Rules(B, "alert")))
                    .isInstanceOfSatisfying(
                            Reply.Answer.class,
                            answer -> {
                                var rows = ((Payload.Rows) answer.payload()).rows();
                                assertThat(rows)
                                        .extracting(row -> row.get("name").stringValue())
                                        .containsExactly(
                                                "CheckoutErrorRatioHigh",
                                                "CheckoutMemoryHigh",
                                                "CheckoutLatencyHigh",
                                                "TargetDown",
                                                "Watchdog");
                                assertThat(rows.toString()).doesNotContain("/stack", "file");
                            });
        }
    }

    @Test
    void a_server_that_answers_late_is_given_up_at_the_deadline() throws InterruptedException {
        REPLAY.late(Capture.of(NEW, "query-get.json"), Duration.ofSeconds(20));
        long start = System.nanoTime();
        Reply reply = CLIENT.fetch(instant("up"), Replay.within(Duration.ofMillis(300)));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Reply.Failure.class,
                        failure ->
                                assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_TIMEOUT));
    }

    private static List<String> notes(String product, String file) throws InterruptedException {
        REPLAY.always(Capture.of(product, file));
        return ((Reply.Answer) fetch(instant("x"))).notes();
    }

    private static Reply fetch(PrometheusRequest request) throws InterruptedException {
        return CLIENT.fetch(request, Replay.within(Duration.ofSeconds(10)));
    }

    private static Arguments read(String product, String file, PrometheusRequest request) {
        return Arguments.of(Capture.of(product, file), request);
    }

    private static Arguments error(String file, FailureCode code, String message, String hint) {
        return Arguments.of(file, code, message, hint);
    }

    private static PrometheusRequest instant(String query) {
        return new PrometheusRequest.Instant(B, query, null);
    }

    private static PrometheusRequest at(String product, String query) {
        // 1795229109.544 and 1795229152.065
        String time = product.equals(OLD) ? "2026-11-21T02:45:09.544Z" : "2026-11-21T02:45:52.065Z";
        return new PrometheusRequest.Instant(B, query, Instant.parse(time));
    }

    private static PrometheusRequest range(String product, String file, int step) {
        Capture capture = Capture.of(product, file);
        return new PrometheusRequest.Range(
                B,
                capture.parameter("query"),
                new Span(
                        null,
                        Instant.ofEpochSecond(Long.parseLong(capture.parameter("start"))),
                        Instant.ofEpochSecond(Long.parseLong(capture.parameter("end")))),
                Duration.ofSeconds(step));
    }
}
