package dev.countergate.server.cli;

import dev.countergate.policy.token.Statement;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "approve",
        description = {
            "Shows a proposal, asks, has your key sign, and stays until the outcome.",
            "Needs a terminal, and refuses where an agent's environment shows."
        },
        footer = {
            "",
            "What is typed: y at low risk, the environment's name at moderate, the environment and"
                    + " the",
            "number of targets above; the code where the environment has no name. r rejects.",
            "Where more persons are needed it waits for them; Ctrl-C leaves the approval standing.",
            "Exit code 0 when the whole effect was seen (VERIFIED), 2 when it was refused or"
                    + " nothing was",
            "sent, 1 for every other end: failed, not verified, unknown.",
            "",
            "  $ countergate approve 4f1c09ab"
        })
final class ApproveCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "ID",
            converter = ProposalName.Converter.class,
            description = "the proposal's id, or its code")
    private ProposalName name = new ProposalName("");

    @Mixin private KeyOptions keys = new KeyOptions();

    @Mixin private Place place = new Place();

    ApproveCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, RefusedException {
        return new Countersigning(console, keys)
                .decide(Daemons.of(place, console), name, Statement.Decision.APPROVE);
    }
}
