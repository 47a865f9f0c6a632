package dev.countergate.server.cli;

import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What was seen of each proposal, so that each change is said once. */
final class Watching {
    /** Of those whose end was said and which need no look any more. */
    private static final int ENDED = -1;

    /** Of those nothing was said of yet. */
    private static final int NEW = -2;

    private final Console console;
    private final boolean json;
    private final Map<Daemons.Located, Long> versions = new LinkedHashMap<>();
    private boolean isSilent;

    Watching(Console console, boolean json) {
        this.console = console;
        this.json = json;
    }

    /** Looks once at every daemon and says what changed. */
    void look(Daemons daemons) {
        Daemons.Round round = daemons.ask(OperatorClient.request("pending"));
        if (round.answered().isEmpty() && round.failed() == 0 && !isSilent) {
            console.note("no daemon runs: waiting for one");
        }
        isSilent = round.answered().isEmpty();
        for (Daemons.Answered each : round.answered()) {
            for (JsonNode summary : each.answer().path("proposals").values()) {
                String id = summary.path("proposal").asString("");
                if (ProposalId.isValid(id)) {
                    versions.putIfAbsent(
                            new Daemons.Located(each.state(), new ProposalId(id)), (long) NEW);
                }
            }
        }
        for (Map.Entry<Daemons.Located, Long> each : new HashMap<>(versions).entrySet()) {
            if (each.getValue() != ENDED) {
                look(each.getKey(), each.getValue());
            }
        }
    }

    private void look(Daemons.Located proposal, long seen) {
        JsonNode status;
        try {
            status = proposal.ask("proposal").path("status");
        } catch (IOException | RefusedException away) {
            // Said of the daemon already, or it ended; it is looked at again when it runs.
            return;
        }
        long version = status.path("version").asLong(ENDED);
        boolean isOver = status.path("final").asBoolean(false);
        if (version != seen) {
            say(status);
        }
        versions.put(proposal, isOver ? ENDED : version);
    }

    private void say(JsonNode status) {
        if (json) {
            console.printLine(status);
            return;
        }
        Following.print(
                console,
                PendingCommand.cell(status, "code")
                        + "  "
                        + PendingCommand.cell(status, "tool")
                        + "  "
                        + PendingCommand.cell(status, "environment")
                        + "  ",
                status);
    }
}
