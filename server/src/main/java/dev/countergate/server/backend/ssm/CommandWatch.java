package dev.countergate.server.backend.ssm;

import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Event.Sighting;
import dev.countergate.policy.result.Payload;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.Seen;
import dev.countergate.server.backend.Sending;
import dev.countergate.server.backend.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.Command;
import software.amazon.awssdk.services.ssm.model.CommandInvocation;
import software.amazon.awssdk.services.ssm.model.CommandPlugin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Watches a command that changes something to its end on every instance, and says what that means. It stops nothing. */
final class CommandWatch {
    private static final String SUCCESS = "Success";

    /** What a listing showed. */
    private sealed interface Look {
        /** Not the end yet, and how far. */
        record Under(String how) implements Look {}

        /** The end, as far as the instances' rows show it. */
        record Over(Map<String, CommandInvocation> rows) implements Look {}
    }

    private final Dispatch dispatch;
    private final Outcomes outcomes;
    private final Pace pace;

    CommandWatch(Dispatch dispatch, Outcomes outcomes, Pace pace) {
        this.dispatch = dispatch;
        this.outcomes = outcomes;
        this.pace = pace;
    }

    /** Waits for the end, or for the deadline. */
    Sent toEnd(CoreRequest.Ssm request, String commandId, Sending sending)
            throws InterruptedException {
        Deadline deadline = sending.deadline();
        @Nullable Deadline rowsBy = null;
        Duration pause = pace.firstPause();
        String last = "not shown yet";
        for (int looks = 1; !deadline.isOver(); looks++) {
            Duration left = deadline.left();
            Thread.sleep(pause.compareTo(left) < 0 ? pause : left);
            pause = pace.after(pause);
            try {
                switch (look(commandId, deadline)) {
                    case Look.Under(String how) -> last = how;
                    case Look.Over(Map<String, CommandInvocation> rows) -> {
                        // The rows may lag behind the command they are of.
                        rowsBy = rowsBy == null ? deadline.atMost(pace.settling()) : rowsBy;
                        if (areOver(request, rows) || rowsBy.isOver()) {
                            return sent(request, commandId, rows);
                        }
                        last = "ended, not every instance shown";
                    }
                }
            } catch (CallFailedException e) {
                if (!e.isPassing()) {
                    return unknown(commandId, "cannot be watched: " + e.failure().message());
                }
                last = "last look failed: " + e.failure().message();
            }
            sending.progress().report(looks, 0, "command `" + commandId + "`: " + last);
        }
        return unknown(commandId, "had not ended in time: " + last);
    }

    /** Looks once. */
    Seen seen(CoreRequest.Ssm request, String commandId, Deadline deadline)
            throws CallFailedException, InterruptedException {
        return switch (look(commandId, deadline)) {
            case Look.Under(String how) ->
                    new Seen(
                            Sighting.UNREADABLE,
                            "command `" + commandId + "` is there: " + how,
                            null);
            case Look.Over(Map<String, CommandInvocation> rows) -> {
                Sent sent = sent(request, commandId, rows);
                Sighting sighting =
                        switch (sent.outcome()) {
                            case APPLIED -> Sighting.FOUND;
                            case FAILED -> Sighting.ABSENT;
                            case PARTLY_APPLIED, OUTCOME_UNKNOWN -> Sighting.UNREADABLE;
                        };
                yield new Seen(sighting, sent.detail(), sent.result());
            }
        };
    }

    private Look look(String commandId, Deadline deadline)
            throws CallFailedException, InterruptedException {
        List<Command> found = dispatch.find(commandId, deadline);
        if (found.isEmpty()) {
            return new Look.Under("not shown yet");
        }
        Command command = found.getFirst();
        if (!Statuses.isOver(command.statusAsString(), command.statusDetails())) {
            return new Look.Under(
                    command.completedCount() + " of " + command.targetCount() + " instances done");
        }
        Map<String, CommandInvocation> rows = new TreeMap<>();
        for (CommandInvocation row : outcomes.list(commandId, null, deadline)) {
            rows.put(Statuses.text(row.instanceId()), row);
        }
        return new Look.Over(rows);
    }

    private static boolean areOver(CoreRequest.Ssm request, Map<String, CommandInvocation> rows) {
        return request.instances().stream()
                .allMatch(
                        instance -> {
                            CommandInvocation row = rows.get(instance);
                            return row != null
                                    && Statuses.isOver(row.statusAsString(), row.statusDetails());
                        });
    }

    private static Sent sent(
            CoreRequest.Ssm request, String commandId, Map<String, CommandInvocation> rows) {
        List<String> ends = new ArrayList<>();
        boolean all = true;
        boolean any = false;
        boolean clear = true;
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("commandId", commandId);
        ArrayNode invocations = result.putArray("invocations");
        for (String instance : request.instances()) {
            CommandInvocation row = rows.get(instance);
            String status =
                    row == null
                            ? "not shown"
                            : Statuses.name(row.statusAsString(), row.statusDetails());
            all &= status.equals(SUCCESS);
            any |= row != null && mayHaveBegun(row, status);
            clear &= row != null && Statuses.isOver(row.statusAsString(), row.statusDetails());
            Payload.Invocation brief = row == null ? null : Outcomes.brief(row);
            ends.add(instance + " " + status + exit(brief));
            invocations.add(json(instance, status, brief));
        }
        Outcome outcome =
                all
                        ? Outcome.APPLIED
                        : any
                                ? Outcome.PARTLY_APPLIED
                                : clear ? Outcome.FAILED : Outcome.OUTCOME_UNKNOWN;
        return new Sent(outcome, "command `" + commandId + "`: " + String.join(", ", ends), result);
    }

    private static String exit(Payload.@Nullable Invocation brief) {
        Integer code = brief == null ? null : brief.exitCode();
        return code == null || code == 0 ? "" : " (exit " + code + ")";
    }

    private static JsonNode json(
            String instance, String status, Payload.@Nullable Invocation brief) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("instance", instance);
        json.put("status", status);
        if (brief != null) {
            json.put("exitCode", brief.exitCode());
            json.put("output", brief.output());
        }
        return json;
    }

    /**
     * Whether an agent may have begun. Only what the service never handed over certainly has not; of what was cancelled or
     * timed out on the way that is known where no step shows a start.
     */
    private static boolean mayHaveBegun(CommandInvocation row, String status) {
        List<CommandPlugin> steps = Statuses.present(row.commandPlugins());
        boolean noStart =
                steps.stream()
                        .allMatch(
                                step ->
                                        step.responseStartDateTime() == null
                                                && Statuses.exitCode(step.responseCode()) == null);
        return switch (status) {
            case "Undeliverable", "Terminated", "InvalidPlatform", "AccessDenied" -> false;
            case "DeliveryTimedOut" -> !noStart;
            case "Cancelled" -> steps.isEmpty() || !noStart;
            default -> true;
        };
    }

    private static Sent unknown(String commandId, String why) {
        return new Sent(
                Outcome.OUTCOME_UNKNOWN,
                "command `" + commandId + "` " + why,
                JsonNodeFactory.instance.objectNode().put("commandId", commandId));
    }
}
