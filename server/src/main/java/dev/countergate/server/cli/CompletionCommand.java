package dev.countergate.server.cli;

import dev.countergate.relay.ExitCode;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = {
            "Prints what has bash or zsh complete commands, options and files.",
            "The shell then knows them by itself and starts nothing while you type."
        },
        footer = {
            "",
            "The first line, put into ~/.bashrc, or into ~/.zshrc after compinit, does it for good. The",
            "second writes a file for a system's folder of completions.",
            "",
            "  $ source <(countergate completion)",
            "  $ countergate completion > countergate.bash"
        })
final class CompletionCommand implements Callable<Integer> {
    private final Console console;

    @Spec private CommandSpec spec = CommandSpec.create();

    CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        CommandSpec root = Objects.requireNonNull(spec.parent(), "it is one command of many");
        console.out().print(AutoComplete.bash(root.name(), root.commandLine()));
        return ExitCode.DONE;
    }
}
