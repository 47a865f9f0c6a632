package dev.countergate.server.cli;

import dev.countergate.relay.ExitCode;
import dev.countergate.relay.Relay;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stands in the list of commands for the relay, which the launcher starts without the classes of the others. */
@Command(
        name = "stdio",
        description = {
            "What an MCP client launches: the relay to the daemon, which it starts if none runs.",
            "It never takes ./tools.yaml."
        },
        footer = {
            "",
            "  $ claude mcp add production -- countergate stdio --config ~/ops/tools.yaml"
        })
final class StdioCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "the daemon's catalogue ($$COUNTERGATE_CONFIG, else"
                            + " ~/.config/countergate/tools.yaml)")
    private @Nullable Path config;

    @Option(
            names = "--state",
            paramLabel = "DIRECTORY",
            description = "the daemon's state directory ($$COUNTERGATE_STATE)")
    private @Nullable Path state;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "connect here and never start a daemon ($$COUNTERGATE_SOCKET)")
    private @Nullable Path socket;

    @Override
    public Integer call() {
        List<String> arguments = new ArrayList<>();
        add(arguments, "--config", config);
        add(arguments, "--state", state);
        add(arguments, "--socket", socket);
        Relay.main(arguments.toArray(String[]::new));
        return ExitCode.DONE;
    }

    private static void add(List<String> arguments, String name, @Nullable Path value) {
        if (value != null) {
            arguments.addAll(List.of(name, value.toString()));
        }
    }
}
