package dev.countergate.demo.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.Command;
import software.amazon.awssdk.services.ssm.model.CommandFilter;
import software.amazon.awssdk.services.ssm.model.CommandFilterKey;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationResponse;
import software.amazon.awssdk.services.ssm.model.InvalidInstanceIdException;
import software.amazon.awssdk.services.ssm.model.InvocationDoesNotExistException;
import software.amazon.awssdk.services.ssm.model.SendCommandRequest;
import software.amazon.awssdk.services.ssm.model.SsmException;
import software.amazon.awssdk.services.ssm.model.Target;

/** A command's life by a clock the test moves, seen through the SDK. */
final class CommandLifeTest {
    private static final String ONE = "i-0123456789abcdef0";
    private static final String TWO = "i-0123456789abcdef1";
    private static final String THREE = "i-0123456789abcdef2";
    private static final Duration REAL_WAIT = Duration.ofSeconds(20);

    @TempDir Path sandboxes;

    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-02T03:04:05Z"));
    private final SsmSimulator simulator = SsmSimulator.start(clock);
    private final SsmClient client = SimulatorClient.of(simulator);

    @BeforeEach
    void one_instance() throws IOException {
        simulator.fleet().put(instance(ONE));
    }

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    private SimulatedInstance instance(String id) throws IOException {
        return SimulatedInstance.online(id, Files.createDirectories(sandboxes.resolve(id)));
    }

    private String send(String... commands) {
        return send(List.of(ONE), commands);
    }

    private String send(List<String> ids, String... commands) {
        return client.sendCommand(request(commands).instanceIds(ids).build()).command().commandId();
    }

    private static SendCommandRequest.Builder request(String... commands) {
        return SendCommandRequest.builder()
                .documentName("AWS-RunShellScript")
                .parameters(
                        Map.of("commands", List.of(commands), "executionTimeout", List.of("60")))
                .timeoutSeconds(30);
    }

    private GetCommandInvocationResponse ended(String commandId) throws InterruptedException {
        assertThat(simulator.commands().awaitEnded(REAL_WAIT)).isTrue();
        return invocation(commandId, ONE);
    }

    private GetCommandInvocationResponse invocation(String commandId, String instanceId) {
        return client.getCommandInvocation(get -> get.commandId(commandId).instanceId(instanceId));
    }

    @Test
    void really_runs_the_script_in_the_sandbox() throws Exception {
        String id = send("echo out; echo err >&2", "pwd > here");
        GetCommandInvocationResponse ended = ended(id);
        assertThat(ended.statusAsString()).isEqualTo("Success");
        assertThat(ended.standardOutputContent()).isEqualTo("out\n");
        assertThat(ended.standardErrorContent()).isEqualTo("err\n");
        assertThat(ended.responseCode()).isZero();
        assertThat(Files.readString(sandboxes.resolve(ONE).resolve("here")).strip())
                .isEqualTo(sandboxes.resolve(ONE).toRealPath().toString());
        assertThat(simulator.commands().executions()).hasSize(1);
    }

    @Test
    void gives_scripts_a_small_environment() throws Exception {
        String[] names =
                ended(send("env | cut -d= -f1 | sort")).standardOutputContent().split("\n", -1);
        assertThat(names)
                .contains("HOME", "LANG", "PATH")
                .doesNotContain("JAVA_HOME", "USER")
                .hasSizeLessThan(8);
    }

    @Test
    void reports_a_failing_script_as_the_agent_does() throws Exception {
        GetCommandInvocationResponse ended = ended(send("echo no >&2; exit 3"));
        assertThat(ended.statusAsString()).isEqualTo("Failed");
        assertThat(ended.responseCode()).isEqualTo(3);
        assertThat(ended.standardErrorContent())
                .isEqualTo("no\nfailed to run commands: exit status 3");
    }

    @Test
    void runs_again_after_a_reboot_code() throws Exception {
        GetCommandInvocationResponse ended =
                ended(send("[ -e again ] || { touch again; exit 194; }; echo resumed"));
        assertThat(ended.standardOutputContent()).isEqualTo("resumed\n");
        assertThat(simulator.commands().executions()).hasSize(2);
    }

    @Test
    void cuts_long_output_with_a_mark() throws Exception {
        String id =
                send(
                        "head -c 30000 /dev/zero | tr '\\0' a; head -c 9000 /dev/zero | tr '\\0' b >&2");
        GetCommandInvocationResponse ended = ended(id);
        assertThat(ended.standardOutputContent())
                .hasSize(24_000)
                .endsWith("aa--output truncated--");
        assertThat(ended.standardErrorContent()).hasSize(8_000).endsWith("bb--output truncated--");
        String listed =
                client.listCommandInvocations(list -> list.commandId(id).details(true))
                        .commandInvocations()
                        .getFirst()
                        .commandPlugins()
                        .getFirst()
                        .output();
        assertThat(listed).hasSize(2_500).endsWith("--output truncated--");
    }

    @Test
    void shows_pending_then_in_progress_before_the_end() throws Exception {
        simulator.commands().pickUpAfter(Duration.ofSeconds(2));
        String id = send("cat go");
        GetCommandInvocationResponse pending = invocation(id, ONE);
        assertThat(pending.statusAsString()).isEqualTo("Pending");
        assertThat(pending.responseCode()).isEqualTo(-1);
        assertThat(pending.executionStartDateTime()).isEmpty();
        clock.advance(Duration.ofSeconds(2));
        assertThat(ended(id).executionStartDateTime()).isEqualTo("2026-01-02T03:04:07.000Z");
    }

    @Test
    void kills_the_whole_group_and_its_orphans_at_the_run_limit() throws Exception {
        String id = send("sh -c 'sleep 300 & echo $! > child'; sleep 300");
        Path child = sandboxes.resolve(ONE).resolve("child");
        assertThat(invocation(id, ONE).statusAsString()).isEqualTo("InProgress");
        while (!Files.exists(child) || Files.readString(child).isBlank()) {
            Thread.onSpinWait();
        }
        clock.advance(Duration.ofSeconds(60));
        GetCommandInvocationResponse ended = ended(id);
        assertThat(ended.statusAsString()).isEqualTo("TimedOut");
        assertThat(ended.statusDetails()).isEqualTo("ExecutionTimedOut");
        assertThat(ended.responseCode()).isEqualTo(137);
        long pid = Long.parseLong(Files.readString(child).strip());
        assertThat(
                        ProcessHandle.of(pid)
                                .filter(ProcessHandle::isAlive)
                                .flatMap(alive -> alive.info().command()))
                .isEmpty();
    }

    @Test
    void times_out_the_delivery_to_a_lost_instance() throws Exception {
        simulator.fleet().put(instance(ONE).pinging(SimulatedInstance.Ping.CONNECTION_LOST));
        simulator.commands().spellDetailsSpaced(true);
        String id = send("echo never");
        clock.advance(Duration.ofSeconds(29));
        assertThat(invocation(id, ONE).statusAsString()).isEqualTo("Pending");
        clock.advance(Duration.ofSeconds(1));
        assertThat(invocation(id, ONE).statusAsString()).isEqualTo("TimedOut");
        assertThat(invocation(id, ONE).statusDetails()).isEqualTo("Delivery Timed Out");
        assertThat(simulator.commands().executions()).isEmpty();
    }

    @Test
    void delivers_when_a_lost_instance_comes_back() throws Exception {
        simulator.fleet().put(instance(ONE).pinging(SimulatedInstance.Ping.CONNECTION_LOST));
        String id = send("echo back");
        simulator.fleet().put(instance(ONE));
        assertThat(ended(id).standardOutputContent()).isEqualTo("back\n");
    }

    @Test
    void names_an_undeliverable_invocation() throws Exception {
        simulator.fleet().put(instance(ONE).delivering(SimulatedInstance.Delivery.UNDELIVERABLE));
        GetCommandInvocationResponse ended = ended(send("echo never"));
        assertThat(ended.statusDetails()).isEqualTo("Undeliverable");
        assertThat(ended.responseCode()).isEqualTo(-1);
    }

    @Test
    void cancels_what_runs() throws Exception {
        String id = send("sleep 300");
        client.cancelCommand(cancel -> cancel.commandId(id));
        GetCommandInvocationResponse ended = ended(id);
        assertThat(ended.statusAsString()).isEqualTo("Cancelled");
        assertThat(ended.responseCode()).isEqualTo(137);
    }

    @Test
    void ends_as_it_would_have_where_the_agent_ignores_a_cancel() throws Exception {
        simulator.fleet().put(instance(ONE).ignoringCancel());
        String id = send("while [ ! -e go ]; do sleep 0.05; done; echo done");
        client.cancelCommand(cancel -> cancel.commandId(id));
        assertThat(invocation(id, ONE).statusAsString()).isEqualTo("Cancelling");
        Files.createFile(sandboxes.resolve(ONE).resolve("go"));
        assertThat(ended(id).statusAsString()).isEqualTo("Success");
    }

    @Test
    void hides_a_new_command_from_lookups() {
        simulator.commands().hideForLookups(2);
        String id = send("true");
        assertThatThrownBy(() -> invocation(id, ONE))
                .isInstanceOf(InvocationDoesNotExistException.class);
        assertThat(client.listCommandInvocations(list -> list.commandId(id)).commandInvocations())
                .isEmpty();
        assertThat(client.listCommandInvocations(list -> list.commandId(id)).commandInvocations())
                .hasSize(1);
    }

    @Test
    void hides_a_new_command_for_a_time() {
        simulator.commands().hideFor(Duration.ofSeconds(3));
        String id = send("true");
        assertThatThrownBy(() -> invocation(id, ONE))
                .isInstanceOf(InvocationDoesNotExistException.class);
        clock.advance(Duration.ofSeconds(3));
        assertThat(invocation(id, ONE).commandId()).isEqualTo(id);
    }

    @Test
    void stops_after_too_many_errors_and_one_at_a_time() throws Exception {
        simulator.fleet().put(instance(TWO).tagged(Map.of("service", "checkout")));
        simulator.fleet().put(instance(THREE).tagged(Map.of("service", "checkout")));
        Command sent =
                client.sendCommand(
                                request("exit 1")
                                        .targets(
                                                Target.builder()
                                                        .key("tag:service")
                                                        .values("checkout")
                                                        .build())
                                        .maxConcurrency("1")
                                        .maxErrors("0")
                                        .build())
                        .command();
        assertThat(sent.instanceIds()).isEmpty();
        assertThat(simulator.commands().awaitEnded(REAL_WAIT)).isTrue();
        assertThat(simulator.commands().accepted().getFirst().instanceIds())
                .containsExactly(TWO, THREE);
        assertThat(invocation(sent.commandId(), TWO).statusDetails()).isEqualTo("Failed");
        assertThat(invocation(sent.commandId(), THREE).statusDetails()).isEqualTo("Terminated");
        assertThat(simulator.commands().executions()).hasSize(1);
        Command listed =
                client.listCommands(list -> list.commandId(sent.commandId())).commands().getFirst();
        assertThat(listed.statusAsString()).isEqualTo("Failed");
        assertThat(listed.errorCount()).isEqualTo(1);
        assertThat(listed.targetCount()).isEqualTo(2);
    }

    @Test
    void lists_commands_after_a_time_newest_first() {
        String early = send("true");
        clock.advance(Duration.ofMinutes(1));
        String late = send("true");
        assertThat(client.listCommands(list -> list.maxResults(1)).commands())
                .extracting(Command::commandId)
                .containsExactly(late);
        assertThat(
                        client.listCommandsPaginator(list -> list.maxResults(1)).stream()
                                .flatMap(page -> page.commands().stream()))
                .extracting(Command::commandId)
                .containsExactly(late, early);
        assertThat(
                        client.listCommands(
                                        list ->
                                                list.filters(
                                                        CommandFilter.builder()
                                                                .key(CommandFilterKey.INVOKED_AFTER)
                                                                .value("2026-01-02T03:05:00Z")
                                                                .build()))
                                .commands())
                .extracting(Command::commandId)
                .containsExactly(late);
    }

    @Test
    void refuses_what_the_service_refuses() throws Exception {
        assertThatThrownBy(() -> send(List.of(TWO), "true"))
                .isInstanceOf(InvalidInstanceIdException.class);
        assertThatThrownBy(
                        () ->
                                client.sendCommand(
                                        request("true")
                                                .instanceIds(ONE)
                                                .timeoutSeconds(29)
                                                .build()))
                .isInstanceOf(SsmException.class)
                .hasMessageContaining("greater than or equal to 30");
        assertThatThrownBy(
                        () ->
                                client.sendCommand(
                                        request("true")
                                                .instanceIds(ONE)
                                                .comment("x".repeat(101))
                                                .build()))
                .hasMessageContaining("100");
        assertThatThrownBy(
                        () ->
                                client.sendCommand(
                                        request("true")
                                                .instanceIds(ONE)
                                                .documentHash("00")
                                                .documentHashType("Sha256")
                                                .build()))
                .isInstanceOf(SsmException.class);
        simulator.fleet().put(instance(ONE).on(SimulatedInstance.Platform.WINDOWS));
        assertThatThrownBy(() -> send("true")).hasMessageContaining(ONE);
        assertThat(simulator.commands().accepted()).isEmpty();
        assertThat(simulator.received("SendCommand")).isEqualTo(5);
    }

    @Test
    void resolves_parameter_references_inside_commands() throws Exception {
        simulator.parameters().put("/app/word", ParameterStore.Type.STRING, "hello");
        simulator.parameters().put("/app/secret", ParameterStore.Type.SECURE_STRING, "hidden");
        assertThat(ended(send("echo {{ssm:/app/word}}")).standardOutputContent())
                .isEqualTo("hello\n");
        assertThatThrownBy(() -> send("echo {{ssm:/app/secret}}")).isInstanceOf(SsmException.class);
    }

    @Test
    void runs_every_step_of_a_custom_document_and_wants_the_plugin_named() throws Exception {
        simulator
                .documents()
                .define(
                        "Two-Steps",
                        """
                {"schemaVersion": "2.2", "parameters": {"word": {"type": "String", "default": "hi"}},
                 "mainSteps": [
                   {"name": "first", "action": "aws:runShellScript", "inputs": {"runCommand": ["echo {{ word }}"]}},
                   {"name": "second", "action": "aws:runShellScript", "inputs": {"runCommand": ["echo bye", "exit 4"]}}]}
                """);
        String id =
                client.sendCommand(send -> send.documentName("Two-Steps").instanceIds(ONE))
                        .command()
                        .commandId();
        assertThat(simulator.commands().awaitEnded(REAL_WAIT)).isTrue();
        assertThatThrownBy(() -> invocation(id, ONE)).isInstanceOf(SsmException.class);
        assertThat(
                        client.getCommandInvocation(
                                        get ->
                                                get.commandId(id)
                                                        .instanceId(ONE)
                                                        .pluginName("first"))
                                .standardOutputContent())
                .isEqualTo("hi\n");
        assertThat(
                        client.getCommandInvocation(
                                        get ->
                                                get.commandId(id)
                                                        .instanceId(ONE)
                                                        .pluginName("second"))
                                .statusAsString())
                .isEqualTo("Failed");
        assertThat(
                        client.listCommandInvocations(list -> list.commandId(id))
                                .commandInvocations()
                                .getFirst()
                                .statusAsString())
                .isEqualTo("Failed");
    }
}
