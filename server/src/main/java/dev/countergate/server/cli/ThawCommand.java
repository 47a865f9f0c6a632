package dev.countergate.server.cli;

import dev.countergate.policy.result.VisibleText;
import dev.countergate.policy.token.WideningCommand;
import dev.countergate.relay.ExitCode;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

@Command(
        name = "thaw",
        description = {
            "Lifts a freeze.",
            "Once a key is enrolled it is signed at a terminal, for each daemon. Without --config"
                    + " and",
            "--state it spans every daemon of this user. Refuses where an agent's environment"
                    + " shows."
        },
        footer = {
            "",
            "Exit code 1 when no daemon that runs was frozen so. With --json: an array of {state, text}.",
            "",
            "  $ countergate thaw",
            "  $ countergate thaw --environment prod"
        })
final class ThawCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--environment",
            paramLabel = "NAME",
            converter = Sentence.class,
            description = "lift the freeze of this environment, instead of the one of everything")
    private @Nullable String environment;

    @Mixin private KeyOptions keys = new KeyOptions();

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    ThawCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, RefusedException {
        Daemons.Round round = Daemons.of(place, console).ask(OperatorClient.request("frozen"));
        List<StateDirectory> frozen = new ArrayList<>();
        for (Daemons.Answered each : round.answered()) {
            if (isFrozen(each.answer())) {
                frozen.add(each.state());
            }
        }
        if (frozen.isEmpty()) {
            return console.fail(
                    (environment == null
                                    ? "nothing is frozen everywhere"
                                    : "`" + VisibleText.line(environment) + "` is not frozen")
                            + " at any daemon that runs: `countergate status` shows which run");
        }
        ArrayNode thawed = JsonNodeFactory.instance.arrayNode();
        for (StateDirectory state : frozen) {
            // The freeze of all daemons may have been lifted with the one before.
            if (isFrozen(OperatorClient.ask(state, OperatorClient.request("frozen")))) {
                String text =
                        new SignedCommand(console, keys)
                                .run(state, new WideningCommand.Thaw(environment));
                thawed.add(SignedCommand.described(state, text));
                if (!json) {
                    console.print(text);
                }
            }
        }
        if (json) {
            console.print(thawed);
        }
        return round.isWhole() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private boolean isFrozen(JsonNode answer) {
        return answer.path("frozen")
                .valueStream()
                .anyMatch(
                        each ->
                                Objects.equals(
                                        each.path("environment").asString(null), environment));
    }
}
