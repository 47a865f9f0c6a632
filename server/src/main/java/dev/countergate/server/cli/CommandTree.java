package dev.countergate.server.cli;

import dev.countergate.relay.ExitCode;
import dev.countergate.server.Version;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Every command there is. */
public final class CommandTree {
    private CommandTree() {}

    /** The commands, working on {@code console}. */
    public static CommandLine of(Console console) {
        CommandLine commands =
                new CommandLine(new Countergate())
                        .addSubcommand(new ServeCommand(console))
                        .addSubcommand(new StdioCommand())
                        .addSubcommand(new StatusCommand(console))
                        .addSubcommand(new StopCommand(console))
                        .addSubcommand(new CheckCommand(console))
                        .addSubcommand(new ToolsCommand(console))
                        .addSubcommand(new CallCommand(console))
                        .addSubcommand(new PendingCommand(console))
                        .addSubcommand(new WatchCommand(console))
                        .addSubcommand(new ShowCommand(console))
                        .addSubcommand(new ApproveCommand(console))
                        .addSubcommand(new RejectCommand(console))
                        .addSubcommand(new StatementCommand(console))
                        .addSubcommand(new SubmitCommand(console))
                        .addSubcommand(new DoneCommand(console))
                        .addSubcommand(new CancelCommand(console))
                        .addSubcommand(new ResolveCommand(console))
                        .addSubcommand(new FreezeCommand(console))
                        .addSubcommand(new ThawCommand(console))
                        .addSubcommand(new ReloadCommand(console))
                        .addSubcommand(approver(console))
                        .addSubcommand(token(console))
                        .addSubcommand(policy(console))
                        .addSubcommand(audit(console))
                        .addSubcommand(new ConnectCommand(console))
                        .addSubcommand(new DoctorCommand(console))
                        .addSubcommand(new CompletionCommand(console))
                        .addSubcommand(new DemoCommand(console));
        withHelp(commands);
        commands.getCommandSpec().version("countergate " + Version.TEXT);
        commands.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        commands.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        commands.setUsageHelpAutoWidth(false);
        commands.setUsageHelpWidth(100);
        commands.setParameterExceptionHandler(CommandTree::wrongUsage);
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setExecutionExceptionHandler(
                (failure, command, parsed) -> failed(failure, console));
        return commands;
    }

    private static CommandLine policy(Console console) {
        return new CommandLine(new PolicyCommand())
                .addSubcommand(new PolicyTestCommand(console))
                .addSubcommand(new PolicyExplainCommand(console, Clock.systemUTC()));
    }

    private static CommandLine audit(Console console) {
        return new CommandLine(new AuditCommand())
                .addSubcommand(new AuditTailCommand(console))
                .addSubcommand(new AuditExportCommand(console))
                .addSubcommand(new AuditVerifyCommand(console));
    }

    private static CommandLine approver(Console console) {
        return new CommandLine(new ApproverCommand())
                .addSubcommand(new ApproverCommand.Add(console))
                .addSubcommand(new ApproverCommand.Listing(console))
                .addSubcommand(new ApproverCommand.Removal(console));
    }

    private static CommandLine token(Console console) {
        return new CommandLine(new TokenCommand())
                .addSubcommand(new TokenCommand.Add(console))
                .addSubcommand(new TokenCommand.Listing(console));
    }

    private static void withHelp(CommandLine command) {
        command.getCommandSpec().mixinStandardHelpOptions(true);
        command.getSubcommands().values().forEach(CommandTree::withHelp);
    }

    private static int failed(Exception failure, Console console) {
        if (failure instanceof RefusedException refused) {
            return console.refuse(refused);
        }
        return console.fail(
                switch (failure) {
                    case IOException broken -> FileFailure.text(broken);
                    default ->
                            failure.getMessage() == null
                                    ? failure.toString()
                                    : failure.getMessage();
                });
    }

    private static int wrongUsage(ParameterException wrong, String[] arguments) {
        CommandLine command = wrong.getCommandLine();
        command.getErr()
                .println(
                        "countergate: "
                                + wrong.getMessage()
                                + suggestion(wrong)
                                + ": see `"
                                + command.getCommandSpec().qualifiedName()
                                + " --help`");
        return ExitCode.WRONG_USAGE;
    }

    private static String suggestion(ParameterException wrong) {
        return wrong instanceof UnmatchedArgumentException unmatched
                        && !unmatched.getSuggestions().isEmpty()
                ? ": did you mean `" + String.join("` or `", unmatched.getSuggestions()) + "`?"
                : "";
    }

    @Command(
            name = "countergate",
            description = {
                "Agents read production freely. They change it only with a person's"
                        + " countersignature."
            },
            synopsisSubcommandLabel = "COMMAND",
            footer = {
                "",
                "Exit codes: 0 done, 1 failed, 2 refused, 3 invalid configuration, 64 wrong usage.",
                "On a terminal a row that is too wide goes on below itself; a word longer than a line, such",
                "as a path, stays whole, and what a person signs for is shown to the byte, however wide.",
                "Faults and errors are one line each. With NO_COLOR set nothing is coloured.",
                "",
                "  $ countergate check tools.yaml",
                "  $ countergate call error_ratio service=checkout",
                "  $ countergate connect claude-code --write",
                "  $ countergate pending"
            })
    private static final class Countergate implements Callable<Integer> {
        @Spec private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            throw new ParameterException(spec.commandLine(), "no command given");
        }
    }
}
