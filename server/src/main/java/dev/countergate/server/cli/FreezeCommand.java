package dev.countergate.server.cli;

import dev.countergate.policy.result.VisibleText;
import dev.countergate.relay.ExitCode;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.authority.Freeze;
import dev.countergate.server.authority.FreezeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "freeze",
        description = {
            "The stop button: nothing is sent any more, reads go on.",
            "Without --config and --state it stops every daemon of this user, those that start"
                    + " later",
            "too; with one, that daemon alone. A daemon under another account obeys its own: name it",
            "with --state."
        },
        footer = {
            "",
            "What runs already goes on unless --cancel, which asks the backends to stop it: asked"
                    + " is not",
            "stopped. Exit code 0 when everything meant is frozen, 1 when something may not be or no",
            "daemon was there to be stopped, or one stands still and could not write that down yet.",
            "With --json: {file, daemons: [{state, text, kept, asked: [{proposal, asked}]}]}; file is",
            "null with --state, and where it cannot be written.",
            "",
            "  $ countergate freeze --reason 'deploys are on hold: incident 4711' --cancel"
        })
final class FreezeCommand implements Callable<Integer> {
    private static final int REASON_MAX = 500;

    private final Console console;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            required = true,
            description = "why, for whoever meets it")
    private String reason = "";

    @Option(names = "--cancel", description = "also ask what runs to stop")
    private boolean cancel;

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    FreezeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        boolean isForAll = place.isForAll(console);
        Optional<Path> file = isForAll ? written() : Optional.empty();
        file.ifPresentOrElse(
                path -> result.put("file", path.toString()), () -> result.putNull("file"));
        // Each is asked besides: it records who stopped it, and goes on standing still should the
        // file vanish.
        Daemons.Round round =
                Daemons.of(place, console)
                        .ask(
                                OperatorClient.request("freeze")
                                        .put("reason", reason)
                                        .put("cancel", cancel));
        ArrayNode daemons = result.putArray("daemons");
        for (Daemons.Answered each : round.answered()) {
            ObjectNode entry = daemons.addObject();
            entry.put("state", each.state().path().toString());
            entry.set("text", each.answer().path("text"));
            entry.put("kept", each.answer().path("kept").asBoolean(true));
            entry.set("asked", each.answer().path("asked"));
        }
        if (json) {
            console.print(result);
        } else {
            print(result);
        }
        if (round.answered().isEmpty() && round.failed() == 0) {
            return console.fail(
                    isForAll
                            ? "no daemon of this account runs, so none was stopped; one that runs"
                                    + " under another account goes on: `freeze --state DIRECTORY`"
                                    + " stops it"
                            : "no daemon runs there, so nothing was frozen: without --state and"
                                    + " --config `freeze` stops those too that start later");
        }
        boolean isKept =
                file.isPresent() == isForAll
                        && daemons.valueStream().allMatch(each -> each.path("kept").asBoolean());
        return isKept && round.failed() == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** The file that all daemons obey once it freezes everything; empty, and said why, where it cannot. */
    private Optional<Path> written() {
        Path root = StateDirectory.root(console.environment());
        FreezeFile file = new FreezeFile(StateDirectory.freezeOfAll(console.environment()));
        try {
            Files.createDirectories(root);
            freeze(file);
        } catch (IOException failed) {
            console.note(
                    "`"
                            + file.path()
                            + "` cannot be written, so what starts later is not stopped: "
                            + failed);
            return Optional.empty();
        }
        if (!json) {
            // Said at once: it stops whoever obeys it, however long one of them takes to answer.
            console.print("frozen: every daemon of this account obeys `" + file.path() + "`");
        }
        return Optional.of(file.path());
    }

    /** What is frozen already stays as it is. */
    private void freeze(FreezeFile file) throws IOException {
        List<Freeze> frozen = new ArrayList<>(file.read());
        if (frozen.stream().noneMatch(each -> each.environment() == null)) {
            frozen.addFirst(
                    new Freeze(null, onOneLine(), Instant.now(), System.getProperty("user.name")));
            file.write(frozen);
        }
    }

    /** Whatever was typed: nobody in a hurry is to be refused for it. */
    private String onOneLine() {
        String line = VisibleText.line(reason.strip());
        return line.isEmpty()
                ? "no reason given"
                : line.substring(0, Math.min(line.length(), REASON_MAX));
    }

    private void print(JsonNode result) {
        for (JsonNode each : result.path("daemons").values()) {
            console.print(
                    each.path("state").asString("")
                            + ": "
                            + VisibleText.line(each.path("text").asString("")));
            for (JsonNode asked : each.path("asked").values()) {
                console.print(
                        "    "
                                + PendingCommand.cell(asked, "proposal")
                                + (asked.path("asked").asBoolean(false)
                                        ? ": asked to stop (NOT stopped yet, maybe never)"
                                        : ": could NOT be asked to stop"));
            }
        }
    }
}
