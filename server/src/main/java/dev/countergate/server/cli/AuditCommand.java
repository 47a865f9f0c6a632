package dev.countergate.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "audit",
        description = {
            "The log of what was asked, decided and done: shows it, takes a copy, checks a copy.",
            "Each catalogue's daemon has its own."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "  $ countergate audit tail -n 50",
            "  $ countergate audit export log.jsonl",
            "  $ countergate audit verify log.jsonl --key log.pub"
        })
final class AuditCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(), "say what to do with the log: tail, export or verify");
    }
}
