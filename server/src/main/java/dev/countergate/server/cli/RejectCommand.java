package dev.countergate.server.cli;

import dev.countergate.policy.token.Statement;
import picocli.CommandLine.Command;

@Command(
        name = "reject",
        description = {
            "Shows a proposal, asks for one letter, and has your key sign the rejection.",
            "It is final. Needs a terminal, and refuses where an agent's environment shows."
        },
        footer = {
            "",
            "Exit code 0 when it is rejected, 2 when it was refused or left open. The same change",
            "then waits 15 minutes before it can be proposed again. With --json: what `countergate submit",
            "--json` has, at the end.",
            "",
            "  $ countergate reject 4f1c09ab"
        })
final class RejectCommand extends DecidingCommand {
    RejectCommand(Console console) {
        super(console, Statement.Decision.REJECT);
    }
}
