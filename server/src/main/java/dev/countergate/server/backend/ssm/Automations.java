package dev.countergate.server.backend.ssm;

import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.Sending;
import dev.countergate.server.backend.Sent;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ssm.model.AutomationExecution;
import software.amazon.awssdk.services.ssm.model.GetAutomationExecutionResponse;
import software.amazon.awssdk.services.ssm.model.StartAutomationExecutionResponse;
import software.amazon.awssdk.services.ssm.model.StepExecution;
import software.amazon.awssdk.services.ssm.model.StopType;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Automations: started once under a client token, watched to their end, asked to stop. */
final class Automations {
    private static final Set<String> WHOLE = Set.of("Success", "CompletedWithSuccess");
    private static final Set<String> OVER =
            Set.of(
                    "Success",
                    "CompletedWithSuccess",
                    "CompletedWithFailure",
                    "TimedOut",
                    "Cancelled",
                    "Failed",
                    "Rejected",
                    "ChangeCalendarOverrideRejected",
                    "Exited");

    /** How many steps a result and a line of detail name. */
    private static final int STEPS_SHOWN_MAX = 50;

    private final Service service;
    private final Pace pace;

    Automations(Service service, Pace pace) {
        this.service = service;
        this.pace = pace;
    }

    /**
     * Starts it and answers its id.
     *
     * @throws CallFailedException when it was refused, or when it may run all the same
     */
    String start(CoreRequest.Ssm request, Sending sending)
            throws CallFailedException, InterruptedException {
        StartAutomationExecutionResponse answer =
                service.send(
                        "StartAutomationExecution",
                        sending.mayBegin(),
                        sending.deadline(),
                        (client, limits) ->
                                client.startAutomationExecution(
                                        start ->
                                                start.documentName(request.document())
                                                        .documentVersion(request.version())
                                                        .parameters(request.parameters())
                                                        .clientToken(request.attempt().toString())
                                                        .overrideConfiguration(limits)));
        if (answer.automationExecutionId() == null) {
            throw Failures.malformed("StartAutomationExecution");
        }
        return answer.automationExecutionId();
    }

    /** Waits for the end, or for the deadline. */
    Sent toEnd(String id, Sending sending) throws InterruptedException {
        Deadline deadline = sending.deadline();
        Duration pause = pace.firstPause();
        String last = "not shown yet";
        for (int looks = 1; !deadline.isOver(); looks++) {
            Duration left = deadline.left();
            Thread.sleep(pause.compareTo(left) < 0 ? pause : left);
            pause = pace.after(pause);
            try {
                AutomationExecution execution = look(id, deadline);
                String status = Statuses.text(execution.automationExecutionStatusAsString());
                if (OVER.contains(status)) {
                    return sent(id, status, execution);
                }
                last = status;
            } catch (CallFailedException e) {
                if (!e.isPassing() && !e.is("AutomationExecutionNotFoundException")) {
                    return unknown(id, "cannot be watched: " + e.failure().message());
                }
                last = "last look failed: " + e.failure().message();
            }
            sending.progress().report(looks, 0, "automation `" + id + "`: " + last);
        }
        return unknown(id, "had not ended in time: " + last);
    }

    private AutomationExecution look(String id, Deadline deadline)
            throws CallFailedException, InterruptedException {
        GetAutomationExecutionResponse answer =
                service.read(
                        "GetAutomationExecution",
                        deadline,
                        (client, limits) ->
                                client.getAutomationExecution(
                                        get ->
                                                get.automationExecutionId(id)
                                                        .overrideConfiguration(limits)));
        if (answer.automationExecution() == null) {
            throw Failures.malformed("GetAutomationExecution");
        }
        return answer.automationExecution();
    }

    private static Sent sent(String id, String status, AutomationExecution execution) {
        List<StepExecution> steps = Statuses.present(execution.stepExecutions());
        boolean begun =
                Boolean.TRUE.equals(execution.stepExecutionsTruncated())
                        || steps.stream().anyMatch(step -> step.executionStartTime() != null);
        Outcome outcome =
                WHOLE.contains(status)
                        ? Outcome.APPLIED
                        : begun ? Outcome.PARTLY_APPLIED : Outcome.FAILED;
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("automationExecutionId", id);
        result.put("status", status);
        ArrayNode shown = result.putArray("steps");
        steps.stream()
                .limit(STEPS_SHOWN_MAX)
                .forEach(
                        step ->
                                shown.addObject()
                                        .put("step", Statuses.text(step.stepName()))
                                        .put("status", Statuses.text(step.stepStatusAsString())));
        String each =
                steps.stream()
                        .limit(STEPS_SHOWN_MAX)
                        .map(
                                step ->
                                        Statuses.text(step.stepName())
                                                + " "
                                                + Statuses.text(step.stepStatusAsString()))
                        .collect(Collectors.joining(", "));
        return new Sent(
                outcome,
                "automation `" + id + "` " + status + (each.isEmpty() ? "" : ": " + each),
                result);
    }

    private static Sent unknown(String id, String why) {
        return new Sent(
                Outcome.OUTCOME_UNKNOWN,
                "automation `" + id + "` " + why,
                JsonNodeFactory.instance.objectNode().put("automationExecutionId", id));
    }

    /** Asks it to stop; false when even that could not be asked. */
    boolean stop(String id, Deadline deadline) throws InterruptedException {
        try {
            service.send(
                    "StopAutomationExecution",
                    deadline,
                    (client, limits) ->
                            client.stopAutomationExecution(
                                    stop ->
                                            stop.automationExecutionId(id)
                                                    .type(StopType.CANCEL)
                                                    .overrideConfiguration(limits)));
            return true;
        } catch (CallFailedException e) {
            return false;
        }
    }
}
