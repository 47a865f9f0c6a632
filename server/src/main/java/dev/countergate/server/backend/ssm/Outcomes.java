package dev.countergate.server.backend.ssm;

import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.Deadline;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.CommandInvocation;
import software.amazon.awssdk.services.ssm.model.CommandPlugin;
import software.amazon.awssdk.services.ssm.model.GetCommandInvocationResponse;
import software.amazon.awssdk.services.ssm.model.ListCommandInvocationsResponse;

/** What commands did on instances. */
final class Outcomes {
    /** How many instances' whole output is fetched, one call each; of more, the listing's short one stands. */
    static final int WHOLE_OUTPUT_INSTANCES_MAX = 10;

    private static final int PAGE_MAX = 50;
    private static final int PAGES_MAX = 40;

    private final Service service;

    Outcomes(Service service) {
        this.service = service;
    }

    /** The outcome of an earlier command on one instance. */
    Reply fetch(SsmRequest.Invocation request, Deadline deadline)
            throws CallFailedException, InterruptedException {
        Payload.Invocation invocation;
        try {
            invocation =
                    ofStep(
                            request.instance(),
                            step(request.commandId(), request.instance(), null, deadline));
        } catch (CallFailedException e) {
            if (!e.is("InvalidPluginName")) {
                throw e;
            }
            invocation = ofSteps(request, deadline);
        }
        return new Reply.Answer(new Payload.Commands(request.commandId(), List.of(invocation)));
    }

    private Payload.Invocation ofSteps(SsmRequest.Invocation request, Deadline deadline)
            throws CallFailedException, InterruptedException {
        List<CommandInvocation> rows = list(request.commandId(), request.instance(), deadline);
        if (rows.isEmpty()) {
            throw Failures.noInvocation();
        }
        return whole(rows.getFirst(), deadline);
    }

    /** One look at a command's only step, or at the named one. */
    GetCommandInvocationResponse step(
            String commandId, String instance, @Nullable String step, Deadline deadline)
            throws CallFailedException, InterruptedException {
        return service.read(
                "GetCommandInvocation",
                deadline,
                (client, limits) ->
                        client.getCommandInvocation(
                                get ->
                                        get.commandId(commandId)
                                                .instanceId(instance)
                                                .pluginName(step)
                                                .overrideConfiguration(limits)));
    }

    static Payload.Invocation ofStep(String instance, GetCommandInvocationResponse step) {
        String output = Statuses.text(step.standardOutputContent());
        String errorOutput = Statuses.text(step.standardErrorContent());
        return new Payload.Invocation(
                instance,
                Statuses.name(step.statusAsString(), step.statusDetails()),
                Statuses.exitCode(step.responseCode()),
                output,
                errorOutput,
                Statuses.isCut(output) || Statuses.isCut(errorOutput));
    }

    /** Every invocation of a command, or the one on an instance, with the short output of its steps. */
    List<CommandInvocation> list(String commandId, @Nullable String instance, Deadline deadline)
            throws CallFailedException, InterruptedException {
        List<CommandInvocation> rows = new ArrayList<>();
        String token = null;
        for (int page = 0; page < PAGES_MAX; page++) {
            String from = token;
            ListCommandInvocationsResponse answer =
                    service.read(
                            "ListCommandInvocations",
                            deadline,
                            (client, limits) ->
                                    client.listCommandInvocations(
                                            list ->
                                                    list.commandId(commandId)
                                                            .instanceId(instance)
                                                            .details(true)
                                                            .maxResults(PAGE_MAX)
                                                            .nextToken(from)
                                                            .overrideConfiguration(limits)));
            rows.addAll(Statuses.present(answer.commandInvocations()));
            token = answer.nextToken();
            if (token == null || token.isEmpty()) {
                break;
            }
        }
        rows.sort(Comparator.comparing(row -> Statuses.text(row.instanceId())));
        return List.copyOf(rows);
    }

    /** The invocations with as much output as their number allows. */
    List<Payload.Invocation> collect(List<CommandInvocation> rows, Deadline deadline)
            throws CallFailedException, InterruptedException {
        List<Payload.Invocation> invocations = new ArrayList<>();
        for (CommandInvocation row : rows) {
            invocations.add(
                    rows.size() <= WHOLE_OUTPUT_INSTANCES_MAX ? whole(row, deadline) : brief(row));
        }
        return List.copyOf(invocations);
    }

    private Payload.Invocation whole(CommandInvocation row, Deadline deadline)
            throws CallFailedException, InterruptedException {
        List<Payload.Invocation> steps = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (CommandPlugin plugin : Statuses.present(row.commandPlugins())) {
            names.add(Statuses.text(plugin.name()));
            steps.add(
                    ofStep(
                            row.instanceId(),
                            step(row.commandId(), row.instanceId(), plugin.name(), deadline)));
        }
        return joined(row, names, steps);
    }

    /** The listing's own output, in which the service has put both streams together. */
    static Payload.Invocation brief(CommandInvocation row) {
        List<Payload.Invocation> steps = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (CommandPlugin plugin : Statuses.present(row.commandPlugins())) {
            String output = Statuses.text(plugin.output());
            names.add(Statuses.text(plugin.name()));
            steps.add(
                    new Payload.Invocation(
                            Statuses.text(row.instanceId()),
                            Statuses.name(plugin.statusAsString(), plugin.statusDetails()),
                            Statuses.exitCode(plugin.responseCode()),
                            output,
                            "",
                            Statuses.isCut(output)));
        }
        return joined(row, names, steps);
    }

    /** One invocation of its steps: outputs under the steps' names, the first exit code that is not zero. */
    private static Payload.Invocation joined(
            CommandInvocation row, List<String> names, List<Payload.Invocation> steps) {
        boolean headed = steps.size() > 1;
        StringBuilder output = new StringBuilder();
        StringBuilder errorOutput = new StringBuilder();
        Integer exitCode = null;
        boolean truncated = false;
        for (int i = 0; i < steps.size(); i++) {
            Payload.Invocation step = steps.get(i);
            String heading = headed ? "[" + names.get(i) + "]\n" : "";
            append(output, heading, step.output());
            append(errorOutput, heading, step.errorOutput());
            truncated |= step.truncated();
            exitCode = exitCode == null || exitCode == 0 ? step.exitCode() : exitCode;
        }
        return new Payload.Invocation(
                Statuses.text(row.instanceId()),
                Statuses.name(row.statusAsString(), row.statusDetails()),
                exitCode,
                output.toString(),
                errorOutput.toString(),
                truncated);
    }

    private static void append(StringBuilder all, String heading, String text) {
        if (text.isEmpty()) {
            return;
        }
        if (!all.isEmpty() && all.charAt(all.length() - 1) != '\n') {
            all.append('\n');
        }
        all.append(heading).append(text);
    }
}
