package dev.countergate.server.cli;

import dev.countergate.policy.result.VisibleText;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.approver.OutcomeText;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Stays with a proposal until its outcome, saying each change once.
 */
final class Following {
    /** As long as a daemon lets one wait. */
    private static final int WAIT_SECONDS = 20;

    /** Between two questions, should the daemon not let one wait at all. */
    private static final int PAUSE_MILLIS = 50;

    private final Console console;
    private final Daemons.Located proposal;

    Following(Console console, Daemons.Located proposal) {
        this.console = console;
        this.proposal = proposal;
    }

    /**
     * Follows from {@code status} on.
     *
     * @return how it stands when nothing more comes by itself: at its end, or with its outcome unknown
     * @throws IOException when the daemon stops answering, which says nothing about the outcome
     */
    JsonNode toTheEnd(JsonNode status) throws IOException, InterruptedException {
        JsonNode now = status;
        String said = say(now, "");
        while (!now.path("final").asBoolean(false)
                && !now.path("state").asString("").equals("OUTCOME_UNKNOWN")) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            now = next(now);
            said = say(now, said);
        }
        return now;
    }

    private JsonNode next(JsonNode now) throws IOException {
        ObjectNode request = proposal.request("proposal").put("wait_seconds", WAIT_SECONDS);
        request.set("seen", now.path("version"));
        try {
            return proposal.ask(request).path("status");
        } catch (IOException | RefusedException lost) {
            throw new IOException(
                    "lost sight of it, which says NOTHING about its outcome: "
                            + lost.getMessage()
                            + ": once the daemon answers, `countergate show "
                            + proposal.proposal()
                            + " --json` tells how it stands",
                    lost);
        }
    }

    /** Says how it stands unless that was {@code said} already, and gives what is said by now. */
    private String say(JsonNode status, String said) {
        String text = text("", status);
        if (!text.equals(said)) {
            console.print(text);
        }
        return text;
    }

    /** Prints how a proposal stands: a line of ours, and below it the reasons as they were given. */
    static void print(Console console, String head, JsonNode status) {
        console.print(text(head, status));
    }

    private static String text(String head, JsonNode status) {
        StringBuilder text = new StringBuilder(head + OutcomeText.of(status));
        add(text, "why", status.path("why").asString(""));
        JsonNode verification = status.path("verification");
        if (verification.isObject()) {
            String result = verification.path("state").asString("");
            String why = verification.path("why").asString("");
            add(
                    text,
                    "verification",
                    (result.equals("OPEN") ? "still looking" : result)
                            + (why.isEmpty() ? "" : ": " + why));
        }
        JsonNode undo = status.path("undo");
        if (undo.isObject()) {
            add(
                    text,
                    "can be undone by",
                    undo.path("tool").asString("") + " " + undo.path("arguments"));
        }
        return text.toString();
    }

    private static void add(StringBuilder text, String label, String words) {
        if (!words.isEmpty()) {
            text.append("\n    ").append(label).append(": ").append(VisibleText.line(words));
        }
    }

    /**
     * The exit code of an end: a change seen to have come about is done, and one taken whole of which the approver had read
     * that nothing looks for its effect.
     */
    static int exitCode(JsonNode status) {
        if (OutcomeText.isSuccess(status) || OutcomeText.isAllThatWasToSee(status)) {
            return ExitCode.DONE;
        }
        return OutcomeText.isStopped(status) ? ExitCode.REFUSED : ExitCode.FAILED;
    }
}
