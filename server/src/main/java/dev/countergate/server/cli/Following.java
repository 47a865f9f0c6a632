package dev.countergate.server.cli;

import dev.countergate.relay.ExitCode;
import dev.countergate.server.approver.OutcomeText;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Stays with a proposal until its outcome, saying each change once.
 */
final class Following {
    /** Of the reasons below a line. */
    private static final int INDENT = 4;

    /** As long as a daemon lets one wait. */
    private static final int WAIT_SECONDS = 20;

    /** Between two questions, should the daemon not let one wait at all. */
    private static final int PAUSE_MILLIS = 50;

    private final Console console;
    private final Daemons.Located proposal;
    private final boolean isSilent;

    /**
     * @param isSilent whether each state on the way is kept to itself
     */
    Following(Console console, Daemons.Located proposal, boolean isSilent) {
        this.console = console;
        this.proposal = proposal;
        this.isSilent = isSilent;
    }

    /**
     * Follows from {@code status} on.
     *
     * @return how it stands when nothing more comes by itself: at its end, or with its outcome unknown
     * @throws IOException when the daemon stops answering, which says nothing about the outcome
     */
    JsonNode toTheEnd(JsonNode status) throws IOException, InterruptedException {
        JsonNode now = status;
        List<String> said = say(now, List.of());
        try (Waiting _ = console.waiting("still waiting for the outcome")) {
            while (!now.path("final").asBoolean(false)
                    && !now.path("state").asString("").equals("OUTCOME_UNKNOWN")) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                now = next(now);
                said = say(now, said);
            }
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
    private List<String> say(JsonNode status, List<String> said) {
        List<String> lines = lines("", status);
        if (!isSilent && !lines.equals(said)) {
            print(console, "", status);
        }
        return lines;
    }

    /** Prints how a proposal stands: a line of ours, and below it the reasons as they were given. */
    static void print(Console console, String head, JsonNode status) {
        List<String> lines = lines(head, status);
        console.print(tone(status), lines.getFirst(), INDENT);
        lines.stream().skip(1).forEach(line -> console.print(Tone.PLAIN, line, 2 * INDENT));
    }

    private static List<String> lines(String head, JsonNode status) {
        List<String> lines = new ArrayList<>();
        lines.add(head + OutcomeText.of(status));
        add(lines, "why", status.path("why").asString(""));
        JsonNode verification = status.path("verification");
        if (verification.isObject()) {
            String result = verification.path("state").asString("");
            String why = verification.path("why").asString("");
            add(
                    lines,
                    "verification",
                    (result.equals("OPEN") ? "still looking" : result)
                            + (why.isEmpty() ? "" : ": " + why));
        }
        JsonNode undo = status.path("undo");
        if (undo.isObject()) {
            add(
                    lines,
                    "can be undone by",
                    undo.path("tool").asString("") + " " + undo.path("arguments"));
        }
        return lines;
    }

    private static void add(List<String> lines, String label, String words) {
        if (!words.isEmpty()) {
            lines.add(" ".repeat(INDENT) + label + ": " + words);
        }
    }

    private static Tone tone(JsonNode status) {
        boolean isUnknown = status.path("state").asString("").equals("OUTCOME_UNKNOWN");
        if (!isUnknown && !status.path("final").asBoolean(false)) {
            return Tone.PLAIN;
        }
        return switch (exitCode(status)) {
            case ExitCode.DONE -> Tone.GOOD;
            case ExitCode.REFUSED -> Tone.NOTABLE;
            default -> Tone.BAD;
        };
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
