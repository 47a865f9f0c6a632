package dev.countergate.demo.ssm;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Automation: {@code aws:sleep}, {@code aws:runCommand} and {@code aws:pause} act, other steps succeed at once. An
 * execution remembers its client token. Thread safe.
 */
public final class Automations {
    private static final String TOKEN_PATTERN =
            "[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}";

    /** How often a step that waits for a command looks at it. */
    private static final Duration COMMAND_POLL = Duration.ofMillis(50);

    private final Timeline timeline;
    private final DocumentLibrary documents;
    private final Commands commands;
    private final Map<String, AutomationRun> runs = new LinkedHashMap<>();
    private final Map<String, AcceptedAutomation> byToken = new HashMap<>();

    Automations(Timeline timeline, DocumentLibrary documents, Commands commands) {
        this.timeline = timeline;
        this.documents = documents;
        this.commands = commands;
    }

    /** Every automation taken on, oldest first. */
    public List<AcceptedAutomation> accepted() {
        return timeline.within(() -> runs.values().stream().map(AutomationRun::accepted).toList());
    }

    ObjectNode startAutomationExecution(Fields request) {
        DocumentVersion document = document(request);
        String token = request.text("ClientToken").orElse("");
        if (!token.isEmpty() && !token.matches(TOKEN_PATTERN)) {
            throw ApiException.validation(
                    "clientToken", token, "satisfy regular expression pattern: " + TOKEN_PATTERN);
        }
        Map<String, List<String>> given = request.textLists("Parameters");
        AcceptedAutomation earlier = byToken.get(token);
        if (earlier != null) {
            boolean same =
                    earlier.documentName().equals(document.name())
                            && earlier.documentVersion().equals(document.version())
                            && earlier.parameters().equals(given);
            if (!same) {
                throw ApiException.of(
                        "IdempotentParameterMismatch",
                        "the client token was used with other parameters");
            }
            return started(earlier);
        }
        Map<String, List<String>> bound =
                document.bind(given, "InvalidAutomationExecutionParametersException");
        AcceptedAutomation accepted =
                new AcceptedAutomation(
                        UUID.randomUUID().toString(),
                        timeline.now(),
                        document.name(),
                        document.version(),
                        given,
                        token);
        if (!token.isEmpty()) {
            byToken.put(token, accepted);
        }
        AutomationRun run = new AutomationRun(accepted, document, bound);
        runs.put(accepted.executionId(), run);
        step(run, 0);
        return started(accepted);
    }

    private static ObjectNode started(AcceptedAutomation accepted) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("AutomationExecutionId", accepted.executionId());
    }

    private DocumentVersion document(Fields request) {
        String name = request.needText("DocumentName");
        if (documents
                .find(name, Optional.empty())
                .filter(DocumentVersion::isAutomation)
                .isEmpty()) {
            throw ApiException.of(
                    "AutomationDefinitionNotFoundException",
                    "no automation document `" + name + "`");
        }
        return documents
                .find(name, request.text("DocumentVersion"))
                .orElseThrow(
                        () ->
                                ApiException.of(
                                        "AutomationDefinitionVersionNotFoundException",
                                        "the document has no such version"));
    }

    private void step(AutomationRun run, int index) {
        if (run.ended()) {
            return;
        }
        if (index == run.document().steps().size()) {
            run.end(timeline.now(), "Success");
            return;
        }
        DocumentVersion.Step step = run.document().steps().get(index);
        run.startStep(index, timeline.now());
        switch (step.action()) {
            case "aws:sleep" -> {
                String duration =
                        Substitution.text(
                                step.inputs().path("Duration").asString("PT0S"), run.bound());
                timeline.after(Duration.parse(duration), () -> stepEnded(run, index, "Success"));
            }
            case "aws:runCommand" -> runCommand(run, index, step);
            case "aws:pause" -> run.waitHere();
            default -> stepEnded(run, index, "Success");
        }
    }

    private void runCommand(AutomationRun run, int index, DocumentVersion.Step step) {
        try {
            String id = send(step, run);
            run.runsCommand(id);
            awaitCommand(run, index, id);
        } catch (ApiException e) {
            stepEnded(run, index, "Failed");
        }
    }

    private String send(DocumentVersion.Step step, AutomationRun run) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put(
                "DocumentName",
                Substitution.text(step.inputs().path("DocumentName").asString(""), run.bound()));
        ArrayNode ids = request.putArray("InstanceIds");
        Substitution.lines(step.inputs().path("InstanceIds"), run.bound()).forEach(ids::add);
        ObjectNode parameters = request.putObject("Parameters");
        step.inputs()
                .path("Parameters")
                .properties()
                .forEach(
                        parameter -> {
                            ArrayNode values = parameters.putArray(parameter.getKey());
                            Substitution.lines(parameter.getValue(), run.bound())
                                    .forEach(values::add);
                        });
        return commands.sendCommand(new Fields(request))
                .path("Command")
                .path("CommandId")
                .asString();
    }

    private void awaitCommand(AutomationRun run, int index, String commandId) {
        InvocationState state = commands.stateOf(commandId);
        if (state.terminal()) {
            stepEnded(run, index, state == InvocationState.SUCCESS ? "Success" : "Failed");
        } else {
            timeline.after(COMMAND_POLL, () -> awaitCommand(run, index, commandId));
        }
    }

    private void stepEnded(AutomationRun run, int index, String status) {
        if (run.ended()) {
            return;
        }
        run.endStep(index, timeline.now(), status);
        if (status.equals("Success")) {
            step(run, index + 1);
        } else {
            run.end(timeline.now(), status);
        }
    }

    ObjectNode getAutomationExecution(Fields request) {
        return find(request).form();
    }

    ObjectNode stopAutomationExecution(Fields request) {
        AutomationRun run = find(request);
        if (run.ended()) {
            throw ApiException.of(
                    "InvalidAutomationStatusUpdateException", "the execution has ended already");
        }
        boolean complete = request.text("Type").filter("Complete"::equals).isPresent();
        run.command().ifPresent(commands::cancelQuietly);
        run.end(timeline.now(), complete ? "Success" : "Cancelled");
        return JsonNodeFactory.instance.objectNode();
    }

    private AutomationRun find(Fields request) {
        @Nullable AutomationRun run = runs.get(request.needText("AutomationExecutionId"));
        if (run == null) {
            throw ApiException.of(
                    "AutomationExecutionNotFoundException", "no such automation execution");
        }
        return run;
    }
}
