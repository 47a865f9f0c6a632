package dev.countergate.server.cli;

import dev.countergate.relay.StateDirectory;
import dev.countergate.server.daemon.DaemonSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "serve",
        description = {
            "Runs the daemon in the foreground, one for each state directory.",
            "It is ready when agent.sock answers. SIGTERM and SIGINT let what is in flight finish."
        },
        footer = {
            "",
            "Exit code 1 when another daemon has the state directory, 3 when the catalogue has faults.",
            "",
            "  $ countergate serve --config ~/ops/tools.yaml",
            "  $ countergate serve --config ~/ops/tools.yaml --http 127.0.0.1:8640 --metrics"
                    + " 127.0.0.1:9464"
        })
final class ServeCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private Place place = new Place();

    @Option(
            names = "--lenient",
            description = "unknown keys and unset variables of the catalogue are warnings")
    private boolean lenient;

    @Option(
            names = "--agent-group",
            paramLabel = "GROUP",
            description = "lets this group connect to agent.sock")
    private @Nullable String agentGroup;

    @Option(
            names = "--operator-group",
            paramLabel = "GROUP",
            description = "lets this group connect to operator.sock")
    private @Nullable String operatorGroup;

    @Mixin private HttpOptions http = new HttpOptions();

    @Option(
            names = "--metrics",
            paramLabel = "HOST:PORT",
            description =
                    "also serves its own metrics to Prometheus at /metrics, on loopback alone")
    private @Nullable String metrics;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--auto-started",
            description =
                    "logs to daemon.log within a bound, and ends when idle (what the relay does)")
    private boolean autoStarted;

    @Option(
            names = "--idle-minutes",
            paramLabel = "N",
            description = "with --auto-started: ends after N idle minutes (30)")
    private int idleMinutes = (int) DaemonSettings.IDLE_ALLOWED.toMinutes();

    ServeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        StateDirectory state = place.state(console);
        refuseUnreachable(state, "--agent-group", agentGroup);
        refuseUnreachable(state, "--operator-group", operatorGroup);
        return new DaemonStart(
                        place.catalogue(console),
                        state,
                        lenient,
                        agentGroup,
                        operatorGroup,
                        autoStarted,
                        Duration.ofMinutes(idleMinutes),
                        http.settings(spec.commandLine(), console),
                        metrics == null
                                ? null
                                : ListenAddress.ofLoopback(
                                        spec.commandLine(), "--metrics", metrics))
                .run(console);
    }

    /** Sockets with too long a path are made where only the daemon's account comes, whatever their own mode. */
    private void refuseUnreachable(StateDirectory state, String option, @Nullable String group) {
        if (group != null && !state.sockets().equals(state.path())) {
            throw new ParameterException(
                    spec.commandLine(),
                    option
                            + " "
                            + group
                            + ": the sockets of `"
                            + state.path()
                            + "` would have paths over "
                            + StateDirectory.SOCKET_PATH_BYTES_MAX
                            + " bytes and lie where nobody else can reach them: give a shorter"
                            + " --state");
        }
    }
}
