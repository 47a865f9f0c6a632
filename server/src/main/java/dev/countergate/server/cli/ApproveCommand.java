package dev.countergate.server.cli;

import dev.countergate.policy.token.Statement;
import picocli.CommandLine.Command;

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
            "sent, 1 for every other end: failed, not verified, unknown. With --json: what"
                    + " `countergate",
            "submit --json` has, at the end.",
            "",
            "  $ countergate approve 4f1c09ab"
        })
final class ApproveCommand extends DecidingCommand {
    ApproveCommand(Console console) {
        super(console, Statement.Decision.APPROVE);
    }
}
