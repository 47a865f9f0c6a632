package dev.countergate.server.cli;

import dev.countergate.policy.token.WideningCommand;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "resolve",
        description = {
            "Settles a change whose outcome is unknown, by what you found at the target.",
            "Once a key is enrolled it is signed at a terminal. Refuses where an agent's"
                    + " environment",
            "shows."
        },
        footer = {
            "",
            "The change is never sent again, whatever is said here. With --json: {state, text}.",
            "",
            "  $ countergate resolve p-00000000000000000000000001 not-applied --note 'unit never"
                    + " restarted'"
        })
final class ResolveCommand implements Callable<Integer> {
    /** What a person found. */
    enum Finding {
        APPLIED("applied"),
        NOT_APPLIED("not-applied");

        private final String word;

        Finding(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    private final Console console;

    @Parameters(
            index = "0",
            paramLabel = "ID",
            converter = ProposalName.Converter.class,
            description = "the proposal's id, or its code")
    private ProposalName name = new ProposalName("");

    @Parameters(
            index = "1",
            paramLabel = "applied|not-applied",
            description = "what you found at the target")
    private Finding finding = Finding.NOT_APPLIED;

    @Option(
            names = "--note",
            paramLabel = "TEXT",
            required = true,
            converter = Sentence.class,
            description = "how you know, for the log")
    private String note = "";

    @Mixin private KeyOptions keys = new KeyOptions();

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    ResolveCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, RefusedException {
        Daemons.Located proposal = Daemons.of(place, console).find(name);
        new SignedCommand(console, keys)
                .run(
                        proposal.state(),
                        new WideningCommand.Resolve(
                                proposal.proposal(), finding == Finding.APPLIED, note),
                        json);
        return ExitCode.DONE;
    }
}
