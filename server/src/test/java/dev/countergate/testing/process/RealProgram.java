package dev.countergate.testing.process;

import dev.countergate.server.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The program in processes of its own, with a home of their own, ended when it is closed. Not thread safe. */
public final class RealProgram implements AutoCloseable {
    private final Path folder;
    private final Map<String, String> variables;
    private final List<Process> processes = new ArrayList<>();

    /**
     * The program with {@code folder} as its home and working directory.
     *
     * @param variables of its environment, beside those every process needs
     */
    public RealProgram(Path folder, Map<String, String> variables) {
        this.folder = folder;
        this.variables = Map.copyOf(variables);
    }

    /**
     * Starts it.
     *
     * @param out the file in the folder that gets what it prints; the one named so with {@code .classes} gets the classes it
     *     loads
     */
    public Process start(String out, List<String> arguments) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xlog:class+load:file=" + folder.resolve(out + ".classes"),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve(out).toFile());
        builder.environment().clear();
        builder.environment().putAll(variables);
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("XDG_STATE_HOME", folder + "/s");
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    /** What stands in a file of the folder by now. */
    public String output(String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
        processes.forEach(process -> process.onExit().join());
    }
}
