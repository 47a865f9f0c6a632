package dev.countergate.server.backend.loki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.LokiRequest;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recorded answer of an endpoint we use, over HTTP. */
class LokiCaptureTest {
    private static final String LOKI = "loki-3.7.6";
    private static final String TENANTS = "loki-3.7.6-tenants";
    private static final BackendName B = new BackendName("b");
    private static final Span OPEN = new Span(null, null, null);
    private static final Instant NOW = Instant.parse("2026-11-21T02:47:23.5Z");

    /** 1795228342684242688 and 1795229242684242688 nanoseconds: what the recordings look at. */
    private static final Span RECORDED =
            new Span(
                    null,
                    Instant.ofEpochSecond(1795228342L, 684242688),
                    Instant.ofEpochSecond(1795229242L, 684242688));

    private static final Replay REPLAY = new Replay();

    @AfterAll
    static void stop() {
        REPLAY.close();
    }

    /** The recordings whose very request we make. */
    static Stream<Arguments> reads() {
        String checkout = "{service=\"checkout\"}";
        String errors = "{service=\"checkout\",level=\"error\"}";
        String database = "{service=\"db\"}";
        return Stream.of(
                read("labels.json", new LokiRequest.Labels(B, RECORDED)),
                read(
                        "label-values.json",
                        new LokiRequest.LabelValues(B, "service", null, RECORDED)),
                read(
                        "label-values-query.json",
                        new LokiRequest.LabelValues(B, "pod", checkout, RECORDED)),
                read(
                        "label-values-unknown.json",
                        new LokiRequest.LabelValues(B, "nope", null, OPEN)),
                read("series.json", new LokiRequest.Series(B, List.of(checkout), RECORDED)),
                read("range-streams.json", range(errors, 3)),
                read(
                        "range-streams-forward.json",
                        new LokiRequest.Range(B, errors, RECORDED, 3, null, true)),
                read("range-streams-line-filter.json", range(database + " |= \"slow query\"", 2)),
                read("range-streams-multiline.json", range("{service=\"db\",level=\"error\"}", 1)),
                read(
                        "range-streams-json-parsed.json",
                        range(errors + " | json | took_ms > 900", 2)),
                read("range-streams-logfmt-error.json", range(database + " | json", 1)),
                read("range-streams-default-limit.json", range(checkout, null)),
                read("range-streams-categorized.json", range(errors + " | json", 1)),
                read(
                        "range-matrix.json",
                        metric(
                                "sum by (level) (count_over_time({service=\"checkout\"}[1m]))",
                                300)),
                read("range-empty.json", range("{service=\"nope\"}", null)),
                read("range-empty-matrix.json", metric("sum(rate({service=\"nope\"}[1m]))", 60)),
                read(
                        "instant-vector.json",
                        instant("sum by (level) (count_over_time({service=\"checkout\"}[15m]))")),
                read(
                        "instant-nan.json",
                        instant("sum(count_over_time({service=\"checkout\"}[15m])) * 0 / 0")),
                read("index-stats.json", new LokiRequest.Stats(B, checkout, RECORDED)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reads")
    void reads_what_the_real_server_answered_to_this_request(Capture capture, LokiRequest request)
            throws InterruptedException {
        REPLAY.exactly(capture, Set.of());
        assertThat(Meaning.of(fetch(request, null))).isEqualTo(Meaning.expected(capture));
    }

    /** Recorded with another spelling of the same request: POST, seconds, {@code since}, {@code 5m}. */
    @ParameterizedTest
    @MethodSource
    void reads_what_the_real_server_answered_to_the_same_request_spelt_otherwise(
            String file, LokiRequest request) throws InterruptedException {
        Capture capture = Capture.of(LOKI, file);
        REPLAY.always(capture);
        assertThat(Meaning.of(fetch(request, null))).isEqualTo(Meaning.expected(capture));
    }

    static Stream<Arguments>
            reads_what_the_real_server_answered_to_the_same_request_spelt_otherwise() {
        return Stream.of(
                Arguments.of("range-post-form.json", range("{service=\"db\"}", 1)),
                Arguments.of("range-start-seconds.json", range("{service=\"db\"}", 1)),
                Arguments.of("range-since.json", range("{service=\"db\"}", 1)),
                Arguments.of(
                        "range-matrix-duration-step.json",
                        metric("sum(rate({service=\"checkout\"}[1m]))", 300)));
    }

    @ParameterizedTest
    @MethodSource
    void maps_an_error_by_status(String file, FailureCode code, String message, String hint)
            throws InterruptedException {
        REPLAY.always(Capture.of(LOKI, file));
        LokiRequest request =
                file.contains("instant") ? instant("{service=\"checkout\"}") : range("x", null);
        assertFailure(fetch(request, null), code, message, hint);
    }

    static Stream<Arguments> maps_an_error_by_status() {
        return Stream.of(
                refused(
                        "error-parse.txt",
                        "(400): `parse error at line 1, col 20: syntax error: unexpected $end, expecting } or ,`"),
                refused(
                        "error-empty-matcher.txt",
                        "queries require at least one regexp or equality matcher"),
                refused(
                        "error-matches-everything.txt",
                        "queries require at least one regexp or equality matcher"),
                refused(
                        "error-plain-word.txt",
                        "`parse error at line 1, col 1: syntax error: unexpected IDENTIFIER`"),
                // A backtick in the backend's words would end their quotation.
                refused(
                        "error-bad-regex.txt",
                        "`parse error : stage '|~ \"(\"' : error parsing regexp: missing closing ): '('`"),
                refused(
                        "error-limit-not-number.txt",
                        "`strconv.Atoi: parsing \"many\": invalid syntax`"),
                refused("error-limit-too-high.txt", "max entries limit per query exceeded"),
                refused("error-limit-negative.txt", "`limit must be a positive value`"),
                refused("error-direction.txt", "`invalid direction 'sideways'`"),
                refused("error-step-zero.txt", "zero or negative query resolution step widths"),
                refused("error-step-negative.txt", "zero or negative query resolution step widths"),
                refused(
                        "error-too-many-points.txt",
                        "exceeded maximum resolution of 11,000 points"),
                refused(
                        "error-end-before-start.txt",
                        "`end timestamp must not be before or equal to start time`"),
                refused("error-range-too-long.txt", "(query length: 960h0m0s, limit: 30d1h)`"),
                refused("error-bad-time.txt", "could not parse 'start' parameter"),
                refused("error-no-query.txt", "`parse error : syntax error: unexpected $end`"),
                Arguments.of(
                        "error-instant-log-query.txt",
                        FailureCode.BACKEND_REFUSED,
                        "log queries are not supported as an instant query type",
                        "for log lines ask for a range"),
                Arguments.of(
                        "error-no-such-path.txt",
                        FailureCode.NOT_FOUND,
                        "has no such thing (404): `404 page not found`",
                        "`url` and type"),
                Arguments.of(
                        "error-method.txt",
                        FailureCode.NOT_FOUND,
                        "(404): `404 page not found`",
                        "`url` and type"));
    }

    @Test
    void each_tenant_sees_its_own_and_the_others_nothing() throws InterruptedException {
        LokiRequest labels = new LokiRequest.Labels(B, OPEN);
        LokiRequest range = new LokiRequest.Range(B, "{service=\"db\"}", OPEN, 1, null, false);
        for (String[] tenant :
                new String[][] {{"own-tenant", "realstack"}, {"other-tenant", "someone-else"}}) {
            Capture ofRange = Capture.of(TENANTS, tenant[0] + ".json");
            REPLAY.exactly(ofRange, Set.of("since"));
            assertThat(Meaning.of(fetch(range, tenant[1]))).isEqualTo(Meaning.expected(ofRange));
            Capture ofLabels = Capture.of(TENANTS, tenant[0] + "-labels.json");
            REPLAY.exactly(ofLabels, Set.of());
            assertThat(Meaning.of(fetch(labels, tenant[1]))).isEqualTo(Meaning.expected(ofLabels));
        }
    }

    @Test
    void a_tenant_that_is_missing_doubled_or_misspelt_is_told_apart() throws InterruptedException {
        LokiRequest labels = new LokiRequest.Labels(B, OPEN);
        REPLAY.always(Capture.of(TENANTS, "error-no-tenant.txt"));
        assertFailure(
                fetch(labels, null),
                FailureCode.BACKEND_UNAUTHORIZED,
                "(401): `no org id`",
                "set this backend's `tenant`");
        for (String file : List.of("two-tenants.txt", "two-tenants-labels.txt")) {
            REPLAY.always(Capture.of(TENANTS, file));
            assertFailure(
                    fetch(labels, "realstack|someone-else"),
                    FailureCode.BACKEND_ERROR,
                    "(500): `multiple org IDs present`",
                    "multi-tenant queries");
            assertThat(fetch(labels, "realstack|someone-else").toString())
                    .as("what `tenant: ${LOKI_TENANT}` came to is no agent's business")
                    .doesNotContain("realstack");
        }
        for (String file : List.of("odd-tenant.txt", "odd-tenant-labels.txt")) {
            REPLAY.always(Capture.of(TENANTS, file));
            assertFailure(
                    fetch(labels, "a/b c"),
                    FailureCode.BACKEND_REFUSED,
                    "tenant ID 'a/b c' contains unsupported character '/'",
                    "");
        }
    }

    @Test
    void a_hundred_streams_of_one_line_become_one_log_newest_first() throws InterruptedException {
        REPLAY.always(Capture.of(LOKI, "range-streams-default-limit.json"));
        Payload.Logs logs = (Payload.Logs) answer(range("{service=\"checkout\"}", null)).payload();
        assertThat(logs.forward()).isFalse();
        assertThat(logs.entries()).hasSize(100);
        assertThat(logs.entries().getFirst().time())
                .isEqualTo(Instant.ofEpochSecond(1795229227L, 288365371));
        assertThat(logs.entries())
                .extracting(Payload.LogEntry::time)
                .isSortedAccordingTo((a, b) -> b.compareTo(a));
    }

    @Test
    void the_own_metadata_of_an_entry_stands_beside_the_labels_of_its_stream()
            throws InterruptedException {
        REPLAY.always(Capture.of(LOKI, "range-streams-categorized.json"));
        Payload.LogEntry entry =
                ((Payload.Logs) answer(range("{service=\"checkout\"}", 1)).payload())
                        .entries()
                        .getFirst();
        assertThat(entry.labels())
                .containsOnlyKeys("env", "level", "pod", "service", "service_name");
        assertThat(entry.metadata())
                .containsEntry("trace_id", "0000000000000000000000000000037b")
                .containsEntry("took_ms", "991");
    }

    @Test
    void a_limit_that_was_reached_is_said_with_the_way_on() throws InterruptedException {
        REPLAY.always(Capture.of(LOKI, "range-streams.json"));
        assertThat(answer(range("{service=\"checkout\"}", 3)).notes())
                .containsExactly(
                        "the limit of 3 was reached and earlier entries are left out: narrow the query, raise the"
                                + " limit, or go on with end 2026-11-21T02:46:41.288365372Z, where entries of that"
                                + " moment come again");
        assertThat(answer(range("{service=\"checkout\"}", 4)).notes()).isEmpty();
        REPLAY.always(Capture.of(LOKI, "range-streams-forward.json"));
        assertThat(
                        answer(
                                        new LokiRequest.Range(
                                                B,
                                                "{service=\"checkout\"}",
                                                RECORDED,
                                                3,
                                                null,
                                                true))
                                .notes()
                                .getFirst())
                .contains("later entries", "go on with start 2026-11-21T02:32:44.288365371Z");
    }

    @Test
    void a_scalar_holds_for_the_moment_it_was_asked_for() throws InterruptedException {
        REPLAY.exactly(Capture.of(LOKI, "instant-scalar.json"), Set.of());
        assertThat(answer(instant("1+1")).payload()).isEqualTo(scalar(NOW));
        Instant asked = Instant.parse("2026-11-20T00:00:00Z");
        assertThat(answer(new LokiRequest.Instant(B, "1+1", asked)).payload())
                .isEqualTo(scalar(asked));
    }

    private static Payload scalar(Instant time) {
        return new Payload.Series(
                "scalar",
                List.of(
                        new Payload.TimeSeries(
                                java.util.Map.of(), List.of(new Payload.Sample(time, "2")))));
    }

    @Test
    void zeros_in_the_statistics_come_with_a_word_of_caution() throws InterruptedException {
        REPLAY.always(Capture.of(LOKI, "index-stats.json"));
        assertThat(answer(new LokiRequest.Stats(B, "{service=\"checkout\"}", RECORDED)).notes())
                .singleElement()
                .asString()
                .contains("too new to be counted");
        REPLAY.always(
                200,
                "application/json",
                "{\"streams\":1,\"chunks\":0,\"bytes\":0,\"entries\":0}"
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(answer(new LokiRequest.Stats(B, "{service=\"checkout\"}", RECORDED)).notes())
                .isEmpty();
    }

    @Test
    void a_server_that_answers_late_is_given_up_at_the_deadline() throws InterruptedException {
        REPLAY.late(Capture.of(LOKI, "labels.json"), Duration.ofSeconds(20));
        long start = System.nanoTime();
        try (LokiClient client = client(null)) {
            assertFailure(
                    client.fetch(
                            new LokiRequest.Labels(B, OPEN), Replay.within(Duration.ofMillis(300))),
                    FailureCode.BACKEND_TIMEOUT,
                    "",
                    "");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    private static void assertFailure(Reply reply, FailureCode code, String message, String hint) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Reply.Failure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(code);
                            assertThat(failure.message()).contains(message).doesNotContain("\n");
                            assertThat(failure.hint()).isNotBlank().contains(hint);
                        });
    }

    private static Reply.Answer answer(LokiRequest request) throws InterruptedException {
        return (Reply.Answer) fetch(request, null);
    }

    private static Reply fetch(LokiRequest request, @Nullable String tenant)
            throws InterruptedException {
        try (LokiClient client = client(tenant)) {
            return client.fetch(request, Replay.within(Duration.ofSeconds(10)));
        }
    }

    private static LokiClient client(@Nullable String tenant) {
        Backend.Http backend = REPLAY.backend(Backend.Api.LOKI, tenant);
        return new LokiClient(
                backend, new HttpTransport(backend, "test"), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static Arguments read(String file, LokiRequest request) {
        return Arguments.of(Capture.of(LOKI, file), request);
    }

    private static Arguments refused(String file, String message) {
        return Arguments.of(file, FailureCode.BACKEND_REFUSED, message, "mend the query");
    }

    private static LokiRequest range(String query, @Nullable Integer limit) {
        return new LokiRequest.Range(B, query, RECORDED, limit, null, false);
    }

    private static LokiRequest metric(String query, long step) {
        return new LokiRequest.Range(B, query, RECORDED, null, Duration.ofSeconds(step), false);
    }

    private static LokiRequest instant(String query) {
        return new LokiRequest.Instant(B, query, null);
    }
}
