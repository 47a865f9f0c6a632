package dev.countergate.server.cli;

import dev.countergate.relay.StateDirectory;
import dev.countergate.server.Version;
import dev.countergate.server.Wiring;
import dev.countergate.server.daemon.DaemonProcess;
import dev.countergate.server.daemon.DaemonSettings;
import dev.countergate.server.telemetry.BoundedLogFile;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        description = {
            "Runs the daemon in the foreground, one for each state directory. It is ready when",
            "agent.sock answers. SIGTERM and SIGINT let what is in flight finish."
        },
        footer = {
            "",
            "Exit code 1 when another daemon has the state directory, 3 when the catalogue has faults.",
            "",
            "  $ countergate serve --config ~/ops/tools.yaml"
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
        Path catalogue = place.catalogue(console);
        StateDirectory state = place.state(console);
        PrintStream error = console.err();
        if (autoStarted && Files.exists(state.log())) {
            error = boundedError(state.log());
            System.setErr(error);
        }
        DaemonSettings settings =
                new DaemonSettings(
                        Version.TEXT,
                        catalogue,
                        state,
                        agentGroup,
                        operatorGroup,
                        autoStarted,
                        Duration.ofMinutes(idleMinutes),
                        DaemonSettings.DRAIN_ALLOWED,
                        DaemonSettings.CONNECTIONS_MAX);
        return new DaemonProcess(
                        settings,
                        () -> Wiring.daemon(settings, lenient, console.environment()),
                        console.environment(),
                        error)
                .run();
    }

    /** Standard error of an auto-started daemon is its log file, opened for appending by whoever started it. */
    private static PrintStream boundedError(Path log) throws IOException {
        return new PrintStream(
                new BoundedLogFile(
                        new FileOutputStream(FileDescriptor.err),
                        log,
                        BoundedLogFile.FILE_BYTES_MAX),
                true,
                StandardCharsets.UTF_8);
    }
}
