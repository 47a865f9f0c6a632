package dev.countergate.server.backend.loki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.LokiRequest;
import dev.countergate.policy.request.Span;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.WireBody;
import dev.countergate.testing.capture.Replay;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is put on the wire, what is not, and answers nobody recorded. */
class LokiRequestsTest {
    private static final BackendName B = new BackendName("b");
    private static final Instant NOW = Instant.parse("2026-11-21T03:00:00.000000001Z");
    private static final Span OPEN = new Span(null, null, null);
    private static final Deadline DEADLINE = Deadline.in(Duration.ofMinutes(1), System::nanoTime);
    private static final Replay REPLAY = new Replay();
    private static final LokiClient CLIENT = client();

    private static LokiClient client() {
        Backend.Http backend = REPLAY.backend(Backend.Api.LOKI, "team-a");
        return new LokiClient(
                backend, new HttpTransport(backend, "test"), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @AfterAll
    static void stop() {
        CLIENT.close();
        REPLAY.close();
    }

    @ParameterizedTest
    @MethodSource
    void sends_one_shape_of_request(LokiRequest request, String url) throws InterruptedException {
        REPLAY.always(
                200,
                "application/json",
                "{\"status\":\"success\"}".getBytes(StandardCharsets.UTF_8));
        fetch(request);
        assertThat(REPLAY.requests().getLast())
                .satisfies(
                        sent -> {
                            assertThat(sent.getMethod().value()).isEqualTo("GET");
                            assertThat(sent.getUrl()).isEqualTo("/loki/api/v1" + url);
                            assertThat(sent.getHeader("X-Scope-OrgID")).isEqualTo("team-a");
                            assertThat(sent.getHeader("X-Loki-Response-Encoding-Flags"))
                                    .isEqualTo("categorize-labels");
                        });
    }

    static Stream<Arguments> sends_one_shape_of_request() {
        Span hour = new Span(Duration.ofHours(1), null, null);
        String within = "start=1795226400000000001&end=1795230000000000001";
        return Stream.of(
                Arguments.of(
                        new LokiRequest.Range(B, "{a=\"b\"} |= \"c&d\"", OPEN, null, null, false),
                        "/query_range?query=%7Ba%3D%22b%22%7D+%7C%3D+%22c%26d%22&limit=200&direction=backward"),
                Arguments.of(
                        new LokiRequest.Range(B, "x", hour, 5_000, Duration.ofMinutes(5), true),
                        "/query_range?query=x&"
                                + within
                                + "&limit=5000&direction=forward&step=300"),
                Arguments.of(
                        new LokiRequest.Instant(B, "x", NOW),
                        "/query?query=x&time=1795230000000000001"),
                Arguments.of(new LokiRequest.Labels(B, hour), "/labels?" + within),
                Arguments.of(
                        new LokiRequest.LabelValues(B, "a b", "{x=\"y\"}", hour),
                        "/label/a%20b/values?query=%7Bx%3D%22y%22%7D&" + within),
                Arguments.of(
                        new LokiRequest.Series(B, List.of("{a=\"1\"}", "{b=\"2\"}"), OPEN),
                        "/series?match%5B%5D=%7Ba%3D%221%22%7D&match%5B%5D=%7Bb%3D%222%22%7D"),
                Arguments.of(
                        new LokiRequest.Stats(B, "{a=\"1\"}", OPEN),
                        "/index/stats?query=%7Ba%3D%221%22%7D"));
    }

    @ParameterizedTest
    @MethodSource
    void refuses_before_sending_what_cannot_be_meant(LokiRequest request, String message)
            throws InterruptedException {
        REPLAY.always(
                200,
                "application/json",
                "{\"status\":\"success\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(fetch(request))
                .isInstanceOfSatisfying(
                        Reply.Failure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(FailureCode.INVALID_ARGUMENT);
                            assertThat(failure.message()).contains(message);
                        });
        assertThat(REPLAY.requests()).isEmpty();
    }

    static Stream<Arguments> refuses_before_sending_what_cannot_be_meant() {
        Span empty = new Span(Duration.ZERO, null, null);
        Span backwards = new Span(null, NOW, NOW.minusNanos(1));
        return Stream.of(
                Arguments.of(range(0, OPEN), "a limit of 0 is not between 1 and 5000"),
                Arguments.of(range(-1, OPEN), "a limit of -1 is not"),
                Arguments.of(range(5_001, OPEN), "a limit of 5001 is not between 1 and 5000"),
                Arguments.of(range(1, empty), "is not before the end"),
                Arguments.of(range(1, backwards), "is not before the end"),
                Arguments.of(
                        new LokiRequest.Range(B, "x", OPEN, 1, Duration.ZERO, false),
                        "a step must be longer than nothing"),
                Arguments.of(new LokiRequest.Labels(B, backwards), "is not before the end"),
                Arguments.of(new LokiRequest.Stats(B, "x", backwards), "is not before the end"),
                Arguments.of(new LokiRequest.Series(B, List.of(), OPEN), "there is no selector"),
                Arguments.of(
                        new LokiRequest.LabelValues(B, "..", null, OPEN),
                        "`..` is not a label's name"),
                Arguments.of(
                        new LokiRequest.LabelValues(B, "a/b", null, OPEN),
                        "is not a label's name"));
    }

    @Test
    void entries_of_one_moment_keep_their_order_in_both_directions() {
        String body =
                """
                {"status": "success", "data": {"resultType": "streams", "result": [
                  {"stream": {"s": "1"}, "values": [["5", "a"], ["7", "b"]]},
                  {"stream": {"s": "2"}, "values": [["7", "c"], ["6", "d"], ["7", "e"]]}]}}
                """;
        assertThat(lines(body, true)).containsExactly("a", "d", "b", "c", "e");
        assertThat(lines(body, false)).containsExactly("b", "c", "e", "d", "a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400|application/json|{\"code\":400,\"status\":\"error\",\"message\":\"parse `x`\"}|BACKEND_REFUSED|`parse 'x'`",
                "400|application/json|[1]|BACKEND_REFUSED|`[1]`",
                "502|text/html|<html>x</html>|BACKEND_ERROR|an html page",
                "429|text/plain|Too many outstanding requests|BACKEND_RATE_LIMITED|asks to slow down (429)",
                "504|text/plain|context deadline exceeded|BACKEND_TIMEOUT|ran out of time (504)",
                "503|text/plain|Ingester not ready|BACKEND_ERROR|(503): `Ingester not ready`",
                "200|text/html|<html>Log in</html>|BACKEND_MALFORMED|no JSON",
                "200|application/json|{\"status\":\"success\",\"data\":{\"resultType\":\"streams\"}}|BACKEND_MALFORMED|it has no result",
                "200|application/json|{\"status\":\"success\",\"data\":{\"resultType\":\"what\",\"result\":[]}}|BACKEND_MALFORMED|result type",
            })
    void what_gateways_answer_is_typed_too(
            int status, String type, String body, FailureCode code, String message)
            throws InterruptedException {
        REPLAY.always(status, type, body.getBytes(StandardCharsets.UTF_8));
        assertThat(fetch(range(1, OPEN)))
                .isInstanceOfSatisfying(
                        Reply.Failure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(code);
                            assertThat(failure.message()).containsIgnoringCase(message);
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"streams\":\"x\"}", "[]", "{\"streams\":1} x"})
    void statistics_that_are_no_counts_are_malformed(String body) {
        assertThat(
                        LokiReader.read(
                                new LokiRequest.Stats(B, "x", OPEN),
                                new WireBody(body.getBytes(StandardCharsets.UTF_8), null),
                                NOW,
                                DEADLINE))
                .isInstanceOf(Reply.Failure.class);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void keeps_as_many_entries_as_were_asked_for_whatever_comes(boolean inOneStream) {
        String between = inOneStream ? "," : "]},{\"stream\":{\"a\":\"b\"},\"values\":[";
        String body =
                "{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":[{\"stream\":{},\"values\":["
                        + ("[\"1\",\"\"]" + between).repeat(999_999)
                        + "[\"1\",\"last\"]]}]}}";
        for (LokiRequest request :
                List.of(range(200, OPEN), new LokiRequest.Instant(B, "x", null))) {
            int kept = request instanceof LokiRequest.Range ? 200 : LokiLimits.ENTRIES_MAX;
            Reply.Answer answer =
                    (Reply.Answer)
                            LokiReader.read(
                                    request,
                                    new WireBody(body.getBytes(StandardCharsets.UTF_8), null),
                                    NOW,
                                    DEADLINE);

            assertThat(((Payload.Logs) answer.payload()).entries()).hasSize(kept);
            assertThat(answer.notes())
                    .contains(
                            "kept the first "
                                    + kept
                                    + " of 1000000 entries as they came, which are more than were"
                                    + " asked for");
        }
    }

    @Test
    void gives_up_an_answer_that_is_not_read_in_time() {
        String body =
                "{\"data\":{\"resultType\":\"streams\",\"result\":[{\"values\":["
                        + "[\"1\",\"\"],".repeat(10_000);

        assertThat(
                        LokiReader.read(
                                range(200, OPEN),
                                new WireBody(body.getBytes(StandardCharsets.UTF_8), null),
                                NOW,
                                Deadline.in(Duration.ZERO, () -> 0)))
                .isInstanceOfSatisfying(
                        Reply.Failure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_TIMEOUT);
                            assertThat(failure.message())
                                    .contains("`b` is too much to read: it was not read within");
                        });
    }

    private static List<String> lines(String body, boolean forward) {
        Reply reply =
                LokiReader.read(
                        new LokiRequest.Range(B, "x", OPEN, 100, null, forward),
                        new WireBody(body.getBytes(StandardCharsets.UTF_8), null),
                        NOW,
                        DEADLINE);
        return ((Payload.Logs) ((Reply.Answer) reply).payload())
                .entries().stream().map(Payload.LogEntry::line).toList();
    }

    private static LokiRequest range(int limit, Span span) {
        return new LokiRequest.Range(B, "x", span, limit, null, false);
    }

    private static Reply fetch(LokiRequest request) throws InterruptedException {
        return CLIENT.fetch(request, Replay.within(Duration.ofSeconds(10)));
    }
}
