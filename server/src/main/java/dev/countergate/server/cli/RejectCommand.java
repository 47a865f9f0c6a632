package dev.countergate.server.cli;

import dev.countergate.policy.token.Statement;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "reject",
        description = {
            "Shows a proposal, asks for one letter, and has your key sign the rejection.",
            "It is final. Needs a terminal, and refuses where an agent's environment shows."
        },
        footer = {
            "",
            "Exit code 0 when it is rejected, 2 when that was refused. The same change then",
            "waits 15 minutes before it can be proposed again.",
            "",
            "  $ countergate reject 4f1c09ab"
        })
final class RejectCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "ID",
            converter = ProposalName.Converter.class,
            description = "the proposal's id, or its code")
    private ProposalName name = new ProposalName("");

    @Mixin private KeyOptions keys = new KeyOptions();

    @Mixin private Place place = new Place();

    RejectCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, RefusedException {
        return new Countersigning(console, keys)
                .decide(Daemons.of(place, console), name, Statement.Decision.REJECT);
    }
}
