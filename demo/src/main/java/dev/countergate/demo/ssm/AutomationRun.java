package dev.countergate.demo.ssm;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One automation execution, changing under the timeline's lock. */
final class AutomationRun {
    private static final class StepRun {
        private String status = "Pending";
        private @Nullable Instant startedAt;
        private @Nullable Instant endedAt;
    }

    private final AcceptedAutomation accepted;
    private final DocumentVersion document;
    private final Map<String, List<String>> bound;
    private final List<StepRun> steps = new ArrayList<>();
    private String status = "InProgress";
    private @Nullable Instant endedAt;
    private @Nullable String commandId;

    AutomationRun(
            AcceptedAutomation accepted,
            DocumentVersion document,
            Map<String, List<String>> bound) {
        this.accepted = accepted;
        this.document = document;
        this.bound = Map.copyOf(bound);
        document.steps().forEach(step -> steps.add(new StepRun()));
    }

    AcceptedAutomation accepted() {
        return accepted;
    }

    DocumentVersion document() {
        return document;
    }

    Map<String, List<String>> bound() {
        return bound;
    }

    boolean ended() {
        return endedAt != null;
    }

    /** The command the present step waits for. */
    Optional<String> command() {
        return Optional.ofNullable(commandId);
    }

    void runsCommand(String id) {
        commandId = id;
    }

    void startStep(int index, Instant at) {
        StepRun step = steps.get(index);
        step.status = "InProgress";
        step.startedAt = at;
    }

    void waitHere() {
        status = "Waiting";
    }

    void endStep(int index, Instant at, String as) {
        StepRun step = steps.get(index);
        step.status = as;
        step.endedAt = at;
        commandId = null;
    }

    /** Ends it; steps that had not ended end likewise if they had begun. */
    void end(Instant at, String as) {
        status = as;
        endedAt = at;
        for (StepRun step : steps) {
            if (step.startedAt != null && step.endedAt == null) {
                step.status = as;
                step.endedAt = at;
            }
        }
    }

    ObjectNode form() {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ObjectNode form = answer.putObject("AutomationExecution");
        form.put("AutomationExecutionId", accepted.executionId());
        form.put("DocumentName", accepted.documentName());
        form.put("DocumentVersion", accepted.documentVersion());
        form.put("ExecutionStartTime", Times.seconds(accepted.at()));
        if (endedAt != null) {
            form.put("ExecutionEndTime", Times.seconds(endedAt));
        }
        form.put("AutomationExecutionStatus", status);
        form.put("StepExecutionsTruncated", false);
        ObjectNode parameters = form.putObject("Parameters");
        accepted.parameters()
                .forEach(
                        (name, values) -> {
                            ArrayNode array = parameters.putArray(name);
                            values.forEach(array::add);
                        });
        ArrayNode list = form.putArray("StepExecutions");
        for (int i = 0; i < steps.size(); i++) {
            StepRun step = steps.get(i);
            ObjectNode one = list.addObject();
            one.put("StepName", document.steps().get(i).name());
            one.put("Action", document.steps().get(i).action());
            one.put("StepStatus", step.status);
            if (step.startedAt != null) {
                one.put("ExecutionStartTime", Times.seconds(step.startedAt));
            }
            if (step.endedAt != null) {
                one.put("ExecutionEndTime", Times.seconds(step.endedAt));
            }
        }
        return answer;
    }
}
