package dev.countergate.server.backend.ssm;

import dev.countergate.policy.result.FailureCode;
import dev.countergate.server.backend.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.Command;
import software.amazon.awssdk.services.ssm.model.CommandFilter;
import software.amazon.awssdk.services.ssm.model.CommandFilterKey;
import software.amazon.awssdk.services.ssm.model.DocumentHashType;
import software.amazon.awssdk.services.ssm.model.ListCommandsRequest;
import software.amazon.awssdk.services.ssm.model.ListCommandsResponse;
import software.amazon.awssdk.services.ssm.model.SendCommandRequest;
import software.amazon.awssdk.services.ssm.model.SendCommandResponse;
import software.amazon.awssdk.services.ssm.model.Target;

/**
 * Sends a command, once, and asks one to stop.
 *
 * <p>SendCommand takes no client token, so a second send would run twice. Where the answer was lost, the command is
 * looked up by its mark instead.
 */
final class Dispatch {
    /** By how much this machine's clock may be ahead of the service's when looking for a command by its time. */
    private static final Duration CLOCKS_APART_MAX = Duration.ofMinutes(5);

    private static final int PAGE_MAX = 50;
    private static final int PAGES_MAX = 40;

    private final Service service;
    private final Pace pace;
    private final InstantSource clock;

    Dispatch(Service service, Pace pace, InstantSource clock) {
        this.service = service;
        this.pace = pace;
        this.clock = clock;
    }

    /**
     * Sends the command and answers its id.
     *
     * @throws CallFailedException when it was refused, or when it may run but cannot be found
     */
    String send(CommandOrder order, Deadline deadline)
            throws CallFailedException, InterruptedException {
        Instant before = clock.instant();
        try {
            return sendOnce(order, () -> true, deadline.atMost(deadline.left().dividedBy(2)));
        } catch (CallFailedException e) {
            if (!e.isUnclear()) {
                throw e;
            }
            Optional<String> found =
                    findByMark(order.mark(), before, deadline.atMost(pace.settling()));
            return found.orElseThrow(
                    () ->
                            e.continued(
                                    "whether the command was accepted is not known",
                                    "look for a command with the comment `"
                                            + order.mark()
                                            + "` before calling again"));
        } catch (InterruptedException e) {
            stopByMark(order, before, Deadline.in(pace.stopping(), deadline.ticker()));
            throw e;
        }
    }

    /**
     * Sends the command and answers its id; looks for nothing.
     *
     * @param mayBegin asked right before it leaves; when it says no, nothing is sent
     * @throws CallFailedException when it was refused, or when it may run all the same
     */
    String sendOnce(CommandOrder order, BooleanSupplier mayBegin, Deadline deadline)
            throws CallFailedException, InterruptedException {
        SendCommandResponse answer =
                service.send(
                        "SendCommand",
                        mayBegin,
                        deadline,
                        (client, limits) ->
                                client.sendCommand(
                                        request(order).overrideConfiguration(limits).build()));
        Command command = answer.command();
        if (command == null || command.commandId() == null) {
            throw Failures.malformed("SendCommand");
        }
        return command.commandId();
    }

    private static SendCommandRequest.Builder request(CommandOrder order) {
        SendCommandRequest.Builder request =
                SendCommandRequest.builder()
                        .documentName(order.document())
                        .documentVersion(order.version())
                        .documentHash(order.documentHash())
                        .documentHashType(
                                order.documentHash() == null ? null : DocumentHashType.SHA256)
                        .parameters(order.parameters())
                        .timeoutSeconds(order.deliverySeconds())
                        .comment(order.mark())
                        .maxConcurrency(order.concurrencyMax())
                        .maxErrors(order.errorsMax());
        if (order.tags().isEmpty()) {
            return request.instanceIds(order.instances());
        }
        List<Target> targets = new ArrayList<>();
        order.tags().forEach((key, value) -> targets.add(target(key, List.of(value))));
        if (!order.instances().isEmpty()) {
            targets.add(target("InstanceIds", order.instances()));
        }
        return request.targets(targets);
    }

    private static Target target(String key, List<String> values) {
        return Target.builder().key(key).values(values).build();
    }

    /** Asks the command to stop; false when even that could not be asked. */
    boolean stop(String commandId, Deadline deadline) {
        try {
            service.send(
                    "CancelCommand",
                    deadline,
                    (client, limits) ->
                            client.cancelCommand(
                                    cancel ->
                                            cancel.commandId(commandId)
                                                    .overrideConfiguration(limits)));
            return true;
        } catch (CallFailedException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void stopByMark(CommandOrder order, Instant before, Deadline deadline) {
        try {
            findByMark(order.mark(), before, deadline).ifPresent(id -> stop(id, deadline));
        } catch (CallFailedException e) {
            // Nobody is left to tell; the command's own run limit ends it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The command of that id: none while the service does not show it yet. */
    List<Command> find(String commandId, Deadline deadline)
            throws CallFailedException, InterruptedException {
        return Statuses.present(
                list(request -> request.commandId(commandId), null, deadline).commands());
    }

    /** The command of that mark, as soon as it shows; what passes does not end the looking. */
    Optional<String> findByMark(String mark, Instant before, Deadline deadline)
            throws CallFailedException, InterruptedException {
        Duration pause = pace.firstPause();
        while (!deadline.isOver()) {
            try {
                Optional<Command> found = search(mark, before, deadline);
                if (found.isPresent()) {
                    return found.map(Command::commandId);
                }
            } catch (CallFailedException e) {
                if (!e.isPassing()) {
                    throw e;
                }
            }
            Duration left = deadline.left();
            Thread.sleep(pause.compareTo(left) < 0 ? pause : left);
            pause = pace.after(pause);
        }
        return Optional.empty();
    }

    /**
     * Looks once for the command of that mark among all sent since {@code before}.
     *
     * @throws CallFailedException when not all of them could be looked at
     */
    Optional<Command> search(String mark, Instant before, Deadline deadline)
            throws CallFailedException, InterruptedException {
        String after = before.minus(CLOCKS_APART_MAX).truncatedTo(ChronoUnit.SECONDS).toString();
        String token = null;
        for (int page = 0; page < PAGES_MAX; page++) {
            ListCommandsResponse answer =
                    list(
                            request ->
                                    request.filters(filter(CommandFilterKey.INVOKED_AFTER, after)),
                            token,
                            deadline);
            for (Command command : Statuses.present(answer.commands())) {
                if (mark.equals(command.comment())) {
                    return Optional.of(command);
                }
            }
            token = answer.nextToken();
            if (token == null || token.isEmpty()) {
                return Optional.empty();
            }
        }
        throw CallFailedException.of(
                FailureCode.BACKEND_TOO_LARGE,
                "more than " + PAGES_MAX * PAGE_MAX + " commands were sent since " + after,
                "look for a command with the comment `" + mark + "`");
    }

    private static CommandFilter filter(CommandFilterKey key, String value) {
        return CommandFilter.builder().key(key).value(value).build();
    }

    private ListCommandsResponse list(
            Consumer<ListCommandsRequest.Builder> which, @Nullable String token, Deadline deadline)
            throws CallFailedException, InterruptedException {
        return service.read(
                "ListCommands",
                deadline,
                (client, limits) ->
                        client.listCommands(
                                request ->
                                        request.maxResults(PAGE_MAX)
                                                .nextToken(token)
                                                .overrideConfiguration(limits)
                                                .applyMutation(which)));
    }
}
