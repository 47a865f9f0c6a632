package dev.countergate.demo.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.AutomationExecution;
import software.amazon.awssdk.services.ssm.model.DocumentDescription;
import software.amazon.awssdk.services.ssm.model.IdempotentParameterMismatchException;
import software.amazon.awssdk.services.ssm.model.InstanceInformation;
import software.amazon.awssdk.services.ssm.model.InstanceInformationStringFilter;
import software.amazon.awssdk.services.ssm.model.InternalServerErrorException;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;
import software.amazon.awssdk.services.ssm.model.ParameterStringFilter;
import software.amazon.awssdk.services.ssm.model.SsmException;

/** Everything but a command's life: faults, inventory, documents, automation, parameters; the SDK is the client. */
@Tag("long")
final class SsmSimulatorTest {
    private static final String ONE = "i-0123456789abcdef0";

    @TempDir Path sandbox;

    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-02T03:04:05Z"));
    private final SsmSimulator simulator = SsmSimulator.start(clock);
    private final SsmClient client = SimulatorClient.of(simulator);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    private static void send(SsmClient through) {
        through.sendCommand(
                send ->
                        send.documentName("AWS-RunShellScript")
                                .instanceIds(ONE)
                                .parameters(Map.of("commands", List.of("true"))));
    }

    @Test
    void shows_that_a_retrying_client_runs_a_command_twice() {
        simulator.fleet().put(SimulatedInstance.online(ONE, sandbox));
        simulator.faults().next("SendCommand", new Fault.BrokenAfterAccepting());
        try (SsmClient retrying = SimulatorClient.retrying(simulator)) {
            send(retrying);
        }
        assertThat(simulator.commands().accepted()).hasSize(2);
        assertThat(simulator.received("SendCommand")).isEqualTo(2);
    }

    @Test
    void accepts_once_where_the_client_does_not_retry() {
        simulator.fleet().put(SimulatedInstance.online(ONE, sandbox));
        simulator.faults().next("SendCommand", new Fault.BrokenAfterAccepting());
        assertThatThrownBy(() -> send(client)).isInstanceOf(InternalServerErrorException.class);
        simulator.faults().next("SendCommand", new Fault.DroppedAfterAccepting());
        assertThatThrownBy(() -> send(client)).isInstanceOf(SdkClientException.class);
        assertThat(simulator.commands().accepted()).hasSize(2);
        assertThat(simulator.received("SendCommand")).isEqualTo(2);
    }

    @Test
    void accepts_nothing_where_the_fault_comes_before() {
        simulator.fleet().put(SimulatedInstance.online(ONE, sandbox));
        List<Fault> before =
                List.of(
                        new Fault.Throttled(),
                        new Fault.BrokenBeforeAccepting(),
                        new Fault.DroppedBeforeAccepting(),
                        new Fault.Refused(
                                "ExpiredTokenException",
                                "The security token included in the request is expired"),
                        new Fault.Garbled(503, "text/html", "<html>down</html>"));
        before.forEach(fault -> simulator.faults().next("SendCommand", fault));
        for (Fault fault : before) {
            assertThatThrownBy(() -> send(client))
                    .as(fault.toString())
                    .isInstanceOf(RuntimeException.class);
        }
        assertThat(simulator.commands().accepted()).isEmpty();
        send(client);
        assertThat(simulator.commands().accepted()).hasSize(1);
    }

    @Test
    void throttles_the_next_calls_as_often_as_told() {
        simulator.faults().next("DescribeInstanceInformation", 2, new Fault.Throttled());
        try (SsmClient retrying = SimulatorClient.retrying(simulator)) {
            assertThat(retrying.describeInstanceInformation().instanceInformationList()).isEmpty();
        }
        assertThat(simulator.received("DescribeInstanceInformation")).isEqualTo(3);
    }

    @Test
    void answers_late_without_holding_up_others() {
        simulator
                .faults()
                .next("DescribeInstanceInformation", new Fault.Slow(Duration.ofMinutes(5)));
        assertThatThrownBy(
                        () ->
                                client.describeInstanceInformation(
                                        call ->
                                                call.overrideConfiguration(
                                                        limit ->
                                                                limit.apiCallTimeout(
                                                                        Duration.ofMillis(200)))))
                .isInstanceOf(SdkClientException.class);
        assertThat(client.describeInstanceInformation().instanceInformationList()).isEmpty();
    }

    @Test
    void pages_and_filters_the_inventory() {
        for (int i = 0; i < 120; i++) {
            String id = String.format(Locale.ROOT, "i-%017x", i);
            simulator
                    .fleet()
                    .put(
                            SimulatedInstance.online(id, sandbox)
                                    .tagged(Map.of("parity", i % 2 == 0 ? "even" : "odd"))
                                    .pinging(
                                            i < 100
                                                    ? SimulatedInstance.Ping.ONLINE
                                                    : SimulatedInstance.Ping.CONNECTION_LOST));
        }
        assertThat(client.describeInstanceInformation().instanceInformationList()).hasSize(50);
        assertThat(
                        client.describeInstanceInformationPaginator().stream()
                                .flatMap(page -> page.instanceInformationList().stream())
                                .map(InstanceInformation::instanceId)
                                .distinct())
                .hasSize(120);
        assertThat(
                        client
                                .describeInstanceInformationPaginator(
                                        list ->
                                                list.maxResults(5)
                                                        .filters(
                                                                filter(
                                                                        "PingStatus",
                                                                        "ConnectionLost"),
                                                                filter("tag:parity", "odd")))
                                .stream()
                                .flatMap(page -> page.instanceInformationList().stream()))
                .hasSize(10);
        assertThatThrownBy(() -> client.describeInstanceInformation(list -> list.maxResults(4)))
                .isInstanceOf(SsmException.class);
        assertThatThrownBy(
                        () ->
                                client.describeInstanceInformation(
                                        list -> list.nextToken("nonsense")))
                .isInstanceOf(SsmException.class);
    }

    private static InstanceInformationStringFilter filter(String key, String value) {
        return InstanceInformationStringFilter.builder().key(key).values(value).build();
    }

    @Test
    void keeps_document_versions_with_their_hashes() {
        String document = "{\"schemaVersion\": \"2.2\", \"mainSteps\": []}";
        simulator.documents().define("Mine", document);
        simulator.documents().define("Mine", document + " ");
        DocumentDescription first =
                client.describeDocument(describe -> describe.name("Mine")).document();
        DocumentDescription second =
                client.describeDocument(
                                describe -> describe.name("Mine").documentVersion("$LATEST"))
                        .document();
        assertThat(first.documentVersion()).isEqualTo("1");
        assertThat(second.documentVersion()).isEqualTo("2");
        assertThat(first.hash()).hasSize(64).isNotEqualTo(second.hash());
        assertThat(client.getDocument(get -> get.name("Mine").documentVersion("2")).content())
                .isEqualTo(document + " ");
        assertThat(
                        client.describeDocument(describe -> describe.name("AWS-RunShellScript"))
                                .document()
                                .parameters())
                .hasSize(3);
        assertThatThrownBy(() -> client.getDocument(get -> get.name("Nobody")))
                .isInstanceOf(SsmException.class);
    }

    @Test
    void starts_an_automation_once_for_a_client_token() {
        simulator
                .documents()
                .define(
                        "Restart",
                        """
                {"schemaVersion": "0.3", "parameters": {"wait": {"type": "String", "default": "PT10S"}},
                 "mainSteps": [{"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "{{ wait }}"}},
                               {"name": "done", "action": "aws:assertAwsResourceProperty", "inputs": {}}]}
                """);
        String token = "0f8fad5b-d9cb-469f-a165-70867728950e";
        String id =
                client.startAutomationExecution(
                                start -> start.documentName("Restart").clientToken(token))
                        .automationExecutionId();
        String again =
                client.startAutomationExecution(
                                start -> start.documentName("Restart").clientToken(token))
                        .automationExecutionId();
        assertThat(again).isEqualTo(id);
        assertThat(simulator.automations().accepted()).hasSize(1);
        assertThatThrownBy(
                        () ->
                                client.startAutomationExecution(
                                        start ->
                                                start.documentName("Restart")
                                                        .clientToken(token)
                                                        .parameters(
                                                                Map.of("wait", List.of("PT1S")))))
                .isInstanceOf(IdempotentParameterMismatchException.class);
        assertThat(automation(id).automationExecutionStatusAsString()).isEqualTo("InProgress");
        clock.advance(Duration.ofSeconds(10));
        assertThat(automation(id).automationExecutionStatusAsString()).isEqualTo("Success");
        assertThat(automation(id).stepExecutions())
                .extracting(step -> step.stepStatusAsString())
                .containsOnly("Success");
    }

    @Test
    void stops_an_automation() {
        simulator
                .documents()
                .define(
                        "Hold",
                        """
                {"schemaVersion": "0.3", "mainSteps": [{"name": "hold", "action": "aws:pause", "inputs": {}}]}
                """);
        String id =
                client.startAutomationExecution(start -> start.documentName("Hold"))
                        .automationExecutionId();
        assertThat(automation(id).automationExecutionStatusAsString()).isEqualTo("Waiting");
        client.stopAutomationExecution(stop -> stop.automationExecutionId(id).type("Cancel"));
        assertThat(automation(id).automationExecutionStatusAsString()).isEqualTo("Cancelled");
    }

    private AutomationExecution automation(String id) {
        return client.getAutomationExecution(get -> get.automationExecutionId(id))
                .automationExecution();
    }

    @Test
    void keeps_secure_strings_closed_without_decryption() {
        simulator.parameters().put("/app/password", ParameterStore.Type.SECURE_STRING, "hidden");
        assertThat(client.getParameter(get -> get.name("/app/password")).parameter().value())
                .doesNotContain("hidden");
        assertThat(
                        client.getParameter(get -> get.name("/app/password").withDecryption(true))
                                .parameter()
                                .value())
                .isEqualTo("hidden");
        assertThat(simulator.parameters().decryptionsAsked()).isEqualTo(1);
        assertThatThrownBy(() -> client.getParameter(get -> get.name("/app/none")))
                .isInstanceOf(ParameterNotFoundException.class);
    }

    @Test
    void pages_parameters_by_path_even_over_empty_pages() {
        for (int i = 0; i < 25; i++) {
            simulator.parameters().put("/app/name-" + i, ParameterStore.Type.STRING, "value " + i);
        }
        simulator.parameters().put("/app/deep/one", ParameterStore.Type.STRING, "deep");
        simulator.parameters().answerEmptyPages(1);
        assertThat(
                        client.getParametersByPathPaginator(get -> get.path("/app")).stream()
                                .flatMap(page -> page.parameters().stream())
                                .map(Parameter::name)
                                .distinct())
                .hasSize(25);
        assertThat(
                        client
                                .getParametersByPathPaginator(
                                        get -> get.path("/app").recursive(true))
                                .stream()
                                .flatMap(page -> page.parameters().stream()))
                .hasSize(26);
        assertThat(
                        client.describeParameters(
                                        list ->
                                                list.parameterFilters(
                                                        ParameterStringFilter.builder()
                                                                .key("Name")
                                                                .option("BeginsWith")
                                                                .values("/app/name-2")
                                                                .build()))
                                .parameters())
                .hasSize(6);
    }

    @Test
    void refuses_an_operation_it_does_not_simulate() {
        assertThatThrownBy(() -> client.listDocuments())
                .isInstanceOf(SsmException.class)
                .hasMessageContaining("not simulated");
    }
}
