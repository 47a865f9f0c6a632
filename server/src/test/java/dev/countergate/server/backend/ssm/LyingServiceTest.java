package dev.countergate.server.backend.ssm;

import static dev.countergate.server.backend.ssm.SsmBackendFixture.FLEET;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.ONE;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.TWO;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.commands;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.demo.ssm.Fault;
import dev.countergate.demo.ssm.RealTimeClock;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Deadline;
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

/** Answers of status 200 that are not what the API promises: a reply of ours within the deadline, never an exception. */
final class LyingServiceTest {
    private static final String ID = "0f8fad5b-d9cb-469f-a165-70867728950e";

    @TempDir Path sandboxes;

    private SsmBackendFixture fixture;

    @BeforeEach
    void start() {
        fixture = new SsmBackendFixture(new RealTimeClock(), sandboxes, SsmBackendFixture.limits());
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void never_throws_for_nothing_in_a_list() throws Exception {
        String nothing = "{\"InstanceInformationList\": [null], \"Parameters\": [null]}";
        never_makes_a_read_throw(nothing);
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("bodies")
    void never_makes_a_read_throw(String body) throws Exception {
        SsmRequest.Targets all = new SsmRequest.Targets(List.of(), Map.of());
        assertTyped(body, new SsmRequest.Inventory(FLEET, all), "DescribeInstanceInformation");
        assertTyped(body, new SsmRequest.StoreParameter(FLEET, "n"), "GetParameters");
        assertTyped(body, new SsmRequest.StoreParameters(FLEET, "/n"), "GetParametersByPath");
        assertTyped(body, new SsmRequest.Invocation(FLEET, ID, ONE), "GetCommandInvocation");
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("bodies")
    void never_makes_a_command_throw(String body) throws Exception {
        fixture.simulator().fleet().put(fixture.instance(TWO));
        assertTyped(body, commands(List.of(ONE), "true"), "SendCommand");
        assertTyped(body, commands(List.of(ONE), "true"), "GetCommandInvocation");
        assertTyped(body, commands(List.of(ONE, TWO), "true"), "ListCommands");
        assertTyped(body, commands(List.of(ONE, TWO), "true"), "ListCommandInvocations");
    }

    static Stream<String> bodies() {
        return Stream.of(
                "",
                "null",
                "[]",
                "7",
                "\"text\"",
                "{",
                "{}",
                "{\"NextToken\": 7}",
                "{\"NextToken\": \"again\"}",
                "{\"InstanceInformationList\": null, \"Parameters\": null, \"Commands\": null, \"CommandInvocations\": null}",
                "{\"InstanceInformationList\": {}, \"Parameters\": {}, \"Commands\": {}, \"CommandInvocations\": {}}",
                "{\"InstanceInformationList\": [null], \"Parameters\": [null], \"Commands\": [null], \"CommandInvocations\": [null]}",
                "{\"InstanceInformationList\": [{}], \"Parameters\": [{}], \"Commands\": [{}], \"CommandInvocations\": [{}]}",
                "{\"InstanceInformationList\": [7], \"Parameters\": [7], \"Commands\": [7], \"CommandInvocations\": [7]}",
                "{\"Status\": 7, \"ResponseCode\": \"x\", \"Command\": {\"CommandId\": 7}}",
                "{\"Status\": \"Success\", \"ResponseCode\": 99999999999}",
                "{\"Status\": \"Success\", \"StandardOutputContent\": null}",
                "{\"Commands\": [{\"Status\": \"Success\", \"TargetCount\": 1, \"CompletedCount\": -1}], \"CommandInvocations\": [{\"Status\": \"Success\", \"CommandPlugins\": [null]}]}",
                "{\"Parameters\": [{\"Name\": \"n\", \"LastModifiedDate\": 1e400}], \"InstanceInformationList\": [{\"LastPingDateTime\": 1e300}]}",
                "{\"Parameters\": [{\"Version\": 1e9999999999}], \"InstanceInformationList\": [{\"IsLatestVersion\": \"maybe\"}]}");
    }

    private void assertTyped(String body, SsmRequest request, String action)
            throws InterruptedException {
        fixture.simulator().faults().clear();
        fixture.simulator()
                .faults()
                .next(action, 5_000, new Fault.Garbled(200, "application/x-amz-json-1.1", body));
        Duration given = Duration.ofSeconds(1);
        Deadline deadline = Deadline.in(given.plusMillis(500), System::nanoTime);
        assertThat(fixture.fetch(request, given)).as(action).isInstanceOf(Reply.class);
        assertThat(deadline.isOver()).as(action).isFalse();
    }
}
