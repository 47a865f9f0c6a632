package dev.countergate.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs run in the workspace, as anybody runs them. */
record Program(Workspace workspace) {
    /** What a program said and how it ended. */
    record Outcome(int code, String out, String err) {}

    /** Runs {@code countergate ARGUMENTS} without a terminal. */
    Outcome countergate(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(workspace.launcher().toString()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /**
     * Runs {@code countergate ARGUMENTS}, which is to succeed.
     *
     * @return its standard output
     */
    String succeed(String... arguments) throws IOException, InterruptedException, DemoException {
        Outcome outcome = countergate(arguments);
        if (outcome.code() != 0) {
            throw new DemoException(
                    "`countergate "
                            + String.join(" ", arguments)
                            + "` ended with "
                            + outcome.code()
                            + ": "
                            + outcome.err().strip());
        }
        return outcome.out();
    }

    /** Runs {@code countergate ARGUMENTS} with this process's standard streams. */
    int attached(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(workspace.launcher().toString()));
        command.addAll(List.of(arguments));
        return builder(command).inheritIO().start().waitFor();
    }

    /** Runs any program without a terminal and without input. */
    Outcome run(List<String> command) throws IOException, InterruptedException {
        Path err = Files.createTempFile(workspace.file(""), "err", "");
        Process process = builder(command).redirectError(Redirect.to(err.toFile())).start();
        try (OutputStream in = process.getOutputStream()) {
            in.flush();
        }
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        int code = process.waitFor();
        return new Outcome(code, out, Files.readString(err));
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(workspace.file("").toFile());
        builder.environment().clear();
        builder.environment().putAll(workspace.environment());
        return builder;
    }
}
