package dev.countergate.server.cli;

import dev.countergate.policy.call.Person;
import dev.countergate.relay.ExitCode;
import dev.countergate.server.approver.AgentEnvironment;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
        name = "done",
        description = {
            "Says that you did by hand what a proposal asks for.",
            "Nothing is sent from here any more, and whether it worked is verified all the same."
                    + " Refuses",
            "where an agent's environment shows."
        },
        footer = {
            "",
            "With --json: what `countergate submit --json` has.",
            "",
            "  $ countergate show 4f1c09ab --as curl",
            "  $ countergate done 4f1c09ab --note 'ran it from the bastion'"
        })
final class DoneCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            paramLabel = "ID",
            converter = ProposalName.Converter.class,
            description = "the proposal's id, or its code")
    private ProposalName name = new ProposalName("");

    @Option(
            names = "--note",
            paramLabel = "TEXT",
            required = true,
            description = "what was done, for the log")
    private String note = "";

    @Option(
            names = "--approver",
            paramLabel = "NAME",
            converter = PersonConverter.class,
            description = "who did it (this user's name)")
    private @Nullable Person person;

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    DoneCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, RefusedException {
        AgentEnvironment.refuse(console.environment());
        Daemons.Located proposal = Daemons.of(place, console).find(name);
        JsonNode status =
                proposal.ask(proposal.request("done").put("note", note).put("by", by()))
                        .path("status");
        if (json) {
            console.print(status);
        } else {
            Following.print(console, "", status);
        }
        return ExitCode.DONE;
    }

    private String by() {
        return person == null ? System.getProperty("user.name") : person.name();
    }
}
