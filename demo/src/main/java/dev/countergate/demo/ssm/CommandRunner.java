package dev.countergate.demo.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Takes a command through its life: delivery, the steps in the sandboxes, limits, cancelling. Under the lock. */
final class CommandRunner {
    private static final int KILLED = 137;
    private static final int REBOOT = 194;
    private static final int REBOOTS_MAX = 3;

    private final Timeline timeline;
    private final Fleet fleet;
    private final List<Execution> executions = new ArrayList<>();
    private final Set<ShellRun> running = new HashSet<>();
    private Duration pickUpDelay = Duration.ZERO;

    CommandRunner(Timeline timeline, Fleet fleet) {
        this.timeline = timeline;
        this.fleet = fleet;
    }

    void pickUpAfter(Duration delay) {
        pickUpDelay = delay;
    }

    List<Execution> executions() {
        return List.copyOf(executions);
    }

    /** Begins as many invocations as the command's limits allow. */
    void dispatch(Command command) {
        if (command.tooManyErrors()) {
            command.invocations().stream()
                    .filter(one -> !one.begun())
                    .forEach(one -> one.become(InvocationState.TERMINATED));
        }
        Optional<Invocation> next = command.nextToBegin();
        while (next.isPresent()) {
            begin(command, next.get());
            next = command.nextToBegin();
        }
    }

    private void begin(Command command, Invocation invocation) {
        invocation.begin();
        timeline.after(
                command.accepted().deliveryTimeout(),
                () -> {
                    if (!invocation.delivered()) {
                        end(command, invocation, InvocationState.DELIVERY_TIMED_OUT);
                    }
                });
        deliver(command, invocation);
    }

    /** Delivers, if the instance takes commands now; a waiting invocation comes here again when its instance changes. */
    void deliver(Command command, Invocation invocation) {
        if (!invocation.begun() || invocation.delivered() || invocation.state().terminal()) {
            return;
        }
        Optional<SimulatedInstance> instance = fleet.find(invocation.instanceId());
        if (instance.isEmpty()) {
            end(command, invocation, InvocationState.UNDELIVERABLE);
            return;
        }
        switch (instance.get().delivery()) {
            case UNDELIVERABLE -> end(command, invocation, InvocationState.UNDELIVERABLE);
            case SILENT -> invocation.become(InvocationState.DELAYED);
            case REACHED -> {
                if (instance.get().takesCommands()) {
                    timeline.after(pickUpDelay, () -> start(command, invocation, instance.get()));
                }
            }
        }
    }

    private void start(Command command, Invocation invocation, SimulatedInstance instance) {
        if (invocation.delivered() || invocation.state().terminal()) {
            return;
        }
        invocation.become(InvocationState.IN_PROGRESS);
        runStep(command, invocation, instance, 0);
    }

    private void runStep(
            Command command, Invocation invocation, SimulatedInstance instance, int index) {
        List<DocumentVersion.Step> steps = command.document().steps();
        if (index == steps.size()) {
            end(command, invocation, outcome(invocation));
            return;
        }
        invocation.steps().get(index).start(timeline.now());
        startShell(command, invocation, instance, index, 0);
    }

    private void startShell(
            Command command,
            Invocation invocation,
            SimulatedInstance instance,
            int index,
            int reboots) {
        DocumentVersion.Step declared = command.document().steps().get(index);
        executions.add(new Execution(command.id(), instance.id(), declared.name(), timeline.now()));
        Duration limit =
                Duration.ofSeconds(
                        Long.parseLong(
                                Substitution.text(
                                        declared.inputs().path("timeoutSeconds").asString("3600"),
                                        command.bound())));
        Limit timedOut = new Limit();
        ShellRun run =
                ShellRun.start(
                        script(command, declared, instance, index),
                        directory(command, declared, instance),
                        instance.sandbox(),
                        ended ->
                                timeline.run(
                                        () ->
                                                shellEnded(
                                                        command,
                                                        invocation,
                                                        instance,
                                                        index,
                                                        reboots,
                                                        ended,
                                                        timedOut.reached)));
        running.add(run);
        invocation.running(run);
        timeline.after(
                limit,
                () -> {
                    if (invocation.run().filter(now -> now == run).isPresent()) {
                        timedOut.reached = true;
                        run.kill();
                    }
                });
    }

    /** Whether a run's limit came before its end. */
    private static final class Limit {
        private boolean reached;
    }

    private static Path script(
            Command command, DocumentVersion.Step step, SimulatedInstance instance, int index) {
        try {
            Path folder =
                    Files.createDirectories(
                            instance.sandbox().resolve(".commands").resolve(command.id()));
            List<String> lines =
                    Substitution.lines(step.inputs().path("runCommand"), command.bound());
            return Files.writeString(
                    folder.resolve("step-" + index + ".sh"),
                    String.join("\n", lines) + "\n",
                    UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path directory(
            Command command, DocumentVersion.Step step, SimulatedInstance instance) {
        String wanted =
                Substitution.text(
                        step.inputs().path("workingDirectory").asString(""), command.bound());
        Path within = instance.sandbox().resolve(wanted).normalize();
        return within.startsWith(instance.sandbox()) && Files.isDirectory(within)
                ? within
                : instance.sandbox();
    }

    private void shellEnded(
            Command command,
            Invocation invocation,
            SimulatedInstance instance,
            int index,
            int reboots,
            ShellRun.Ended ended,
            boolean timedOut) {
        invocation.run().ifPresent(running::remove);
        invocation.running(null);
        if (ended.exitCode() == REBOOT && reboots < REBOOTS_MAX) {
            startShell(command, invocation, instance, index, reboots + 1);
            return;
        }
        InvocationState state = stateOf(invocation, ended.exitCode(), timedOut);
        String error =
                state == InvocationState.FAILED
                        ? ended.standardError()
                                + "failed to run commands: exit status "
                                + ended.exitCode()
                        : ended.standardError();
        invocation
                .steps()
                .get(index)
                .end(timeline.now(), state, ended.exitCode(), ended.standardOutput(), error);
        boolean exit = command.document().steps().get(index).exitOnFailure();
        if (state == InvocationState.SUCCESS || (state == InvocationState.FAILED && !exit)) {
            runStep(command, invocation, instance, index + 1);
        } else {
            end(command, invocation, state);
        }
    }

    /** The agent's reading of an exit code; it takes any 137 for a kill of its own. */
    private static InvocationState stateOf(Invocation invocation, int exitCode, boolean timedOut) {
        if (timedOut) {
            return InvocationState.EXECUTION_TIMED_OUT;
        }
        return switch (exitCode) {
            case 0 -> InvocationState.SUCCESS;
            case KILLED ->
                    invocation.cancelAsked()
                            ? InvocationState.CANCELLED
                            : InvocationState.EXECUTION_TIMED_OUT;
            default -> InvocationState.FAILED;
        };
    }

    private static InvocationState outcome(Invocation invocation) {
        return invocation.steps().stream().allMatch(step -> step.state() == InvocationState.SUCCESS)
                ? InvocationState.SUCCESS
                : InvocationState.FAILED;
    }

    private void end(Command command, Invocation invocation, InvocationState state) {
        invocation.become(state);
        dispatch(command);
    }

    /** Asks one invocation to stop: at once where nothing runs yet, best effort where something does. */
    void cancel(Command command, Invocation invocation) {
        if (invocation.state().terminal()) {
            return;
        }
        if (!invocation.delivered()) {
            invocation.begin();
            end(command, invocation, InvocationState.CANCELLED);
            return;
        }
        invocation.become(InvocationState.CANCELLING);
        boolean obeys =
                fleet.find(invocation.instanceId())
                        .filter(instance -> !instance.ignoresCancel())
                        .isPresent();
        if (obeys) {
            invocation.askCancel();
            invocation.run().ifPresent(ShellRun::kill);
        }
    }

    void killAll() {
        List.copyOf(running).forEach(ShellRun::kill);
    }
}
