package dev.countergate.server.cli;

import dev.countergate.policy.result.VisibleText;
import dev.countergate.relay.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

@Command(
        name = "pending",
        description = {
            "Shows what waits for a person.",
            "That is proposals to approve or reject, and changes whose outcome is unknown. Without",
            "--config and --state it spans every daemon of this user."
        },
        footer = {
            "",
            "Exit code 1 when no daemon runs, or one does not answer. With --json: an array of",
            "{proposal, code, state, tool, requester, risk, environment, targets, summary,"
                    + " created_at,",
            "expires_at, approvals: {needed, given}}; targets is their number, times are RFC 3339.",
            "",
            "  $ countergate pending",
            "  $ countergate show 4f1c09ab"
        })
final class PendingCommand implements Callable<Integer> {
    private static final int SUMMARY_MAX = 60;

    private final Console console;

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    PendingCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Daemons.Round round = Daemons.of(place, console).ask(OperatorClient.request("pending"));
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (Daemons.Answered each : round.answered()) {
            all.addAll(each.answer().path("proposals").valueStream().toList());
        }
        if (json) {
            console.print(all);
        } else if (all.isEmpty() && round.isWhole()) {
            console.print("nothing waits for a person");
        } else if (!all.isEmpty()) {
            print(all);
        }
        if (round.answered().isEmpty() && round.failed() == 0) {
            console.note("no daemon runs: start it with `countergate serve`");
        }
        return round.isWhole() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void print(ArrayNode all) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "CODE",
                        "RISK",
                        "ENVIRONMENT",
                        "TARGETS",
                        "TOOL",
                        "REQUESTER",
                        "APPROVALS",
                        "EXPIRES",
                        "STATE",
                        "SUMMARY"));
        for (JsonNode each : all.values()) {
            rows.add(
                    List.of(
                            cell(each, "code"),
                            cell(each, "risk"),
                            cell(each, "environment"),
                            Integer.toString(each.path("targets").asInt(0)),
                            cell(each, "tool"),
                            cell(each, "requester"),
                            String.format(
                                    Locale.ROOT,
                                    "%d of %d",
                                    each.path("approvals").path("given").asInt(0),
                                    each.path("approvals").path("needed").asInt(0)),
                            cell(each, "expires_at"),
                            cell(each, "state"),
                            clipped(cell(each, "summary"))));
        }
        console.table(rows, row -> row == 0 ? Tone.PLAIN : tone(all.get(row - 1)));
    }

    private static Tone tone(JsonNode summary) {
        if (summary.path("state").asString("").equals("OUTCOME_UNKNOWN")) {
            return Tone.BAD;
        }
        return switch (summary.path("risk").asString("")) {
            case "high", "critical" -> Tone.NOTABLE;
            default -> Tone.PLAIN;
        };
    }

    /** Agents choose what stands in some of these. */
    static String cell(JsonNode summary, String member) {
        String text = VisibleText.line(summary.path(member).asString(""));
        return text.isEmpty() ? "-" : text;
    }

    private static String clipped(String summary) {
        return summary.length() <= SUMMARY_MAX
                ? summary
                : summary.substring(0, SUMMARY_MAX)
                        + " [cut: `countergate show CODE` has it whole]";
    }
}
