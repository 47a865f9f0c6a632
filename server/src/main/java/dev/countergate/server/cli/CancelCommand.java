package dev.countergate.server.cli;

import dev.countergate.policy.result.VisibleText;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

@Command(
        name = "cancel",
        description = {
            "Asks the backend to stop a command or automation that runs.",
            "Asked is not stopped: look at the target."
        },
        footer = {
            "",
            "Exit code 1 when the backend could not be asked. With --json: {proposal, asked,"
                    + " text}.",
            "",
            "  $ countergate cancel p-00000000000000000000000001"
        })
final class CancelCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "ID",
            converter = ProposalName.Converter.class,
            description = "the proposal's id")
    private ProposalName name = new ProposalName("");

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    CancelCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, RefusedException {
        Daemons.Located proposal = Daemons.of(place, console).find(name);
        JsonNode answer = proposal.ask("cancel");
        boolean asked = answer.path("asked").asBoolean(false);
        String text = answer.path("text").asString("");
        if (json) {
            console.print(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("proposal", proposal.proposal().value())
                            .put("asked", asked)
                            .put("text", text));
        } else {
            console.print(
                    (asked ? "asked to stop (NOT stopped yet, maybe never): " : "NOT asked: ")
                            + VisibleText.line(text));
        }
        return asked ? ExitCode.DONE : ExitCode.FAILED;
    }
}
