package dev.countergate.server.cli;

import dev.countergate.policy.token.Statement;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code approve} and {@code reject} have in common: all but the decision. */
abstract class DecidingCommand implements Callable<Integer> {
    private final Console console;
    private final Statement.Decision decision;

    @Parameters(
            paramLabel = "ID",
            converter = ProposalName.Converter.class,
            description = "the proposal's id, or its code")
    private ProposalName name = new ProposalName("");

    @Mixin private KeyOptions keys = new KeyOptions();

    @Mixin private Place place = new Place();

    @Option(
            names = "--json",
            description = "print JSON once it is over; the terminal is asked as ever")
    private boolean json;

    DecidingCommand(Console console, Statement.Decision decision) {
        this.console = console;
        this.decision = decision;
    }

    @Override
    public final Integer call() throws IOException, InterruptedException, RefusedException {
        return new Countersigning(console, keys, json)
                .decide(Daemons.of(place, console), name, decision);
    }
}
