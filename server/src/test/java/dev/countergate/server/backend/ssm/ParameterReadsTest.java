package dev.countergate.server.backend.ssm;

import static dev.countergate.server.backend.ssm.SsmBackendFixture.FLEET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.demo.ssm.Fault;
import dev.countergate.demo.ssm.ManualClock;
import dev.countergate.demo.ssm.ParameterStore;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Names and open values; never a secret. */
final class ParameterReadsTest {
    @TempDir Path sandboxes;

    private SsmBackendFixture fixture;
    private ParameterStore store;

    @BeforeEach
    void start() {
        ManualClock clock = new ManualClock(Instant.parse("2026-01-02T03:04:05Z"));
        fixture = new SsmBackendFixture(clock, sandboxes, SsmBackendFixture.limits());
        store = fixture.simulator().parameters();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private Reply one(String name) throws InterruptedException {
        return fixture.fetch(new SsmRequest.StoreParameter(FLEET, name));
    }

    private Reply below(String path) throws InterruptedException {
        return fixture.fetch(new SsmRequest.StoreParameters(FLEET, path));
    }

    @Test
    void reads_a_value_and_an_earlier_version_of_it() throws Exception {
        store.put("/app/level", ParameterStore.Type.STRING, "info");
        store.put("/app/level", ParameterStore.Type.STRING, "debug");
        JsonNode latest = thing(one("/app/level"));
        assertThat(latest.path("value").stringValue()).isEqualTo("debug");
        assertThat(latest.path("version").intValue()).isEqualTo(2);
        assertThat(latest.path("modified").stringValue()).isEqualTo("2026-01-02T03:04:05.000Z");
        assertThat(thing(one("/app/level:1")).path("value").stringValue()).isEqualTo("info");
    }

    private static JsonNode thing(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Answer.class);
        return ((Payload.Thing) ((Reply.Answer) reply).payload()).value();
    }

    @Test
    void shows_that_a_secret_exists_but_neither_it_nor_its_ciphertext() throws Exception {
        store.put("/app/password", ParameterStore.Type.SECURE_STRING, "hidden");
        Reply reply = one("/app/password");
        assertThat(thing(reply).path("type").stringValue()).isEqualTo("SecureString");
        assertThat(thing(reply).has("value")).isFalse();
        assertThat(reply.toString()).doesNotContain("hidden").doesNotContain("AQICAH");
        assertThat(((Reply.Answer) reply).notes())
                .singleElement()
                .asString()
                .contains("SecureString");
    }

    @Test
    void never_asks_for_decryption() throws Exception {
        store.put("/app/password", ParameterStore.Type.SECURE_STRING, "hidden");
        one("/app/password");
        below("/app");
        assertThat(fixture.simulator().received("GetParameters")).isEqualTo(1);
        assertThat(fixture.simulator().received("GetParametersByPath")).isEqualTo(1);
        assertThat(store.decryptionsAsked()).isZero();
    }

    @Test
    void leaves_out_a_value_of_a_type_it_does_not_know() throws Exception {
        fixture.simulator()
                .faults()
                .next(
                        "GetParameters",
                        new Fault.Garbled(
                                200,
                                "application/x-amz-json-1.1",
                                "{\"Parameters\": [{\"Name\": \"n\", \"Type\": \"VerySecure\", \"Value\": \"hidden\"}]}"));
        assertThat(one("n").toString()).contains("VerySecure").doesNotContain("hidden");
    }

    @Test
    void passes_on_no_secret_of_the_recorded_answers() throws Exception {
        String recorded = recorded("get-parameters-by-path.json");
        assertThat(recorded).contains("hidden");
        fixture.simulator()
                .faults()
                .next(
                        "GetParametersByPath",
                        new Fault.Garbled(200, "application/x-amz-json-1.1", recorded));
        assertThat(below("/realstack").toString())
                .contains("/s")
                .contains("two")
                .doesNotContain("hidden");
    }

    /** What the simulator's own tests replay. */
    private static String recorded(String name) throws IOException {
        return Files.readString(
                Path.of("../demo/src/test/resources/dev/countergate/demo/ssm/captures", name));
    }

    @Test
    void follows_every_page_even_over_empty_ones() throws Exception {
        for (int i = 0; i < 25; i++) {
            store.put("/app/deep/" + i, ParameterStore.Type.STRING, "value " + i);
        }
        store.put("/app/password", ParameterStore.Type.SECURE_STRING, "hidden");
        store.answerEmptyPages(1);
        Reply.Answer answer = (Reply.Answer) below("/app");
        assertThat(((Payload.Rows) answer.payload()).rows()).hasSize(26).doesNotHaveDuplicates();
        assertThat(answer.toString()).contains("value 24").doesNotContain("hidden");
        assertThat(answer.notes()).singleElement().asString().contains("1 left out");
    }

    @Test
    void says_when_there_is_none() throws Exception {
        assertThat(((Reply.Failure) one("/app/none")).code()).isEqualTo(FailureCode.NOT_FOUND);
        assertThat(((Payload.Rows) ((Reply.Answer) below("/app")).payload()).rows()).isEmpty();
    }
}
