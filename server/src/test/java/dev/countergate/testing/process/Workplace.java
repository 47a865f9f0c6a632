package dev.countergate.testing.process;

import dev.countergate.relay.OperatorRequest;
import dev.countergate.relay.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A home directory of its own with a catalogue, in which real relays and daemons run. Closing it ends them all. */
public final class Workplace implements AutoCloseable {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private final Path home;
    private final List<RunningProcess> processes = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();

    /** A workplace below {@code folder}, whose catalogue holds {@code catalogue}. */
    public Workplace(Path folder, String catalogue) throws IOException {
        home = folder.toRealPath();
        Files.writeString(catalogueFile(), catalogue);
        Path launcher = home.resolve("launcher");
        Files.writeString(
                launcher,
                """
                #!/bin/sh
                echo started >>"%s"
                exec "%s" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "%s" %s "$@"
                """
                        .formatted(
                                home.resolve("starts"),
                                JAVA,
                                System.getProperty("java.class.path"),
                                EchoDaemon.class.getName()));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
        environment.put("HOME", home.toString());
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("COUNTERGATE_LAUNCHER", launcher.toString());
    }

    /** The catalogue's file. */
    public Path catalogueFile() {
        return home.resolve("words.yaml");
    }

    /** The state directory of the catalogue. */
    public StateDirectory state() {
        return StateDirectory.of(catalogueFile(), environment);
    }

    /** The variables each process gets; those added here are for the ones started later. */
    public Map<String, String> environment() {
        return environment;
    }

    /** How often a daemon was started. */
    public long starts() throws IOException {
        Path file = home.resolve("starts");
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }

    /** Starts {@code countergate stdio} for the catalogue. */
    public RunningProcess relay(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--config", catalogueFile().toString()));
        arguments.addAll(List.of(more));
        return java("dev.countergate.relay.Relay", arguments);
    }

    /** Starts {@code countergate serve} for the catalogue. */
    public RunningProcess daemon(String... more) throws IOException {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "serve",
                                "--config",
                                catalogueFile().toString(),
                                "--state",
                                state().path().toString()));
        arguments.addAll(List.of(more));
        return java(EchoDaemon.class.getName(), arguments);
    }

    /** Starts {@code main} in a JVM of its own. */
    public RunningProcess java(String main, List<String> arguments) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                JAVA,
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                main));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        RunningProcess process = new RunningProcess(builder.start());
        processes.add(process);
        return process;
    }

    /** What the daemon answers an operator. */
    public String ask(String request) throws IOException {
        return OperatorRequest.send(state().operatorSocket(), request, Duration.ofSeconds(20));
    }

    /** The daemon's process number, as it says itself. */
    public long daemonPid() throws IOException {
        return Long.parseLong(
                ask("{\"version\":1,\"op\":\"status\"}").replaceAll(".*\"pid\":([0-9]+).*", "$1"));
    }

    /** Waits until {@code condition} holds. */
    public static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within a minute: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Override
    public void close() {
        for (RunningProcess process : processes) {
            process.kill();
        }
        try {
            long pid = daemonPid();
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        } catch (IOException none) {
            // No daemon is left.
        }
    }
}
