package dev.countergate.server.backend.alertmanager;

import static dev.countergate.server.backend.ChangeFixtures.ATTEMPT;
import static dev.countergate.server.backend.ChangeFixtures.CREATED;
import static dev.countergate.server.backend.ChangeFixtures.resolved;
import static dev.countergate.server.backend.ChangeFixtures.said;
import static dev.countergate.server.backend.ChangeFixtures.sending;
import static dev.countergate.server.backend.ChangeFixtures.tool;
import static dev.countergate.server.backend.ChangeFixtures.wish;
import static dev.countergate.server.backend.ChangeFixtures.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.AlertmanagerAction;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Event.Sighting;
import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.template.Matcher;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.ChangeFixtures;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.Resolution;
import dev.countergate.server.backend.Seen;
import dev.countergate.server.backend.Sent;
import dev.countergate.server.backend.Wish;
import dev.countergate.testing.RawServer;
import dev.countergate.testing.capture.Capture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** Silences made, ended and looked for, against answers recorded from Alertmanager 0.25 and 0.33. */
class AlertmanagerChangesTest {
    private static final BackendName IT = new BackendName("it");
    private static final String ID = "7685b990-395a-4d1b-b6c3-d3980f1314de";

    record Answer(int status, String contentType, String body) {}

    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private RawServer server;
    private AlertmanagerClient client;

    @BeforeEach
    void start() {
        server =
                RawServer.start(
                        (request, connection) -> {
                            String[] line = request.line().split(" ", 3);
                            Answer answer =
                                    answers.getOrDefault(
                                            line[0] + " " + line[1].split("\\?", 2)[0],
                                            new Answer(404, "", ""));
                            connection.answer(
                                    answer.status(),
                                    answer.contentType().isEmpty()
                                            ? ""
                                            : "Content-Type: " + answer.contentType() + "\n",
                                    answer.body());
                        });
        Backend.Http backend =
                ChangeFixtures.http(
                        Backend.Api.ALERTMANAGER,
                        server.origin(),
                        List.of(new Backend.Header("X-A", SecretText.plain("1"))));
        client = new AlertmanagerClient(backend, new HttpTransport(backend, "test"));
        answer("GET /api/v2/alerts", 200, "[]");
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private void answer(String request, int status, String body) {
        answers.put(request, new Answer(status, "application/json", body));
    }

    private void answer(String request, String product, String file) {
        Capture capture = Capture.of(product, file);
        answers.put(
                request,
                new Answer(
                        capture.status(),
                        capture.contentType() == null ? "" : capture.contentType(),
                        new String(capture.body(), StandardCharsets.UTF_8)));
    }

    private ChangeClient changes() {
        return client.changes();
    }

    private static Wish wished() {
        return wish(tool(new AlertmanagerAction.Status(IT), null));
    }

    private static AlertmanagerRequest.Silence silence(String comment) {
        return new AlertmanagerRequest.Silence(
                IT,
                List.of(
                        new Matcher("alertname", "HighErrorRate", false, true),
                        new Matcher("service", "a|b", true, false)),
                Duration.ofMinutes(90),
                comment);
    }

    private CoreRequest silenced(String comment) throws InterruptedException {
        return resolved(changes().resolve(silence(comment), wished()));
    }

    private static String silenceOf(String state, String comment) {
        return "{\"id\":\""
                + ID
                + "\",\"status\":{\"state\":\""
                + state
                + "\"},\"comment\":"
                + JsonMapper.shared().valueToTree(comment)
                + ",\"createdBy\":\"ana\",\"endsAt\":\"2026-11-21T09:00:00.000Z\",\"matchers\":[{\"name\":\"a\",\"value\":\"b\",\"isRegex\":false,\"isEqual\":true}]}";
    }

    @Test
    void fixes_a_silence_s_times_author_and_mark_and_tells_whom_it_would_silence()
            throws Exception {
        answer("GET /api/v2/alerts", "alertmanager-0.33.1", "alerts-silenced.json");
        Resolution.Resolved resolution =
                (Resolution.Resolved) changes().resolve(silence("deploy \"x\""), wished());

        JsonNode body =
                JsonMapper.shared().readTree(resolution.request().json().get("body").stringValue());
        assertThat(body.get("startsAt").stringValue()).isEqualTo("2026-11-21T07:00:00.000Z");
        assertThat(body.get("endsAt").stringValue()).isEqualTo("2026-11-21T08:30:00.000Z");
        assertThat(body.get("createdBy").stringValue()).isEqualTo("unix:ana-agent");
        assertThat(body.get("comment").stringValue())
                .isEqualTo("deploy \"x\" [countergate " + ATTEMPT + "]");
        assertThat(body.get("matchers").toString())
                .isEqualTo(
                        "[{\"name\":\"alertname\",\"value\":\"HighErrorRate\",\"isRegex\":false,\"isEqual\":true},{\"name\":\"service\",\"value\":\"a|b\",\"isRegex\":true,\"isEqual\":false}]");
        assertThat(resolution.blastRadius().getFirst()).matches("alerts it matches now: [1-9]");
        assertThat(resolution.blastRadius().get(1)).startsWith("{alertname=\"");
        assertThat(server.requests()).hasSize(1);
        assertThat(server.requests().getFirst().target())
                .contains("filter=alertname%3D%22HighErrorRate%22")
                .contains("filter=service%21%7E%22a%7Cb%22");
    }

    @Test
    void resolved_again_it_is_the_same() throws Exception {
        assertThat(silenced("x").differences(silenced("x").json())).isEmpty();
        assertThat(silenced("x").differences(silenced("y").json())).containsExactly("body");
    }

    @ParameterizedTest
    @ValueSource(strings = {"alertmanager-0.25.0", "alertmanager-0.33.1"})
    void makes_a_silence_once_as_the_core_says_and_gives_its_id(String product) throws Exception {
        answer("POST /api/v2/silences", product, "silence-create.json");
        CoreRequest request = silenced("x\n\"\u00E9");
        Sent sent = changes().send(request, sending(Duration.ofSeconds(10)));

        assertThat(sent.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(Objects.requireNonNull(sent.result()).get("silenceID").stringValue())
                .matches("[0-9a-f-]{36}");
        assertThat(server.requests()).hasSize(2);
        assertThat(said(server.requests().getLast(), server.origin())).isEqualTo(said(request));
        assertThat(said(request)).containsEntry("header content-type", "application/json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    error-silence-bad-regex.json     | FAILED
                    error-silence-ends-first.json    | FAILED
                    error-silence-matches-empty.json | FAILED
                    error-silence-no-matchers.json   | FAILED
                    error-silence-wrong-type.json    | FAILED
                    """)
    void what_an_alertmanager_refuses_has_no_effect(String file, Outcome outcome) throws Exception {
        for (String product : List.of("alertmanager-0.25.0", "alertmanager-0.33.1")) {
            answer("POST /api/v2/silences", product, file);
            Sent sent = changes().send(silenced("x"), sending(Duration.ofSeconds(10)));

            assertThat(sent.outcome()).as(product).isEqualTo(outcome);
            assertThat(sent.detail()).startsWith("HTTP 4").doesNotContain("\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "<html>log in</html>", "[]", "{\"silenceID\":", "\"ok\""})
    void a_success_that_is_no_alertmanager_s_is_unknown(String body) throws Exception {
        answer("POST /api/v2/silences", 200, body);
        Sent sent = changes().send(silenced("x"), sending(Duration.ofSeconds(10)));

        assertThat(sent.outcome()).isEqualTo(Outcome.OUTCOME_UNKNOWN);
        assertThat(sent.result()).isNull();
        assertThat(server.requests()).hasSize(2);
    }

    static Stream<Object[]> sights() {
        String mark = "x [countergate " + ATTEMPT + "]";
        String other = "x [countergate 00000000-0000-0000-0000-000000000000]";
        return Stream.of(
                new Object[] {"[]", Sighting.ABSENT},
                new Object[] {"[" + silenceOf("active", mark) + "]", Sighting.FOUND},
                new Object[] {"[" + silenceOf("pending", mark) + "]", Sighting.FOUND},
                new Object[] {"[" + silenceOf("expired", mark) + "]", Sighting.FOUND},
                new Object[] {
                    "[" + silenceOf("active", other) + "," + silenceOf("active", mark) + "]",
                    Sighting.FOUND
                },
                new Object[] {"[" + silenceOf("active", other) + "]", Sighting.ABSENT},
                new Object[] {"[" + silenceOf("active", mark + " or so") + "]", Sighting.ABSENT},
                new Object[] {"[" + silenceOf("odd", mark) + "]", Sighting.UNREADABLE},
                new Object[] {"{}", Sighting.UNREADABLE},
                new Object[] {"", Sighting.UNREADABLE},
                new Object[] {"<html>", Sighting.UNREADABLE},
                new Object[] {"[" + silenceOf("active", mark), Sighting.UNREADABLE});
    }

    @ParameterizedTest
    @MethodSource("sights")
    void looks_for_a_silence_by_its_mark(String body, Sighting sighting) throws Exception {
        answer("GET /api/v2/silences", 200, body);
        CoreRequest frozen = frozen(silenced("x"));
        Seen seen = changes().search(frozen, CREATED, within(Duration.ofSeconds(10)));

        assertThat(seen.sighting()).isEqualTo(sighting);
        assertThat(seen.result())
                .isEqualTo(
                        sighting == Sighting.FOUND
                                ? JsonNodeFactory.instance.objectNode().put("silenceID", ID)
                                : null);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 401, 403, 404, 429, 500, 503})
    void a_search_that_fails_says_nothing_of_the_silence(int status) throws Exception {
        answer("GET /api/v2/silences", status, "[]");
        CoreRequest frozen = frozen(silenced("x"));

        assertThat(changes().search(frozen, CREATED, within(Duration.ofSeconds(5))).sighting())
                .isEqualTo(Sighting.UNREADABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alertmanager-0.25.0", "alertmanager-0.33.1"})
    void ends_a_silence_and_shows_before_what_it_silenced(String product) throws Exception {
        answer("GET /api/v2/silence/" + ID, product, "silence-get.json");
        answer("DELETE /api/v2/silence/" + ID, product, "silence-delete.txt");
        Resolution.Resolved resolution =
                (Resolution.Resolved)
                        changes().resolve(new AlertmanagerRequest.Expire(IT, ID), wished());
        Sent sent = changes().send(resolution.request(), sending(Duration.ofSeconds(10)));

        assertThat(sent.outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(resolution.blastRadius()).hasSize(4);
        assertThat(resolution.blastRadius().getFirst()).startsWith("ends the silence of: ");
        assertThat(server.requests()).hasSize(2);
        assertThat(said(server.requests().getLast(), server.origin()))
                .isEqualTo(said(resolution.request()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"alertmanager-0.25.0", "alertmanager-0.33.1"})
    void a_silence_that_has_ended_needs_no_ending(String product) throws Exception {
        answer("GET /api/v2/silence/" + ID, product, "silence-expired-get.json");

        assertThat(changes().resolve(new AlertmanagerRequest.Expire(IT, ID), wished()))
                .isInstanceOfSatisfying(
                        Resolution.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo("NOTHING_TO_DO"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"alertmanager-0.25.0", "alertmanager-0.33.1"})
    void a_silence_that_is_not_there_is_refused_with_a_hint(String product) throws Exception {
        answer("GET /api/v2/silence/" + ID, product, "silence-get-unknown.txt");

        assertThat(changes().resolve(new AlertmanagerRequest.Expire(IT, ID), wished()))
                .isInstanceOfSatisfying(
                        Resolution.Refused.class,
                        refused -> {
                            assertThat(refused.code()).isEqualTo("NOT_FOUND");
                            assertThat(refused.hint()).contains("list the silences");
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a/../../status"})
    void an_id_that_is_another_path_goes_nowhere(String id) throws Exception {
        assertThat(changes().resolve(new AlertmanagerRequest.Expire(IT, id), wished()))
                .isInstanceOf(Resolution.Refused.class);
        assertThat(server.connections()).isZero();
    }

    /** Ending an ended one again is answered 200 by both; of one that is not there 0.25 says 500 and 0.33 says 404. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    alertmanager-0.25.0 | silence-delete-again.txt    | APPLIED
                    alertmanager-0.33.1 | silence-delete-again.txt    | APPLIED
                    alertmanager-0.25.0 | silence-delete-unknown.json | OUTCOME_UNKNOWN
                    alertmanager-0.33.1 | silence-delete-unknown.txt  | FAILED
                    """)
    void says_of_an_ending_what_the_answer_proves(String product, String file, Outcome outcome)
            throws Exception {
        answer("GET /api/v2/silence/" + ID, product, "silence-get.json");
        answer("DELETE /api/v2/silence/" + ID, product, file);
        CoreRequest request =
                resolved(changes().resolve(new AlertmanagerRequest.Expire(IT, ID), wished()));

        assertThat(changes().send(request, sending(Duration.ofSeconds(10))).outcome())
                .isEqualTo(outcome);
    }

    @Test
    void an_ending_answered_with_a_page_is_unknown() throws Exception {
        answer("GET /api/v2/silence/" + ID, "alertmanager-0.33.1", "silence-get.json");
        answer("DELETE /api/v2/silence/" + ID, 200, "<html>log in</html>");
        CoreRequest request =
                resolved(changes().resolve(new AlertmanagerRequest.Expire(IT, ID), wished()));

        assertThat(changes().send(request, sending(Duration.ofSeconds(10))).outcome())
                .isEqualTo(Outcome.OUTCOME_UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({"active,ABSENT", "pending,ABSENT", "expired,FOUND", "odd,UNREADABLE"})
    void looks_for_an_ending_by_the_silence_s_state(String state, Sighting sighting)
            throws Exception {
        answer("GET /api/v2/silence/" + ID, 200, silenceOf("active", "x"));
        CoreRequest frozen =
                frozen(
                        resolved(
                                changes()
                                        .resolve(
                                                new AlertmanagerRequest.Expire(IT, ID), wished())));
        answer("GET /api/v2/silence/" + ID, 200, silenceOf(state, "x"));

        assertThat(changes().search(frozen, CREATED, within(Duration.ofSeconds(10))).sighting())
                .isEqualTo(sighting);
        answers.clear();
        assertThat(changes().search(frozen, CREATED, within(Duration.ofSeconds(10))).sighting())
                .isEqualTo(Sighting.UNREADABLE);
    }

    @Test
    void what_cannot_be_read_is_not_proposed() throws Exception {
        answer("GET /api/v2/alerts", 503, "");
        answer("GET /api/v2/silence/" + ID, 200, "<html>");

        assertThat(changes().resolve(silence("x"), wished())).isInstanceOf(Resolution.Failed.class);
        assertThat(changes().resolve(new AlertmanagerRequest.Expire(IT, ID), wished()))
                .isInstanceOf(Resolution.Failed.class);
    }

    @Test
    void knows_no_attempt_to_wait_for_and_has_two_minutes_to_show_one() throws Exception {
        CoreRequest request = silenced("x");

        assertThat(changes().settle()).isEqualTo(Duration.ofMinutes(2));
        assertThat(changes().stop(request, "x", within(Duration.ofSeconds(1)))).isFalse();
        assertThatThrownBy(() -> changes().resume(request, "x", sending(Duration.ofSeconds(1))))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> changes().send(frozen(request), sending(Duration.ofSeconds(1))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static CoreRequest frozen(CoreRequest request) {
        return ((Checked.Valid<CoreRequest>) CoreRequest.read(request.json(), ATTEMPT)).value();
    }
}
