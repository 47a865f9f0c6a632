package dev.countergate.server.backend.alertmanager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.request.AlertmanagerRequest.Filter;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.template.Matcher;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.testing.capture.DirectCall;
import dev.countergate.testing.capture.Replay;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import tools.jackson.databind.JsonNode;

/** Every read against a running Alertmanager, compared with a plain call of the same endpoint. */
@EnabledIfEnvironmentVariable(
        named = "ALERTMANAGER_URL",
        matches = ".+",
        disabledReason = "ALERTMANAGER_URL names no running Alertmanager to compare with")
class RealAlertmanagerTest {
    private static final BackendName B = new BackendName("alerts");
    private static final Filter ALL = new Filter(List.of(), null, true, true, true);

    private static DirectCall direct;
    private static AlertmanagerClient client;

    @BeforeAll
    static void connect() {
        direct = DirectCall.to("ALERTMANAGER_URL");
        Backend.Http backend =
                new Backend.Http(
                        B,
                        Backend.Api.ALERTMANAGER,
                        URI.create(direct.origin()),
                        SecretText.plain(""),
                        List.of(),
                        null,
                        null,
                        Backend.Limits.DEFAULT);
        client = new AlertmanagerClient(backend, new HttpTransport(backend, "test"));
    }

    @AfterAll
    static void disconnect() {
        client.close();
    }

    @Test
    void alerts_are_those_the_server_gives() throws Exception {
        assertThat(rows(new AlertmanagerRequest.Alerts(B, ALL)))
                .extracting(row -> row.get("fingerprint"))
                .containsExactlyInAnyOrderElementsOf(
                        direct.get("/api/v2/alerts").findValues("fingerprint"));
    }

    @Test
    void a_filter_that_is_not_a_plain_word_filters_as_the_server_does() throws Exception {
        Filter filter =
                new Filter(
                        List.of(
                                new Matcher("severity", "page|ticket", true, true),
                                new Matcher("service", "a\"b\\c", false, false)),
                        "ho.k",
                        true,
                        false,
                        true);
        assertThat(rows(new AlertmanagerRequest.Alerts(B, filter)))
                .extracting(row -> row.get("fingerprint"))
                .containsExactlyInAnyOrderElementsOf(
                        direct.get(
                                        "/api/v2/alerts?filter=severity%3D~%22page%7Cticket%22&receiver=hook&silenced=false")
                                .findValues("fingerprint"));
    }

    @Test
    void groups_silences_and_status_are_those_the_server_gives() throws Exception {
        assertThat(rows(new AlertmanagerRequest.Groups(B, ALL)))
                .hasSize(direct.get("/api/v2/alerts/groups").size());
        assertThat(rows(new AlertmanagerRequest.Silences(B, List.of())))
                .extracting(row -> row.get("id"))
                .containsExactlyInAnyOrderElementsOf(
                        direct.get("/api/v2/silences").findValues("id"));
        Reply status = fetch(new AlertmanagerRequest.Status(B));
        assertThat(((Payload.Thing) ((Reply.Answer) status).payload()).value().get("version"))
                .isEqualTo(direct.get("/api/v2/status").get("versionInfo").get("version"));
        assertThat(status.toString()).doesNotContain("webhook");
    }

    @Test
    void a_faulty_filter_is_typed() throws Exception {
        Filter filter =
                new Filter(
                        List.of(new Matcher("severity", "(", true, true)), null, true, true, true);
        assertThat(fetch(new AlertmanagerRequest.Alerts(B, filter)))
                .isInstanceOfSatisfying(
                        Reply.Failure.class,
                        failure ->
                                assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_REFUSED));
    }

    private static List<JsonNode> rows(AlertmanagerRequest.Read request)
            throws InterruptedException {
        return ((Payload.Rows) ((Reply.Answer) fetch(request)).payload()).rows();
    }

    private static Reply fetch(AlertmanagerRequest.Read request) throws InterruptedException {
        return client.fetch(request, Replay.within(Duration.ofSeconds(20)));
    }
}
