package dev.countergate.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "policy",
        description = {"What a catalogue's rules and guards decide, without a daemon."},
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "  $ countergate policy explain restart_service service=checkout environment=prod",
            "  $ countergate policy test policy-tests.yaml"
        })
final class PolicyCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }
}
