package dev.countergate.server.backend.ssm;

import static dev.countergate.server.backend.ssm.SsmBackendFixture.ONE;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.TWO;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.commands;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.demo.ssm.Fault;
import dev.countergate.demo.ssm.RealTimeClock;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import java.nio.file.Path;
import java.time.Duration;
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

/** Whatever goes wrong with SendCommand, it reaches the service once, and the caller gets a typed answer. */
@Tag("long")
final class SentOnceTest {
    private static final String DENIED =
            "User: arn:aws:iam::123456789012:user/ana is not authorized to perform: ssm:SendCommand on resource:"
                    + " arn:aws:ssm:eu-west-1:123456789012:parameter/prod/password";

    @TempDir Path sandboxes;

    private SsmBackendFixture fixture;

    @BeforeEach
    void start() {
        Backend.Limits limits = new Backend.Limits(16, 16 << 20, Duration.ofMillis(700));
        fixture = new SsmBackendFixture(new RealTimeClock(), sandboxes, limits);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    static Stream<Fault> accepted_but_not_told() {
        return Stream.of(
                new Fault.BrokenAfterAccepting(),
                new Fault.DroppedAfterAccepting(),
                new Fault.ClosedAfterAccepting(),
                new Fault.Slow(Duration.ofMinutes(5)));
    }

    @ParameterizedTest
    @MethodSource("accepted_but_not_told")
    void finds_by_its_mark_what_was_accepted_though_the_answer_was_lost(Fault fault)
            throws Exception {
        // A connection in use before: the case where HTTP clients like to send again.
        fixture.fetch(inventory());
        fixture.simulator().faults().next("SendCommand", fault);
        Reply reply = fixture.fetch(commands(List.of(ONE), "echo here"));
        assertThat(reply).isInstanceOf(Reply.Answer.class);
        assertThat(
                        ((Payload.Commands) ((Reply.Answer) reply).payload())
                                .invocations()
                                .getFirst()
                                .output())
                .isEqualTo("here\n");
        assertCounts(1, 1);
    }

    @ParameterizedTest
    @MethodSource("accepted_but_not_told")
    void says_unknown_when_the_accepted_command_does_not_show(Fault fault) throws Exception {
        fixture.simulator().commands().hideFor(Duration.ofHours(1));
        fixture.simulator().faults().next("SendCommand", fault);
        Reply.Failure failure = failure(commands(List.of(ONE), "echo here"));
        assertThat(failure.message()).contains("whether the command was accepted is not known");
        assertThat(failure.hint()).contains("`countergate " + SsmBackendFixture.MARK + "`");
        assertCounts(1, 1);
    }

    record Row(Fault fault, FailureCode code) {}

    static Stream<Row> not_accepted() {
        return Stream.of(
                new Row(new Fault.Throttled(), FailureCode.BACKEND_RATE_LIMITED),
                new Row(new Fault.BrokenBeforeAccepting(), FailureCode.BACKEND_ERROR),
                new Row(new Fault.DroppedBeforeAccepting(), FailureCode.BACKEND_UNREACHABLE),
                new Row(refused("ExpiredTokenException"), FailureCode.BACKEND_UNAUTHORIZED),
                new Row(refused("UnrecognizedClientException"), FailureCode.BACKEND_UNAUTHORIZED),
                new Row(refused("InvalidSignatureException"), FailureCode.BACKEND_UNAUTHORIZED),
                new Row(refused("AccessDeniedException"), FailureCode.BACKEND_UNAUTHORIZED),
                new Row(refused("InvalidParameters"), FailureCode.BACKEND_REFUSED),
                new Row(refused("SomethingNew"), FailureCode.BACKEND_REFUSED),
                new Row(refused("InvalidDocument"), FailureCode.NOT_FOUND),
                new Row(garbled(200, "<html>hello</html>"), FailureCode.BACKEND_MALFORMED),
                new Row(garbled(200, "{}"), FailureCode.BACKEND_MALFORMED),
                new Row(garbled(200, "{\"Command\": [1, 2"), FailureCode.BACKEND_MALFORMED),
                new Row(garbled(403, "<html>proxy</html>"), FailureCode.BACKEND_REFUSED),
                new Row(garbled(503, "<html>down</html>"), FailureCode.BACKEND_ERROR),
                new Row(garbled(500, ""), FailureCode.BACKEND_ERROR));
    }

    private static Fault refused(String type) {
        return new Fault.Refused(type, DENIED);
    }

    private static Fault garbled(int status, String body) {
        return new Fault.Garbled(status, "application/x-amz-json-1.1", body);
    }

    @ParameterizedTest
    @MethodSource("not_accepted")
    void fails_with_a_type_and_sends_no_second_time(Row row) throws Exception {
        fixture.simulator().faults().next("SendCommand", row.fault());
        Reply.Failure failure = failure(commands(List.of(ONE), "echo here"));
        assertThat(failure.code()).isEqualTo(row.code());
        assertThat(failure.message() + failure.hint() + failure.quoted())
                .doesNotContain("arn:")
                .doesNotContain("123456789012")
                .doesNotContain("password")
                .doesNotContain("Exception:")
                .doesNotContain("\n");
        assertThat(failure.message()).doesNotEndWith(".").isNotBlank();
        assertThat(failure.hint()).isNotBlank();
        assertCounts(0, 1);
    }

    @Test
    void names_an_unmanaged_instance_as_not_found() throws Exception {
        assertThat(failure(commands(List.of(TWO), "true")).code()).isEqualTo(FailureCode.NOT_FOUND);
        assertCounts(0, 1);
    }

    @Test
    void sends_nothing_that_one_command_cannot_carry() throws Exception {
        List<String> many =
                Stream.iterate(1, i -> i + 1).limit(51).map(i -> "i-%017x".formatted(i)).toList();
        assertThat(failure(commands(many, "true")).message()).contains("51").contains("50");
        assertThat(failure(commands(List.of(), "true")).code())
                .isEqualTo(FailureCode.BACKEND_REFUSED);
        SsmRequest.Targets six =
                new SsmRequest.Targets(
                        List.of(),
                        Map.of(
                                "tag:a", "1", "tag:b", "1", "tag:c", "1", "tag:d", "1", "tag:e",
                                "1", "tag:f", "1"));
        assertThat(
                        failure(
                                        new SsmRequest.Commands(
                                                SsmBackendFixture.FLEET,
                                                six,
                                                List.of("true"),
                                                SsmBackendFixture.RUN))
                                .message())
                .contains("6")
                .contains("5");
        assertCounts(0, 0);
    }

    @Test
    void does_not_run_an_automation_as_a_read() throws Exception {
        assertThat(
                        failure(
                                        new SsmRequest.Automation(
                                                SsmBackendFixture.FLEET, "Restart", null, Map.of()))
                                .code())
                .isEqualTo(FailureCode.BACKEND_REFUSED);
        assertThat(fixture.simulator().received("StartAutomationExecution")).isZero();
    }

    private static SsmRequest inventory() {
        return new SsmRequest.Inventory(
                SsmBackendFixture.FLEET, new SsmRequest.Targets(List.of(), Map.of()));
    }

    private Reply.Failure failure(SsmRequest request) throws InterruptedException {
        Reply reply = fixture.fetch(request, Duration.ofSeconds(8));
        assertThat(reply).isInstanceOf(Reply.Failure.class);
        return (Reply.Failure) reply;
    }

    private void assertCounts(int accepted, int received) throws InterruptedException {
        assertThat(fixture.simulator().commands().accepted()).hasSize(accepted);
        assertThat(fixture.simulator().received("SendCommand")).isEqualTo(received);
    }
}
