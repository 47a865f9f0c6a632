package dev.countergate.demo.ssm;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Commands and invocations as the API writes them.
 *
 * @param spacedDetails {@code Delivery Timed Out} rather than {@code DeliveryTimedOut}
 */
record CommandForms(boolean spacedDetails) {
    ObjectNode command(Command command) {
        AcceptedCommand accepted = command.accepted();
        InvocationState state = command.state();
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        form.put("CommandId", command.id());
        form.put("DocumentName", accepted.documentName());
        form.put("DocumentVersion", accepted.documentVersion());
        form.put("Comment", accepted.comment());
        form.put("ExpiresAfter", Times.seconds(accepted.at().plus(accepted.deliveryTimeout())));
        ObjectNode parameters = form.putObject("Parameters");
        for (Map.Entry<String, List<String>> parameter : accepted.parameters().entrySet()) {
            ArrayNode values = parameters.putArray(parameter.getKey());
            parameter.getValue().forEach(values::add);
        }
        Fields request = Fields.parse(accepted.request());
        ArrayNode instanceIds = form.putArray("InstanceIds");
        request.texts("InstanceIds", accepted.instanceIds().size()).forEach(instanceIds::add);
        form.set(
                "Targets",
                request.object().path("Targets").isArray()
                        ? request.object().path("Targets")
                        : JsonNodeFactory.instance.arrayNode());
        form.put("RequestedDateTime", Times.seconds(accepted.at()));
        form.put("Status", state.status());
        form.put("StatusDetails", state.details(spacedDetails));
        form.put("OutputS3Region", "");
        form.put("OutputS3BucketName", "");
        form.put("OutputS3KeyPrefix", "");
        form.put("MaxConcurrency", accepted.maxConcurrency());
        form.put("MaxErrors", accepted.maxErrors());
        form.put("TargetCount", accepted.instanceIds().size());
        form.put("CompletedCount", command.completedCount());
        form.put("ErrorCount", command.errorCount());
        form.put("DeliveryTimedOutCount", command.countIn(InvocationState.DELIVERY_TIMED_OUT));
        form.put("ServiceRole", "");
        form.putObject("NotificationConfig").put("NotificationArn", "").put("NotificationType", "");
        form.put("TimeoutSeconds", accepted.deliveryTimeout().toSeconds());
        return form;
    }

    /** As {@code ListCommandInvocations} has it; the plugins only with details. */
    ObjectNode listed(Command command, Invocation invocation, boolean details) {
        AcceptedCommand accepted = command.accepted();
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        form.put("CommandId", command.id());
        form.put("InstanceId", invocation.instanceId());
        form.put("InstanceName", "");
        form.put("Comment", accepted.comment());
        form.put("DocumentName", accepted.documentName());
        form.put("DocumentVersion", accepted.documentVersion());
        form.put("RequestedDateTime", Times.seconds(accepted.at()));
        form.put("Status", invocation.state().status());
        form.put("StatusDetails", invocation.state().details(spacedDetails));
        ArrayNode plugins = form.putArray("CommandPlugins");
        if (details) {
            invocation.steps().forEach(step -> plugins.add(plugin(step)));
        }
        return form;
    }

    private ObjectNode plugin(Invocation.Step step) {
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        form.put("Name", step.name());
        form.put("Status", step.state().status());
        form.put("StatusDetails", step.state().details(spacedDetails));
        form.put("ResponseCode", step.responseCode());
        if (step.startedAt() != null) {
            form.put("ResponseStartDateTime", Times.seconds(step.startedAt()));
        }
        if (step.endedAt() != null) {
            form.put("ResponseFinishDateTime", Times.seconds(step.endedAt()));
        }
        form.put("Output", OutputLimits.listed(step.standardOutput(), step.standardError()));
        return form;
    }

    /** As {@code GetCommandInvocation} has it. */
    ObjectNode single(Command command, Invocation invocation, Invocation.Step step) {
        InvocationState state =
                invocation.steps().size() == 1 ? invocation.state() : stepState(invocation, step);
        ObjectNode form = JsonNodeFactory.instance.objectNode();
        form.put("CommandId", command.id());
        form.put("InstanceId", invocation.instanceId());
        form.put("Comment", command.accepted().comment());
        form.put("DocumentName", command.accepted().documentName());
        form.put("DocumentVersion", command.accepted().documentVersion());
        form.put("PluginName", step.name());
        form.put("ResponseCode", step.responseCode());
        form.put("ExecutionStartDateTime", Times.iso(step.startedAt()));
        form.put("ExecutionElapsedTime", Times.elapsed(step.startedAt(), step.endedAt()));
        form.put("ExecutionEndDateTime", Times.iso(step.endedAt()));
        form.put("Status", state.status());
        form.put("StatusDetails", state.details(spacedDetails));
        form.put(
                "StandardOutputContent",
                OutputLimits.cut(step.standardOutput(), OutputLimits.STANDARD_OUTPUT_CHARS_MAX));
        form.put("StandardOutputUrl", "");
        form.put(
                "StandardErrorContent",
                OutputLimits.cut(step.standardError(), OutputLimits.STANDARD_ERROR_CHARS_MAX));
        form.put("StandardErrorUrl", "");
        form.putObject("CloudWatchOutputConfig")
                .put("CloudWatchLogGroupName", "")
                .put("CloudWatchOutputEnabled", false);
        return form;
    }

    /** A step that never ran shares the end of an invocation that was never delivered. */
    private static InvocationState stepState(Invocation invocation, Invocation.Step step) {
        return step.state() == InvocationState.PENDING && invocation.state().terminal()
                ? invocation.state()
                : step.state();
    }
}
