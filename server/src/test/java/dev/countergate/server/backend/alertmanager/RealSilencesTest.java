package dev.countergate.server.backend.alertmanager;

import static dev.countergate.server.backend.ChangeFixtures.resolved;
import static dev.countergate.server.backend.ChangeFixtures.sending;
import static dev.countergate.server.backend.ChangeFixtures.tool;
import static dev.countergate.server.backend.ChangeFixtures.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.AlertmanagerAction;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Event.Sighting;
import dev.countergate.policy.request.AlertmanagerRequest;
import dev.countergate.policy.template.Matcher;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.ChangeFixtures;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.backend.Resolution;
import dev.countergate.server.backend.Sent;
import dev.countergate.server.backend.Wish;
import dev.countergate.testing.capture.DirectCall;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import tools.jackson.databind.JsonNode;

/** A silence's whole life at a running Alertmanager, seen with other eyes too. */
@EnabledIfEnvironmentVariable(
        named = "ALERTMANAGER_URL",
        matches = ".+",
        disabledReason = "ALERTMANAGER_URL names no running Alertmanager to silence")
class RealSilencesTest {
    private static final BackendName IT = new BackendName("it");

    @Test
    void a_silence_is_made_found_and_ended() throws Exception {
        DirectCall direct = DirectCall.to("ALERTMANAGER_URL");
        UUID attempt = UUID.randomUUID();
        Instant now = Instant.now();
        Wish wish =
                new Wish(
                        tool(new AlertmanagerAction.Status(IT), null),
                        attempt,
                        now,
                        "unix:ana",
                        within(Duration.ofSeconds(20)));
        AlertmanagerRequest.Silence silence =
                new AlertmanagerRequest.Silence(
                        IT,
                        List.of(
                                new Matcher("alertname", "No\"Such\\Alert\n", false, true),
                                new Matcher("service", "a|b", true, false)),
                        Duration.ofMinutes(10),
                        "caf\u00E9 \"x\"\n");
        Backend.Http backend =
                ChangeFixtures.http(
                        Backend.Api.ALERTMANAGER, URI.create(direct.origin()), List.of());
        try (AlertmanagerClient client =
                new AlertmanagerClient(backend, new HttpTransport(backend, "test"))) {
            ChangeClient changes = client.changes();
            CoreRequest request = resolved(changes.resolve(silence, wish));
            assertThat(sight(changes, request)).isEqualTo(Sighting.ABSENT);

            Sent sent = changes.send(request, sending(Duration.ofSeconds(20)));

            assertThat(sent.outcome()).isEqualTo(Outcome.APPLIED);
            assertThat(sight(changes, request)).isEqualTo(Sighting.FOUND);
            JsonNode result = Objects.requireNonNull(sent.result());
            String id = result.get("silenceID").stringValue();
            JsonNode seen = direct.get("/api/v2/silence/" + id);
            assertThat(seen.get("comment").stringValue())
                    .isEqualTo("caf\u00E9 \"x\"\n [countergate " + attempt + "]");
            assertThat(seen.get("createdBy").stringValue()).isEqualTo("unix:ana");
            assertThat(seen.at("/matchers/0/value").stringValue()).isEqualTo("No\"Such\\Alert\n");
            assertThat(Instant.parse(seen.get("endsAt").stringValue()))
                    .isEqualTo(
                            Instant.ofEpochMilli(now.toEpochMilli()).plus(Duration.ofMinutes(10)));

            AlertmanagerRequest.Expire expire = new AlertmanagerRequest.Expire(IT, id);
            CoreRequest ending = resolved(changes.resolve(expire, wish));
            assertThat(sight(changes, ending)).isEqualTo(Sighting.ABSENT);
            assertThat(changes.send(ending, sending(Duration.ofSeconds(20))).outcome())
                    .isEqualTo(Outcome.APPLIED);
            assertThat(sight(changes, ending)).isEqualTo(Sighting.FOUND);
            assertThat(sight(changes, request)).isEqualTo(Sighting.FOUND);
            assertThat(direct.get("/api/v2/silence/" + id).at("/status/state").stringValue())
                    .isEqualTo("expired");

            assertThat(changes.send(ending, sending(Duration.ofSeconds(20))).outcome())
                    .isEqualTo(Outcome.APPLIED);
            assertThat(changes.resolve(expire, wish)).isInstanceOf(Resolution.Refused.class);
            assertThat(
                            changes.resolve(
                                    new AlertmanagerRequest.Expire(
                                            IT, UUID.randomUUID().toString()),
                                    wish))
                    .isInstanceOfSatisfying(
                            Resolution.Refused.class,
                            refused -> assertThat(refused.code()).isEqualTo("NOT_FOUND"));
        }
    }

    private static Sighting sight(ChangeClient changes, CoreRequest request)
            throws InterruptedException {
        return changes.search(request, Instant.now(), within(Duration.ofSeconds(20))).sighting();
    }
}
