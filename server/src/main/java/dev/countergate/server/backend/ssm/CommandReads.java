package dev.countergate.server.backend.ssm;

import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ssm.model.Command;
import software.amazon.awssdk.services.ssm.model.CommandInvocation;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationResponse;

/**
 * Runs a command that only reads: sends it once, watches it to its end, gives what it printed. Whoever leaves before the
 * end, by deadline, failure or interrupt, asks the command to stop.
 */
final class CommandReads {
    /** The share of a call's time kept back for asking the command to stop. */
    private static final int STOPPING_SHARE = 5;

    private static final Duration STOPPING_MAX = Duration.ofSeconds(3);

    /** What a look at a command showed. */
    private sealed interface Sight {
        /** The service does not show it yet. */
        record NotVisible() implements Sight {}

        /** It is under way. */
        record Running(String how) implements Sight {}

        /** It is over on every instance. */
        record Over(List<Payload.Invocation> invocations) implements Sight {}
    }

    private final Dispatch dispatch;
    private final Outcomes outcomes;
    private final Pace pace;

    CommandReads(Dispatch dispatch, Outcomes outcomes, Pace pace) {
        this.dispatch = dispatch;
        this.outcomes = outcomes;
        this.pace = pace;
    }

    Reply run(CommandOrder order, CallContext context)
            throws CallFailedException, InterruptedException {
        Deadline whole = context.deadline();
        Deadline watching = whole.atMost(whole.left().minus(stopping(whole)));
        String commandId = dispatch.send(order, watching);
        try {
            return watch(commandId, order, watching, context);
        } catch (CallFailedException e) {
            throw e.continued(
                    "command `" + commandId + "` " + asked(dispatch.stop(commandId, whole)),
                    e.failure().hint());
        } catch (InterruptedException e) {
            dispatch.stop(commandId, Deadline.in(pace.stopping(), whole.ticker()));
            throw e;
        }
    }

    private static Duration stopping(Deadline whole) {
        Duration share = whole.left().dividedBy(STOPPING_SHARE);
        return share.compareTo(STOPPING_MAX) < 0 ? share : STOPPING_MAX;
    }

    private static String asked(boolean asked) {
        return asked ? "was asked to stop" : "could not be asked to stop";
    }

    private Reply watch(
            String commandId, CommandOrder order, Deadline watching, CallContext context)
            throws CallFailedException, InterruptedException {
        Deadline visibleBy = watching.atMost(pace.settling());
        Duration pause = pace.firstPause();
        String last = "not visible";
        for (int looks = 1; !watching.isOver(); looks++) {
            Thread.sleep(shorter(pause, watching.left()));
            pause = pace.after(pause);
            switch (look(commandId, order, watching)) {
                case Sight.Over(List<Payload.Invocation> invocations) -> {
                    return answer(commandId, invocations);
                }
                // The look that time cuts short knows less than the one before.
                case Sight.Running(String how) -> last = watching.isOver() ? last : how;
                case Sight.NotVisible() -> {
                    if (visibleBy.isOver() && !watching.isOver()) {
                        throw CallFailedException.of(
                                FailureCode.BACKEND_ERROR,
                                "the command was accepted but not shown for "
                                        + pace.settling().toSeconds()
                                        + " s",
                                "look it up by its id later");
                    }
                }
            }
            context.progress().report(looks, 0, "command `" + commandId + "`: " + last);
        }
        return outOfTime(commandId, last, context.deadline());
    }

    private Sight look(String commandId, CommandOrder order, Deadline watching)
            throws CallFailedException, InterruptedException {
        try {
            return order.isPlain()
                    ? lookAtOne(commandId, order.instances().getFirst(), watching)
                    : lookAtAll(commandId, watching);
        } catch (CallFailedException e) {
            if (e.is("InvocationDoesNotExist")) {
                return new Sight.NotVisible();
            }
            // The command goes on whatever one look met; only what will not pass ends the watch.
            if (e.isPassing()) {
                return new Sight.Running("last look failed: " + e.failure().message());
            }
            throw e;
        }
    }

    private Sight lookAtOne(String commandId, String instance, Deadline watching)
            throws CallFailedException, InterruptedException {
        GetCommandInvocationResponse step = outcomes.step(commandId, instance, null, watching);
        return Statuses.isOver(step.statusAsString(), step.statusDetails())
                ? new Sight.Over(List.of(Outcomes.ofStep(instance, step)))
                : new Sight.Running(
                        "`"
                                + instance
                                + "` "
                                + Statuses.name(step.statusAsString(), step.statusDetails()));
    }

    /** The command's own status tells the end for any number of instances in one call. */
    private Sight lookAtAll(String commandId, Deadline watching)
            throws CallFailedException, InterruptedException {
        List<Command> found = dispatch.find(commandId, watching);
        if (found.isEmpty()) {
            return new Sight.NotVisible();
        }
        Command command = found.getFirst();
        int targets = command.targetCount() == null ? 0 : command.targetCount();
        if (!Statuses.isOver(command.statusAsString(), command.statusDetails())) {
            return new Sight.Running(
                    command.completedCount() + " of " + targets + " instances done");
        }
        if (targets == 0) {
            throw CallFailedException.of(
                    FailureCode.NOT_FOUND,
                    "no managed instance has the tags asked for",
                    "list the managed instances with an inventory tool");
        }
        List<CommandInvocation> rows = outcomes.list(commandId, null, watching);
        boolean all =
                rows.size() >= targets
                        && rows.stream()
                                .allMatch(
                                        row ->
                                                Statuses.isOver(
                                                        row.statusAsString(), row.statusDetails()));
        return all
                ? new Sight.Over(outcomes.collect(rows, watching))
                : new Sight.Running(rows.size() + " of " + targets + " outcomes shown");
    }

    private static Reply answer(String commandId, List<Payload.Invocation> invocations) {
        if (invocations.stream().allMatch(one -> Statuses.neverDelivered(one.status()))) {
            boolean late =
                    invocations.stream().allMatch(one -> one.status().equals("DeliveryTimedOut"));
            return new Reply.Failure(
                    late ? FailureCode.BACKEND_TIMEOUT : FailureCode.BACKEND_UNREACHABLE,
                    "command `" + commandId + "` reached no instance: " + statuses(invocations),
                    "list the instances with an inventory tool: their agents must be online");
        }
        List<String> notes =
                invocations.size() > Outcomes.WHOLE_OUTPUT_INSTANCES_MAX
                        ? List.of(
                                "with more than "
                                        + Outcomes.WHOLE_OUTPUT_INSTANCES_MAX
                                        + " instances only the first 2,500 characters of each one's output are read,"
                                        + " both streams together")
                        : List.of();
        return new Reply.Answer(new Payload.Commands(commandId, invocations), notes);
    }

    private static String statuses(List<Payload.Invocation> invocations) {
        return invocations.stream()
                .collect(
                        Collectors.groupingBy(
                                Payload.Invocation::status, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    /** What has ended by now is worth having, plainly marked as a part; where nothing has, the call failed. */
    private Reply outOfTime(String commandId, String last, Deadline whole)
            throws InterruptedException {
        String stopped = asked(dispatch.stop(commandId, whole));
        List<Payload.Invocation> known = known(commandId, whole);
        List<Payload.Invocation> over =
                known.stream().filter(one -> Statuses.isOver(null, one.status())).toList();
        boolean nothing = over.stream().allMatch(one -> one.status().equals("Cancelled"));
        if (nothing) {
            return new Reply.Failure(
                    FailureCode.BACKEND_TIMEOUT,
                    "command `" + commandId + "` did not end in time and " + stopped + ": " + last,
                    "raise the tool's `run_limit`, or ask for less; its outcome can be read by its id");
        }
        return new Reply.Answer(
                new Payload.Commands(commandId, known),
                List.of(
                        "INCOMPLETE: time ran out with "
                                + over.size()
                                + " of "
                                + known.size()
                                + " instances done; the command "
                                + stopped));
    }

    private List<Payload.Invocation> known(String commandId, Deadline whole)
            throws InterruptedException {
        try {
            return outcomes.list(commandId, null, whole).stream().map(Outcomes::brief).toList();
        } catch (CallFailedException e) {
            return List.of();
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
