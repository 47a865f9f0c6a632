package dev.countergate.testing.process;

import dev.countergate.relay.StateDirectory;
import dev.countergate.server.daemon.DaemonProcess;
import dev.countergate.server.daemon.DaemonProcess.Built;
import dev.countergate.server.daemon.DaemonSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The real daemon process around an {@link EchoService}. Its catalogue is a list of words a line: {@code variable NAME},
 * {@code fault TEXT}, {@code idle MILLIS}, {@code drain MILLIS}.
 */
public final class EchoDaemon {
    private EchoDaemon() {}

    /** Understands {@code serve [--auto-started] --config F --state D}. */
    public static void main(String[] arguments) throws Exception {
        List<String> words = List.of(arguments);
        Path catalogue = Path.of(words.get(words.indexOf("--config") + 1));
        Path state = Path.of(words.get(words.indexOf("--state") + 1));
        Map<String, String> environment = System.getenv();
        DaemonSettings settings =
                new DaemonSettings(
                        "1-test",
                        catalogue,
                        StateDirectory.at(state, environment),
                        null,
                        null,
                        words.contains("--auto-started"),
                        Duration.ofMillis(number(catalogue, "idle ", 600_000)),
                        Duration.ofMillis(number(catalogue, "drain ", 10_000)),
                        DaemonSettings.CONNECTIONS_MAX);
        System.exit(
                new DaemonProcess(settings, () -> build(catalogue), environment, System.err).run());
    }

    private static Built build(Path catalogue) throws java.io.IOException {
        List<String> lines = Files.readAllLines(catalogue);
        List<String> faults =
                lines.stream()
                        .filter(line -> line.startsWith("fault "))
                        .map(line -> catalogue + ":1:1: " + line.substring(6))
                        .toList();
        if (!faults.isEmpty()) {
            return new Built.Faulty(faults);
        }
        List<String> variables =
                lines.stream()
                        .filter(line -> line.startsWith("variable "))
                        .map(line -> line.substring(9))
                        .toList();
        return new Built.Ready(new EchoService(variables, System.getenv()), Map.of());
    }

    private static long number(Path catalogue, String key, long otherwise)
            throws java.io.IOException {
        return Files.readAllLines(catalogue).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> Long.parseLong(line.substring(key.length())))
                .findFirst()
                .orElse(otherwise);
    }
}
