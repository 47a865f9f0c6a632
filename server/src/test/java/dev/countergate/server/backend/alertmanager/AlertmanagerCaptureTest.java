package dev.countergate.server.backend.alertmanager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.request.AlertmanagerRequest.Filter;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.template.Matcher;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.testing.capture.Capture;
import dev.countergate.testing.capture.Meaning;
import dev.countergate.testing.capture.Replay;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recorded answer of an endpoint we use, over HTTP, from both versions. */
class AlertmanagerCaptureTest {
    private static final String OLD = "alertmanager-0.25.0";
    private static final String NEW = "alertmanager-0.33.1";
    private static final BackendName B = new BackendName("b");
    private static final Filter ALL = new Filter(List.of(), null, true, true, true);
    private static final AlertmanagerRequest.Read ALERTS = new AlertmanagerRequest.Alerts(B, ALL);
    private static final AlertmanagerRequest.Read SILENCES =
            new AlertmanagerRequest.Silences(B, List.of());
    private static final AlertmanagerRequest.Read STATUS = new AlertmanagerRequest.Status(B);

    private static final Replay REPLAY = new Replay();
    private static final AlertmanagerClient CLIENT = client();

    private static AlertmanagerClient client() {
        Backend.Http backend = REPLAY.backend(Backend.Api.ALERTMANAGER);
        return new AlertmanagerClient(backend, new HttpTransport(backend, "test"));
    }

    @AfterAll
    static void stop() {
        CLIENT.close();
        REPLAY.close();
    }

    static Stream<Arguments> reads() {
        return Stream.of(OLD, NEW)
                .flatMap(
                        product ->
                                Stream.of(
                                        read(product, "alerts.json", ALERTS),
                                        read(
                                                product,
                                                "alerts-active-only.json",
                                                alerts(
                                                        true,
                                                        false,
                                                        false,
                                                        equal("team", "payments"))),
                                        read(
                                                product,
                                                "alerts-filters.json",
                                                alerts(
                                                        true,
                                                        true,
                                                        true,
                                                        new Matcher(
                                                                "severity",
                                                                "page|ticket",
                                                                true,
                                                                true),
                                                        new Matcher(
                                                                "service", "db", false, false))),
                                        read(
                                                product,
                                                "alerts-silenced.json",
                                                alerts(false, true, false)),
                                        read(
                                                product,
                                                "alerts-groups.json",
                                                new AlertmanagerRequest.Groups(B, ALL)),
                                        read(product, "silences.json", SILENCES),
                                        read(
                                                product,
                                                "silences-filtered.json",
                                                new AlertmanagerRequest.Silences(
                                                        B,
                                                        List.of(equal("alertname", "TargetDown")))),
                                        read(product, "status.json", STATUS)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reads")
    void reads_what_the_real_server_answered_to_this_request(
            Capture capture, AlertmanagerRequest.Read request) throws InterruptedException {
        REPLAY.exactly(capture, Set.of());
        assertThat(Meaning.of(fetch(request))).isEqualTo(Meaning.expected(capture));
    }

    /** The three shapes of an error's body; those of changes stand for reads, which have no others. */
    @ParameterizedTest
    @MethodSource
    void maps_an_error_by_status_whatever_its_shape(
            String file, FailureCode code, String message, String hint)
            throws InterruptedException {
        for (String product : List.of(OLD, NEW)) {
            REPLAY.always(Capture.of(product, file));
            assertThat(fetch(ALERTS))
                    .as("%s of %s", file, product)
                    .isInstanceOfSatisfying(
                            Reply.Failure.class,
                            failure -> {
                                assertThat(failure.code()).isEqualTo(code);
                                assertThat(failure.message())
                                        .contains(message)
                                        .doesNotContain("\n");
                                assertThat(failure.hint()).isNotBlank().contains(hint);
                            });
        }
    }

    static Stream<Arguments> maps_an_error_by_status_whatever_its_shape() {
        return Stream.of(
                error(
                        "error-alerts-filter.json",
                        FailureCode.BACKEND_REFUSED,
                        "backend `b` refuses the request (400): `matcher value contains unescaped double quote: \"(`",
                        "mend the matchers"),
                error(
                        "error-alerts-receiver.json",
                        FailureCode.BACKEND_REFUSED,
                        "(400): `failed to parse receiver param: error parsing regexp: missing closing ): '^(?:()$'`",
                        "regular expression"),
                error(
                        "error-no-such-path.json",
                        FailureCode.NOT_FOUND,
                        "has no such thing (404): `path /api/v2/nope was not found`",
                        "`url` and type"),
                error(
                        "error-silence-bad-id.json",
                        FailureCode.BACKEND_REFUSED,
                        "(422): `silenceID in path must be of type uuid: \"nope\"`",
                        "mend"),
                error(
                        "error-silence-no-matchers.json",
                        FailureCode.BACKEND_REFUSED,
                        "(422): `matchers in body should have at least 1 items`",
                        "mend"),
                error(
                        "error-silence-no-comment.json",
                        FailureCode.BACKEND_REFUSED,
                        "(422): `comment in body is required`",
                        "mend"),
                error(
                        "error-silence-not-json.json",
                        FailureCode.BACKEND_REFUSED,
                        "(400): `parsing silence body from \"\" failed, because unexpected EOF`",
                        "mend"),
                error(
                        "error-silence-wrong-type.json",
                        FailureCode.BACKEND_REFUSED,
                        "(415): `unsupported media type",
                        "mend"),
                error(
                        "error-silence-ends-first.json",
                        FailureCode.BACKEND_REFUSED,
                        "(400): `Failed to create silence: start time must be before end time`",
                        "mend"),
                error(
                        "error-silence-update-unknown.json",
                        FailureCode.NOT_FOUND,
                        "(404): `silence not found`",
                        ""),
                error(
                        "silence-get-unknown.txt",
                        FailureCode.NOT_FOUND,
                        "has no such thing (404)",
                        ""));
    }

    @Test
    void a_silence_deleted_unknown_fails_in_the_shape_of_its_version() throws InterruptedException {
        REPLAY.always(Capture.of(OLD, "silence-delete-unknown.json"));
        assertThat(((Reply.Failure) fetch(ALERTS)).message())
                .isEqualTo("backend `b` failed (500): `silence not found`");
        REPLAY.always(Capture.of(NEW, "silence-delete-unknown.txt"));
        assertThat(((Reply.Failure) fetch(ALERTS)).message())
                .isEqualTo("backend `b` has no such thing (404)");
    }

    @Test
    void the_first_version_of_the_api_says_that_it_is_gone() throws InterruptedException {
        REPLAY.always(Capture.of(NEW, "api-v1-status.json"));
        assertThat(fetch(ALERTS))
                .isInstanceOfSatisfying(
                        Reply.Failure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(FailureCode.NOT_FOUND);
                            assertThat(failure.message())
                                    .contains("(410): `The Alertmanager v1 API was deprecated");
                        });
    }

    @Test
    void the_configuration_never_leaves_with_the_status() throws InterruptedException {
        for (String product : List.of(OLD, NEW)) {
            Capture capture = Capture.of(product, "status.json");
            REPLAY.always(capture);
            String shown = fetch(STATUS).toString();
            assertThat(new String(capture.body(), StandardCharsets.UTF_8))
                    .contains("webhook_configs");
            assertThat(shown).doesNotContain("http", "webhook", "global", "receiver", "original");
            // Nor when the answer is of another endpoint, or broken.
            for (AlertmanagerRequest.Read request : List.of(ALERTS, SILENCES)) {
                assertThat(fetch(request).toString()).doesNotContain("webhook", "pagerduty");
            }
            byte[] whole = capture.body();
            REPLAY.always(
                    200, "application/json", java.util.Arrays.copyOf(whole, whole.length - 20));
            assertThat(fetch(STATUS).toString()).doesNotContain("webhook", "pagerduty");
        }
    }

    @Test
    void the_zero_time_is_no_time() throws InterruptedException {
        REPLAY.always(
                200,
                "application/json",
                """
                [{"labels": {"alertname": "A"}, "annotations": {}, "fingerprint": "1", "receivers": [],
                  "status": {"state": "unprocessed", "silencedBy": [], "inhibitedBy": []},
                  "startsAt": "2026-11-21T03:44:31.116999+01:00", "endsAt": "0001-01-01T00:00:00Z",
                  "updatedAt": "0001-01-01T00:00:00.000Z"}]
                """
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(((Payload.Rows) ((Reply.Answer) fetch(ALERTS)).payload()).rows())
                .singleElement()
                .satisfies(
                        row -> {
                            assertThat(row.has("endsAt")).isFalse();
                            assertThat(row.has("updatedAt")).isFalse();
                            assertThat(row.get("startsAt").stringValue())
                                    .isEqualTo("2026-11-21T02:44:31.116Z");
                        });
    }

    @Test
    void hostile_values_of_matchers_stay_values() throws InterruptedException {
        REPLAY.always(200, "application/json", "[]".getBytes(StandardCharsets.UTF_8));
        String hostile = "a\"b\\c\nd&active=false#é%22+{}";
        fetch(new AlertmanagerRequest.Silences(B, List.of(equal("x", hostile), equal("y", "z"))));
        assertThat(REPLAY.requests().getLast().getQueryParams())
                .containsOnlyKeys("filter")
                .extractingByKey("filter")
                .satisfies(
                        filter ->
                                assertThat(filter.values())
                                        .containsExactly(
                                                "x=\"a\\\"b\\\\c\\nd&active=false#é%22+{}\"",
                                                "y=\"z\""));
    }

    @Test
    void a_receiver_is_asked_for_by_regular_expression() throws InterruptedException {
        REPLAY.always(Capture.of(NEW, "alerts.json"));
        fetch(
                new AlertmanagerRequest.Alerts(
                        B, new Filter(List.of(), "ho+k|x", true, false, true)));
        assertThat(REPLAY.requests().getLast().getUrl())
                .isEqualTo(
                        "/api/v2/alerts?receiver=ho%2Bk%7Cx&active=true&silenced=false&inhibited=true");
    }

    private static Reply fetch(AlertmanagerRequest.Read request) throws InterruptedException {
        return CLIENT.fetch(request, Replay.within(Duration.ofSeconds(10)));
    }

    private static AlertmanagerRequest.Read alerts(
            boolean active, boolean silenced, boolean inhibited, Matcher... matchers) {
        return new AlertmanagerRequest.Alerts(
                B, new Filter(List.of(matchers), null, active, silenced, inhibited));
    }

    private static Matcher equal(String name, String value) {
        return new Matcher(name, value, false, true);
    }

    private static Arguments read(String product, String file, AlertmanagerRequest.Read request) {
        return Arguments.of(Capture.of(product, file), request);
    }

    private static Arguments error(String file, FailureCode code, String message, String hint) {
        return Arguments.of(file, code, message, hint);
    }
}
