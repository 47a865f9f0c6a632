package dev.countergate.server.backend.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.WireBody;
import dev.countergate.server.backend.WireReply;
import dev.countergate.testing.capture.Capture;
import dev.countergate.testing.capture.Replay;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is put on the wire, and what is not. */
class PrometheusRequestsTest {
    private static final BackendName B = new BackendName("b");
    private static final Instant NOW = Instant.parse("2026-11-21T03:00:00Z"); // 1795230000
    private static final Span OPEN = new Span(null, null, null);
    private static final Replay REPLAY = new Replay();
    private static final PrometheusClient CLIENT = client();

    private static PrometheusClient client() {
        Backend.Http backend = REPLAY.backend(Backend.Api.PROMETHEUS);
        return new PrometheusClient(
                backend, new HttpTransport(backend, "test"), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @AfterAll
    static void stop() {
        CLIENT.close();
        REPLAY.close();
    }

    @ParameterizedTest
    @MethodSource
    void sends_a_range_that_ends_when_it_is_sent(Span span, @Nullable Duration step, String times)
            throws InterruptedException {
        send(new PrometheusRequest.Range(B, "up", span, step));
        assertThat(REPLAY.requests().getLast())
                .satisfies(
                        request -> {
                            assertThat(request.getMethod().value()).isEqualTo("POST");
                            assertThat(request.getUrl()).isEqualTo("/api/v1/query_range");
                            assertThat(request.getHeader("Content-Type"))
                                    .isEqualTo("application/x-www-form-urlencoded");
                            assertThat(request.getBodyAsString())
                                    .isEqualTo("query=up&" + times + "&timeout=9000ms&limit=5000");
                        });
    }

    static Stream<Arguments> sends_a_range_that_ends_when_it_is_sent() {
        Instant start = Instant.parse("2026-11-21T01:00:00.5Z");
        Instant end = Instant.parse("2026-11-21T02:00:00Z");
        return Stream.of(
                Arguments.of(OPEN, null, "start=1795226400&end=1795230000&step=15"),
                Arguments.of(
                        new Span(Duration.ofDays(1), null, null),
                        null,
                        "start=1795143600&end=1795230000&step=300"),
                Arguments.of(
                        new Span(Duration.ofMinutes(5), null, end),
                        Duration.ofMillis(1500),
                        "start=1795226100&end=1795226400&step=1.5"),
                Arguments.of(
                        new Span(null, start, end),
                        null,
                        "start=1795222800.5&end=1795226400&step=15"),
                Arguments.of(
                        new Span(null, start, null),
                        null,
                        "start=1795222800.5&end=1795230000&step=30"),
                Arguments.of(
                        new Span(null, null, end), null, "start=1795222800&end=1795226400&step=15"),
                Arguments.of(
                        new Span(null, end, end), null, "start=1795226400&end=1795226400&step=1"));
    }

    @ParameterizedTest
    @MethodSource
    void refuses_before_sending_what_cannot_be_meant(PrometheusRequest request, String message)
            throws InterruptedException {
        REPLAY.always(Capture.of("prometheus-3.5.3", "query-empty.json"));
        assertThat(CLIENT.fetch(request, tenSeconds()))
                .isInstanceOfSatisfying(
                        Reply.Failure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(FailureCode.INVALID_ARGUMENT);
                            assertThat(failure.message() + "; " + failure.hint()).contains(message);
                        });
        assertThat(REPLAY.requests()).isEmpty();
    }

    static Stream<Arguments> refuses_before_sending_what_cannot_be_meant() {
        Span future = new Span(null, NOW.plusSeconds(1), null);
        Span backwards = new Span(null, NOW, NOW.minusMillis(1));
        return Stream.of(
                Arguments.of(
                        new PrometheusRequest.Range(B, "up", future, null),
                        "the start, 2026-11-21T03:00:01.000Z, is not before the end, 2026-11-21T03:00:00.000Z (now)"),
                Arguments.of(
                        new PrometheusRequest.Range(B, "up", backwards, null),
                        "is not before the end, 2026-11-21T02:59:59.999Z; give a start before the end"),
                Arguments.of(
                        new PrometheusRequest.Series(B, List.of("up"), backwards),
                        "is not before the end"),
                Arguments.of(
                        new PrometheusRequest.Labels(B, List.of(), future),
                        "is not before the end"),
                Arguments.of(
                        new PrometheusRequest.LabelValues(B, "job", List.of(), future),
                        "is not before the end"),
                Arguments.of(
                        new PrometheusRequest.Series(B, List.of(), OPEN), "at least one selector"),
                Arguments.of(
                        new PrometheusRequest.LabelValues(B, "..", List.of(), OPEN),
                        "`..` is not a label's name"),
                Arguments.of(
                        new PrometheusRequest.LabelValues(B, "a/../b", List.of(), OPEN),
                        "is not a label's name"),
                Arguments.of(
                        new PrometheusRequest.LabelValues(B, "", List.of(), OPEN),
                        "is not a label's name"),
                Arguments.of(
                        new PrometheusRequest.Range(B, "up", OPEN, Duration.ZERO),
                        "shorter than the shortest, 1 ms"),
                Arguments.of(
                        new PrometheusRequest.Range(B, "up", OPEN, Duration.ofSeconds(-5)),
                        "shorter than the shortest, 1 ms"),
                Arguments.of(
                        new PrometheusRequest.Range(B, "up", OPEN, Duration.ofNanos(500)),
                        "shorter than the shortest, 1 ms"),
                Arguments.of(
                        new PrometheusRequest.Range(
                                B,
                                "up",
                                new Span(Duration.ofDays(30), null, null),
                                Duration.ofSeconds(10)),
                        "more than 11,000 points a series, the most Prometheus gives; use a step of at least 300s"));
    }

    @Test
    void a_hostile_query_stays_the_value_of_its_parameter() throws InterruptedException {
        String hostile = "up{a=\"b&c\"}%26 +é\n&limit=9#?";
        send(new PrometheusRequest.Instant(B, hostile, null));
        assertThat(REPLAY.requests().getLast().getFormParameters())
                .containsOnlyKeys("query", "timeout", "limit")
                .extractingByKey("query")
                .satisfies(value -> assertThat(value.values()).containsExactly(hostile));
    }

    @Test
    void a_hostile_label_stays_one_segment_of_the_path() throws InterruptedException {
        send(
                new PrometheusRequest.LabelValues(
                        B, "a b?c#%2e%2e;\u00e9", List.of("x", "y&z"), OPEN));
        assertThat(REPLAY.requests().getLast().getUrl())
                .isEqualTo(
                        "/api/v1/label/a%20b%3Fc%23%252e%252e%3B%C3%A9/values?match%5B%5D=x&match%5B%5D=y%26z&limit=10000");
    }

    @ParameterizedTest
    @CsvSource({
        "PT10S, PT9S",
        "PT30S, PT27S",
        "PT0.0009S, PT0.001S",
        "PT0S, PT0.001S",
        "PT0.005S, PT0.004S"
    })
    void the_server_is_asked_to_give_up_before_the_deadline_but_never_below_a_millisecond(
            Duration left, Duration given) {
        assertThat(PrometheusCalls.queryMax(left)).isEqualTo(given);
    }

    @Test
    void a_timeout_that_strikes_while_series_are_loaded_is_known_by_the_time_it_took() {
        WireReply.Answer answer =
                new WireReply.Answer(
                        422,
                        new WireBody(
                                "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"expanding series: context deadline exceeded\"}"
                                        .getBytes(StandardCharsets.UTF_8),
                                "application/json"),
                        null);
        PrometheusRequest request = new PrometheusRequest.Instant(B, "up", null);
        assertThat(PrometheusFailures.of(request, answer, true).code())
                .isEqualTo(FailureCode.BACKEND_TIMEOUT);
        assertThat(PrometheusFailures.of(request, answer, false))
                .satisfies(
                        failure -> {
                            assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_REFUSED);
                            assertThat(failure.hint()).contains("own limit on time or samples");
                        });
    }

    @ParameterizedTest
    @CsvSource({
        "401, text/plain, Unauthorized, BACKEND_UNAUTHORIZED, credentials",
        "403, text/html, <html>, BACKEND_UNAUTHORIZED, credentials",
        "408, text/plain, x, BACKEND_TIMEOUT, ask for less",
        "414, text/html, <html>, BACKEND_REFUSED, shorten",
        "429, text/plain, slow down, BACKEND_RATE_LIMITED, wait a little",
        "500, text/html, <html>, BACKEND_ERROR, try again",
        "502, text/html, <html>, BACKEND_ERROR, try again",
        "503, text/plain, Service Unavailable, BACKEND_ERROR, starting",
        "504, text/html, <html>, BACKEND_TIMEOUT, ask for less",
        "200, text/html, <html>Log in</html>, BACKEND_MALFORMED, proxy's login",
        "200, application/json, [], BACKEND_MALFORMED, try again",
        "200, application/json, '{\"status\":\"error\"}', BACKEND_MALFORMED, try again",
        "204, , '', BACKEND_MALFORMED, try again",
    })
    void what_proxies_answer_is_typed_too(
            int status, @Nullable String type, String body, FailureCode code, String hint)
            throws InterruptedException {
        REPLAY.always(status, type, body.getBytes(StandardCharsets.UTF_8));
        assertThat(CLIENT.fetch(new PrometheusRequest.Instant(B, "up", null), tenSeconds()))
                .isInstanceOfSatisfying(
                        Reply.Failure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(code);
                            assertThat(failure.hint()).contains(hint);
                            assertThat(failure.message()).doesNotContain("<html>", "Log in");
                        });
    }

    private static void send(PrometheusRequest request) throws InterruptedException {
        REPLAY.always(Capture.of("prometheus-3.5.3", "query-empty.json"));
        CLIENT.fetch(request, tenSeconds());
    }

    /** A deadline on a clock that stands still. */
    private static CallContext tenSeconds() {
        return new CallContext(
                "c-1", Deadline.in(Duration.ofSeconds(10), () -> 0), CallContext.Progress.NONE);
    }
}
