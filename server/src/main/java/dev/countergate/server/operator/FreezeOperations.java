package dev.countergate.server.operator;

import dev.countergate.policy.token.UtcTime;
import dev.countergate.policy.token.WideningCommand;
import dev.countergate.server.authority.Freeze;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.io.IOException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The stop button. It works before anything is recorded, and where nothing can be: stopping must not wait. */
final class FreezeOperations {
    private static final Logger LOG = LoggerFactory.getLogger(FreezeOperations.class);

    private final Freezes freezes;
    private final Changes changes;
    private final InstantSource clock;

    FreezeOperations(Freezes freezes, Changes changes, InstantSource clock) {
        this.freezes = freezes;
        this.changes = changes;
        this.clock = clock;
    }

    /** {@code freeze}: nothing is sent from now on; with {@code cancel} what runs is asked to stop. */
    void freeze(JsonNode request, String user, ObjectNode answer) throws RefusedException {
        @Nullable String environment =
                Fields.optional(
                                request,
                                "environment",
                                WideningCommand::isText,
                                Function.identity())
                        .orElse(null);
        Freeze freeze =
                new Freeze(
                        environment,
                        reason(Fields.text(request, "reason")),
                        clock.instant().truncatedTo(ChronoUnit.MILLIS),
                        user);
        String text = freeze.text();
        boolean isKept = true;
        try {
            freezes.freeze(freeze);
        } catch (IOException unkept) {
            LOG.atError().setCause(unkept).log("a freeze holds, and is kept as soon as it can be");
            text += "; " + unkept.getMessage();
            isKept = false;
        }
        ArrayNode asked = answer.putArray("asked");
        if (request.path("cancel").asBoolean(false)) {
            for (Changes.Asked each : changes.stop(environment)) {
                asked.addObject()
                        .put("proposal", each.proposal().value())
                        .put("asked", each.asked());
            }
        }
        answer.put("text", text).put("kept", isKept);
    }

    /** {@code frozen}: what stands still. */
    void frozen(JsonNode request, String user, ObjectNode answer) {
        describe(answer);
    }

    /** Adds what stands still. */
    void describe(ObjectNode answer) {
        ArrayNode frozen = answer.putArray("frozen");
        List<Freeze> shared = freezes.shared();
        List<Freeze> unwritten = freezes.unwritten();
        for (Freeze each : freezes.all()) {
            ObjectNode entry = frozen.addObject();
            if (each.environment() != null) {
                entry.put("environment", each.environment());
            }
            entry.put("reason", each.reason());
            entry.put("since", UtcTime.text(each.since()));
            entry.put("by", each.by());
            entry.put("all_daemons", shared.contains(each));
            if (unwritten.contains(each)) {
                entry.put("written", false);
            }
        }
    }

    /** As it was typed, but on one line and bounded: nobody in a hurry is to be refused for a tab. */
    private static String reason(String typed) {
        StringBuilder reason = new StringBuilder();
        typed.codePoints()
                .limit(WideningCommand.TEXT_MAX / 2)
                .map(point -> WideningCommand.isText(Character.toString(point)) ? point : ' ')
                .forEach(reason::appendCodePoint);
        return reason.toString().isBlank() ? "no reason given" : reason.toString().strip();
    }
}
