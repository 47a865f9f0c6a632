package dev.countergate.server.cli;

import dev.countergate.relay.ExitCode;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.Version;
import dev.countergate.server.Wiring;
import dev.countergate.server.daemon.DaemonProcess;
import dev.countergate.server.daemon.DaemonSettings;
import dev.countergate.server.http.HttpSettings;
import dev.countergate.server.telemetry.BoundedLogFile;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A daemon about to start.
 *
 * @param catalogue its file, absolute
 * @param lenient whether unknown keys and unset variables of the catalogue are warnings
 * @param agentGroup the group let in to {@code agent.sock}, or null
 * @param operatorGroup the group let in to {@code operator.sock}, or null
 * @param autoStarted whether it logs to {@code daemon.log} within a bound, and ends when idle
 * @param idleAllowed how long it may be idle, if auto-started
 * @param http how it is to be served over HTTP, or null
 * @param metrics where its metrics are to be served, or null
 */
public record DaemonStart(
        Path catalogue,
        StateDirectory state,
        boolean lenient,
        @Nullable String agentGroup,
        @Nullable String operatorGroup,
        boolean autoStarted,
        Duration idleAllowed,
        @Nullable HttpSettings http,
        @Nullable InetSocketAddress metrics) {
    /**
     * The daemon that a relay asks for, or empty when {@code arguments} are any others than a relay gives. A client waits
     * for this one, and reading options the way people may write them takes a third of the whole start.
     */
    public static Optional<DaemonStart> ofRelay(String[] arguments, Console console) {
        List<String> words = List.of(arguments);
        if (words.size() != 6
                || !words.subList(0, 3).equals(List.of("serve", "--auto-started", "--config"))
                || !words.get(4).equals("--state")) {
            return Optional.empty();
        }
        return Optional.of(
                new DaemonStart(
                        console.directory().resolve(words.get(3)).normalize(),
                        StateDirectory.at(
                                console.directory().resolve(words.get(5)), console.environment()),
                        false,
                        null,
                        null,
                        true,
                        DaemonSettings.IDLE_ALLOWED,
                        null,
                        null));
    }

    /**
     * Runs it until it ends.
     *
     * @return the exit code
     */
    public int run(Console console) throws InterruptedException, IOException {
        PrintStream error = console.err();
        if (Files.notExists(catalogue) && Files.notExists(state.path())) {
            // Nothing was ever accepted here: a mistyped name makes no state directory, which
            // every command that spans all of them would list from then on.
            Wiring.check(catalogue, lenient, console.environment())
                    .faults()
                    .forEach(error::println);
            return ExitCode.INVALID_CONFIGURATION;
        }
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
                        idleAllowed,
                        DaemonSettings.DRAIN_ALLOWED,
                        DaemonSettings.CONNECTIONS_MAX);
        return new DaemonProcess(
                        settings,
                        () ->
                                Wiring.daemon(
                                        settings, lenient, http, metrics, console.environment()),
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
