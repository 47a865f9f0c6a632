package dev.countergate.server.backend.ssm;

import static dev.countergate.server.backend.ssm.SsmBackendFixture.FLEET;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.ONE;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.TWO;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.commands;
import static dev.countergate.server.backend.ssm.SsmBackendFixture.tagged;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.demo.ssm.AcceptedCommand;
import dev.countergate.demo.ssm.Fault;
import dev.countergate.demo.ssm.RealTimeClock;
import dev.countergate.demo.ssm.SimulatedInstance;
import dev.countergate.demo.ssm.SsmSimulator;
import dev.countergate.policy.catalogue.SsmAction;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.Deadline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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

/** Commands that only read, from sending to outcome, in real time. */
@Tag("long")
final class CommandReadsTest {
    private static final Duration REAL_WAIT = Duration.ofSeconds(20);

    @TempDir Path sandboxes;

    private SsmBackendFixture fixture;
    private SsmSimulator simulator;

    @BeforeEach
    void start() {
        fixture = new SsmBackendFixture(new RealTimeClock(), sandboxes, SsmBackendFixture.limits());
        simulator = fixture.simulator();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private Payload.Commands answer(SsmRequest request) throws InterruptedException {
        Reply reply = fixture.fetch(request);
        assertThat(reply).isInstanceOf(Reply.Answer.class);
        return (Payload.Commands) ((Reply.Answer) reply).payload();
    }

    private Payload.Invocation single(SsmRequest request) throws InterruptedException {
        Payload.Commands commands = answer(request);
        assertThat(commands.invocations()).hasSize(1);
        return commands.invocations().getFirst();
    }

    private Reply.Failure failure(SsmRequest request, Duration within) throws InterruptedException {
        Reply reply = fixture.fetch(request, within);
        assertThat(reply).isInstanceOf(Reply.Failure.class);
        return (Reply.Failure) reply;
    }

    @Test
    void gives_what_the_command_printed() throws Exception {
        assertThat(single(commands(List.of(ONE), "echo out", "echo err >&2")))
                .isEqualTo(new Payload.Invocation(ONE, "Success", 0, "out\n", "err\n", false));
    }

    @Test
    void gives_a_failed_script_as_an_answer_with_its_exit_code() throws Exception {
        Payload.Invocation failed = single(commands(List.of(ONE), "echo no >&2; exit 3"));
        assertThat(failed.status()).isEqualTo("Failed");
        assertThat(failed.exitCode()).isEqualTo(3);
        assertThat(failed.errorOutput()).startsWith("no\n");
    }

    @Test
    void bounds_the_run_at_the_instance_and_marks_the_command() throws Exception {
        SsmAction.Run run = new SsmAction.Run("1", "0", 90, "sub");
        Files.createDirectories(sandboxes.resolve(ONE).resolve("sub"));
        SsmRequest.Targets targets = new SsmRequest.Targets(List.of(ONE), Map.of());
        SsmRequest request = new SsmRequest.Commands(FLEET, targets, List.of("pwd"), run);
        Reply reply = fixture.fetch(request, Duration.ofMinutes(2));
        assertThat(
                        ((Payload.Commands) ((Reply.Answer) reply).payload())
                                .invocations()
                                .getFirst()
                                .output())
                .endsWith("/sub\n");
        AcceptedCommand accepted = simulator.commands().accepted().getFirst();
        assertThat(accepted.parameters().get("executionTimeout")).containsExactly("90");
        assertThat(accepted.deliveryTimeout())
                .isBetween(Duration.ofSeconds(110), Duration.ofMinutes(2));
        assertThat(accepted.comment()).isEqualTo("countergate " + SsmBackendFixture.MARK);
        assertThat(accepted.maxConcurrency()).isEqualTo("1");
        assertThat(accepted.maxErrors()).isEqualTo("0");
    }

    @Test
    void never_lets_a_command_run_longer_than_its_caller_waits() throws Exception {
        fixture.fetch(commands(List.of(ONE), "true"), Duration.ofSeconds(20));
        AcceptedCommand accepted = simulator.commands().accepted().getFirst();
        assertThat(
                        Integer.parseInt(
                                accepted.parameters()
                                        .getOrDefault("executionTimeout", List.of())
                                        .getFirst()))
                .isBetween(15, 20);
        assertThat(accepted.deliveryTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void marks_output_the_agent_cut() throws Exception {
        Payload.Invocation cut =
                single(commands(List.of(ONE), "head -c 30000 /dev/zero | tr '\\0' a"));
        assertThat(cut.truncated()).isTrue();
        assertThat(cut.output()).hasSize(24_000);
    }

    @Test
    void waits_for_a_command_that_does_not_show_at_once() throws Exception {
        simulator.commands().hideForLookups(3);
        assertThat(single(commands(List.of(ONE), "echo out")).output()).isEqualTo("out\n");
        simulator.fleet().put(fixture.instance(TWO));
        simulator.commands().hideForLookups(3);
        assertThat(answer(commands(List.of(ONE, TWO), "echo out")).invocations()).hasSize(2);
    }

    @Test
    void gives_up_on_a_command_that_never_shows_and_asks_it_to_stop() throws Exception {
        simulator.commands().hideFor(Duration.ofHours(1));
        Reply.Failure failure = failure(commands(List.of(ONE), "sleep 300"), REAL_WAIT);
        assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_ERROR);
        assertThat(failure.message()).contains("was asked to stop");
        assertThat(simulator.commands().awaitEnded(REAL_WAIT)).isTrue();
    }

    static Stream<Fault> passing() {
        return Stream.of(
                new Fault.Throttled(),
                new Fault.BrokenBeforeAccepting(),
                new Fault.DroppedAfterAccepting(),
                new Fault.ClosedAfterAccepting(),
                new Fault.Garbled(200, "text/html", "<html>"),
                new Fault.Garbled(503, "text/html", "<html>"));
    }

    @ParameterizedTest
    @MethodSource("passing")
    void watches_on_through_passing_faults(Fault fault) throws Exception {
        simulator.faults().next("GetCommandInvocation", 2, fault);
        assertThat(single(commands(List.of(ONE), "echo out")).output()).isEqualTo("out\n");
        assertThat(simulator.received("SendCommand")).isEqualTo(1);
    }

    @Test
    void ends_and_asks_to_stop_when_it_may_not_watch() throws Exception {
        simulator
                .faults()
                .next(
                        "GetCommandInvocation",
                        new Fault.Refused("AccessDeniedException", "arn:aws:x"));
        Reply.Failure failure = failure(commands(List.of(ONE), "sleep 300"), REAL_WAIT);
        assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_UNAUTHORIZED);
        assertThat(failure.message())
                .contains("`ssm:GetCommandInvocation`")
                .contains("was asked to stop");
        assertThat(simulator.commands().awaitEnded(REAL_WAIT)).isTrue();
    }

    @Test
    void fails_within_the_deadline_and_asks_to_stop() throws Exception {
        Deadline before = Deadline.in(Duration.ofSeconds(2), System::nanoTime);
        Reply.Failure failure = failure(commands(List.of(ONE), "sleep 300"), Duration.ofSeconds(2));
        assertThat(before.isOver()).isFalse();
        assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_TIMEOUT);
        assertThat(failure.message()).contains("was asked to stop").contains("InProgress");
        assertThat(simulator.commands().awaitEnded(REAL_WAIT)).isTrue();
    }

    @Test
    void says_so_when_the_command_cannot_even_be_asked_to_stop() throws Exception {
        simulator.fleet().put(fixture.instance(ONE).ignoringCancel());
        simulator.faults().next("CancelCommand", new Fault.BrokenBeforeAccepting());
        Reply.Failure failure = failure(commands(List.of(ONE), "sleep 300"), Duration.ofSeconds(2));
        assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_TIMEOUT);
        assertThat(failure.message()).contains("could not be asked to stop");
        assertThat(simulator.received("CancelCommand")).isEqualTo(1);
    }

    @Test
    void fails_where_no_instance_could_be_reached() throws Exception {
        simulator
                .fleet()
                .put(fixture.instance(ONE).delivering(SimulatedInstance.Delivery.UNDELIVERABLE));
        Reply.Failure failure = failure(commands(List.of(ONE), "true"), REAL_WAIT);
        assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_UNREACHABLE);
        assertThat(failure.message()).contains("Undeliverable 1");
    }

    @Test
    void asks_to_stop_when_the_caller_takes_the_call_back() throws Exception {
        Interrupted call = Interrupted.start(fixture, commands(List.of(ONE), "sleep 300"));
        assertThat(simulator.commands().awaitExecutions(1, REAL_WAIT)).isTrue();
        assertThat(call.interrupt()).isTrue();
        assertThat(simulator.commands().awaitEnded(REAL_WAIT)).isTrue();
        assertThat(simulator.received("CancelCommand")).isEqualTo(1);
    }

    @Test
    void asks_to_stop_though_the_caller_leaves_before_the_id_is_known() throws Exception {
        simulator.faults().next("SendCommand", new Fault.Slow(Duration.ofMinutes(5)));
        Interrupted call = Interrupted.start(fixture, commands(List.of(ONE), "sleep 300"));
        assertThat(simulator.commands().awaitExecutions(1, REAL_WAIT)).isTrue();
        assertThat(call.interrupt()).isTrue();
        assertThat(simulator.commands().awaitEnded(REAL_WAIT)).isTrue();
        assertThat(simulator.received("SendCommand")).isEqualTo(1);
    }

    /** A call on a thread of its own, as the pipeline makes it. */
    private record Interrupted(Thread thread, List<Boolean> ended) {
        static Interrupted start(SsmBackendFixture fixture, SsmRequest request) {
            List<Boolean> ended = Collections.synchronizedList(new ArrayList<>());
            Thread thread =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            fixture.fetch(request);
                                            ended.add(false);
                                        } catch (InterruptedException e) {
                                            ended.add(true);
                                        }
                                    });
            return new Interrupted(thread, ended);
        }

        boolean interrupt() throws InterruptedException {
            thread.interrupt();
            assertThat(thread.join(REAL_WAIT)).isTrue();
            return ended.getFirst();
        }
    }

    @Test
    void reports_progress_that_grows() throws Exception {
        List<Double> done = new ArrayList<>();
        List<String> messages = new ArrayList<>();
        CallContext context =
                new CallContext(
                        "call",
                        Deadline.in(REAL_WAIT, System::nanoTime),
                        (step, total, message) -> {
                            done.add(step);
                            messages.add(message);
                            release();
                        });
        fixture.backend()
                .fetch(commands(List.of(ONE), "while [ ! -e go ]; do sleep 0.02; done"), context);
        assertThat(done).isNotEmpty().isSorted().doesNotHaveDuplicates();
        assertThat(messages.getFirst()).contains(ONE).contains("InProgress");
    }

    private void release() {
        try {
            Files.writeString(sandboxes.resolve(ONE).resolve("go"), "");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void runs_on_more_instances_than_one_page_holds() throws Exception {
        for (int i = 0; i < 60; i++) {
            simulator
                    .fleet()
                    .put(
                            fixture.instance("i-%017x".formatted(i))
                                    .tagged(Map.of("service", "checkout")));
        }
        Reply reply =
                fixture.fetch(
                        tagged("tag:service", "checkout", "echo out; exit 1"),
                        Duration.ofSeconds(60));
        Reply.Answer answer = (Reply.Answer) reply;
        List<Payload.Invocation> all = ((Payload.Commands) answer.payload()).invocations();
        assertThat(all)
                .hasSize(60)
                .isSortedAccordingTo((a, b) -> a.instance().compareTo(b.instance()));
        assertThat(answer.notes()).singleElement().asString().contains("2,500");
        assertThat(simulator.received("SendCommand")).isEqualTo(1);
        assertThat(simulator.received("ListCommandInvocations")).isGreaterThanOrEqualTo(2);
    }

    @Test
    void gives_the_part_that_ended_in_time_plainly_marked() throws Exception {
        simulator.fleet().put(fixture.instance(TWO));
        Files.createFile(sandboxes.resolve(TWO).resolve("hang"));
        Reply reply =
                fixture.fetch(
                        commands(List.of(ONE, TWO), "[ -e hang ] && sleep 300; echo out"),
                        Duration.ofSeconds(3));
        Reply.Answer answer = (Reply.Answer) reply;
        assertThat(answer.notes()).singleElement().asString().startsWith("INCOMPLETE");
        List<Payload.Invocation> known = ((Payload.Commands) answer.payload()).invocations();
        assertThat(known.getFirst().status()).isEqualTo("Success");
        assertThat(known.getFirst().output()).isEqualTo("out\n");
        assertThat(known.getLast().status()).isNotEqualTo("Success");
    }

    @Test
    void fails_when_no_instance_has_the_tag() throws Exception {
        Reply.Failure failure = failure(tagged("tag:service", "nobody", "true"), REAL_WAIT);
        assertThat(failure.code()).isEqualTo(FailureCode.NOT_FOUND);
    }

    @Test
    void joins_the_steps_of_a_document() throws Exception {
        simulator
                .documents()
                .define(
                        "Two-Steps",
                        """
                {"schemaVersion": "2.2", "parameters": {"word": {"type": "String"}},
                 "mainSteps": [
                   {"name": "first", "action": "aws:runShellScript", "inputs": {"runCommand": ["echo {{ word }}"]}},
                   {"name": "second", "action": "aws:runShellScript", "inputs": {"runCommand": ["echo bye", "exit 4"]}}]}
                """);
        SsmRequest.Document document =
                new SsmRequest.Document(
                        FLEET,
                        new SsmRequest.Targets(List.of(ONE), Map.of()),
                        "Two-Steps",
                        "1",
                        Map.of("word", List.of("hi")),
                        new SsmAction.Run(null, null, null, null));
        Payload.Commands done = answer(document);
        Payload.Invocation joined = done.invocations().getFirst();
        assertThat(joined.output()).isEqualTo("[first]\nhi\n[second]\nbye\n");
        assertThat(joined.status()).isEqualTo("Failed");
        assertThat(joined.exitCode()).isEqualTo(4);
        assertThat(single(new SsmRequest.Invocation(FLEET, done.commandId(), ONE)))
                .isEqualTo(joined);
    }

    @Test
    void reads_the_outcome_of_an_earlier_command() throws Exception {
        Payload.Commands done = answer(commands(List.of(ONE), "echo out"));
        assertThat(answer(new SsmRequest.Invocation(FLEET, done.commandId(), ONE))).isEqualTo(done);
        assertThat(
                        failure(new SsmRequest.Invocation(FLEET, done.commandId(), TWO), REAL_WAIT)
                                .code())
                .isEqualTo(FailureCode.NOT_FOUND);
        assertThat(failure(new SsmRequest.Invocation(FLEET, "nonsense", ONE), REAL_WAIT).code())
                .isEqualTo(FailureCode.NOT_FOUND);
    }
}
