package dev.countergate.server.backend.ssm;

import static dev.countergate.server.backend.ssm.SsmBackendFixture.FLEET;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.demo.ssm.Fault;
import dev.countergate.demo.ssm.ManualClock;
import dev.countergate.demo.ssm.SimulatedInstance;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Deadline;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The inventory, and through it what every read does with faults and limits. */
@Tag("long")
final class InventoryReadsTest {
    @TempDir Path sandboxes;

    private SsmBackendFixture fixture;

    @BeforeEach
    void start() {
        fixture =
                new SsmBackendFixture(
                        new ManualClock(Instant.parse("2026-01-02T03:04:05Z")),
                        sandboxes,
                        new Backend.Limits(1, 64 << 10, Duration.ofSeconds(10)));
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private static SsmRequest inventory(List<String> ids, Map<String, String> tags) {
        return new SsmRequest.Inventory(FLEET, new SsmRequest.Targets(ids, tags));
    }

    private static SsmRequest everything() {
        return inventory(List.of(), Map.of());
    }

    private Reply.Answer answer(SsmRequest request) throws InterruptedException {
        Reply reply = fixture.fetch(request);
        assertThat(reply).isInstanceOf(Reply.Answer.class);
        return (Reply.Answer) reply;
    }

    private static List<JsonNode> rows(Reply.Answer answer) {
        return ((Payload.Rows) answer.payload()).rows();
    }

    private Reply.Failure failure(Duration within) throws InterruptedException {
        Reply reply = fixture.fetch(everything(), within);
        assertThat(reply).isInstanceOf(Reply.Failure.class);
        return (Reply.Failure) reply;
    }

    private void fill(int count) {
        for (int i = 0; i < count; i++) {
            fixture.simulator()
                    .fleet()
                    .put(
                            fixture.instance("i-%017x".formatted(i))
                                    .tagged(Map.of("parity", i % 2 == 0 ? "even" : "odd")));
        }
    }

    @Test
    void shows_an_instance_with_what_matters_on_call() throws Exception {
        fixture.simulator()
                .fleet()
                .put(fixture.instance(ONE).pinging(SimulatedInstance.Ping.CONNECTION_LOST));
        JsonNode row = rows(answer(everything())).getFirst();
        assertThat(row.path("instance").stringValue()).isEqualTo(ONE);
        assertThat(row.path("ping").stringValue()).isEqualTo("ConnectionLost");
        assertThat(row.path("last_ping").stringValue()).isEqualTo("2026-01-02T03:04:05.000Z");
        assertThat(row.path("platform").stringValue()).isEqualTo("Linux");
    }

    @Test
    void follows_every_page() throws Exception {
        fill(120);
        assertThat(rows(answer(everything()))).hasSize(121).doesNotHaveDuplicates();
        assertThat(rows(answer(inventory(List.of(), Map.of("tag:parity", "odd"))))).hasSize(60);
    }

    @Test
    void asks_for_more_ids_than_one_filter_takes() throws Exception {
        fill(120);
        List<String> ids =
                Stream.iterate(0, i -> i + 1).limit(130).map(i -> "i-%017x".formatted(i)).toList();
        Reply.Answer answer = answer(inventory(ids, Map.of()));
        assertThat(rows(answer)).hasSize(120);
        assertThat(answer.notes())
                .singleElement()
                .asString()
                .startsWith("not managed here: ")
                .contains(ids.getLast());
    }

    @Test
    void retries_passing_faults() throws Exception {
        fixture.simulator()
                .faults()
                .next("DescribeInstanceInformation", new Fault.BrokenBeforeAccepting());
        assertThat(rows(answer(everything()))).hasSize(1);
        assertThat(fixture.simulator().received("DescribeInstanceInformation")).isEqualTo(2);
    }

    record Row(Fault fault, FailureCode code) {}

    static Stream<Row> lasting() {
        return Stream.of(
                new Row(new Fault.Throttled(), FailureCode.BACKEND_RATE_LIMITED),
                new Row(new Fault.BrokenBeforeAccepting(), FailureCode.BACKEND_ERROR),
                new Row(new Fault.DroppedBeforeAccepting(), FailureCode.BACKEND_UNREACHABLE),
                new Row(new Fault.ClosedAfterAccepting(), FailureCode.BACKEND_UNREACHABLE),
                new Row(new Fault.Slow(Duration.ofMinutes(5)), FailureCode.BACKEND_TIMEOUT),
                new Row(
                        new Fault.Refused("ExpiredTokenException", "x"),
                        FailureCode.BACKEND_UNAUTHORIZED),
                new Row(
                        new Fault.Refused("AccessDeniedException", "x"),
                        FailureCode.BACKEND_UNAUTHORIZED),
                new Row(
                        new Fault.Garbled(200, "text/html", "<html>"),
                        FailureCode.BACKEND_MALFORMED),
                new Row(
                        new Fault.Garbled(200, "application/x-amz-json-1.1", "[1]"),
                        FailureCode.BACKEND_MALFORMED),
                new Row(
                        new Fault.Garbled(
                                200,
                                "application/x-amz-json-1.1",
                                "{\"InstanceInformationList\": [{\"LastPingDateTime\": \"soon\"}]}"),
                        FailureCode.BACKEND_MALFORMED),
                new Row(
                        new Fault.Garbled(302, "text/html", "away"),
                        FailureCode.BACKEND_MALFORMED));
    }

    @ParameterizedTest
    @MethodSource("lasting")
    void fails_with_a_type_within_the_deadline(Row row) throws Exception {
        fixture.simulator().faults().next("DescribeInstanceInformation", 100, row.fault());
        Duration given = Duration.ofSeconds(5);
        Deadline deadline = Deadline.in(given.plusMillis(500), System::nanoTime);
        assertThat(failure(given).code()).isEqualTo(row.code());
        assertThat(deadline.isOver()).isFalse();
    }

    @Test
    void stops_reading_an_answer_beyond_the_limit() throws Exception {
        String huge =
                "{\"InstanceInformationList\": [{\"Name\": \"" + "x".repeat(70 << 10) + "\"}]}";
        fixture.simulator()
                .faults()
                .next(
                        "DescribeInstanceInformation",
                        3,
                        new Fault.Garbled(200, "application/x-amz-json-1.1", huge));
        assertThat(failure(Duration.ofSeconds(5)).code()).isEqualTo(FailureCode.BACKEND_TOO_LARGE);
    }

    @Test
    void says_busy_when_every_place_is_taken() throws Exception {
        fixture.simulator()
                .faults()
                .next("DescribeInstanceInformation", new Fault.Slow(Duration.ofMinutes(5)));
        Thread holder =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        fixture.fetch(everything());
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
        while (fixture.simulator().received("DescribeInstanceInformation") == 0) {
            Thread.onSpinWait();
        }
        assertThat(failure(Duration.ofMillis(100)).code()).isEqualTo(FailureCode.BACKEND_BUSY);
        holder.interrupt();
        assertThat(holder.join(Duration.ofSeconds(5))).isTrue();
        assertThat(rows(answer(everything()))).hasSize(1);
    }

    @Test
    void names_an_endpoint_that_is_not_there() throws Exception {
        URI nowhere = URI.create("http://127.0.0.1:1");
        try (SsmBackend backend =
                SsmBackendFixture.backend(
                        nowhere, SsmBackendFixture.limits(), InstantSource.system())) {
            Reply reply =
                    backend.fetch(everything(), SsmBackendFixture.context(Duration.ofSeconds(5)));
            assertThat(((Reply.Failure) reply).code()).isEqualTo(FailureCode.BACKEND_UNREACHABLE);
        }
    }
}
