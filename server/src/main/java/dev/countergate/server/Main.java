package dev.countergate.server;

import dev.countergate.server.cli.CommandTree;
import dev.countergate.server.cli.Console;
import dev.countergate.server.cli.DaemonStart;
import dev.countergate.server.cli.Screen;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where every command but {@code stdio} begins. */
public final class Main {
    private Main() {}

    /** Runs one command and ends with its exit code. */
    public static void main(String[] arguments) {
        Console console =
                new Console(
                        System.getenv(),
                        Path.of("").toAbsolutePath(),
                        stream(FileDescriptor.out),
                        stream(FileDescriptor.err));
        int code =
                DaemonStart.ofRelay(arguments, console)
                        .map(start -> run(start, console))
                        .orElseGet(
                                () ->
                                        CommandTree.of(console.on(Screen.of(console.environment())))
                                                .execute(arguments));
        console.out().flush();
        System.exit(code);
    }

    private static int run(DaemonStart start, Console console) {
        try {
            return start.run(console);
        } catch (IOException failure) {
            return console.fail(String.valueOf(failure.getMessage()));
        } catch (InterruptedException nobodyInterruptsThisThread) {
            return console.fail("interrupted");
        }
    }

    /** UTF-8 whatever the locale: backends and agents write it. */
    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)),
                true,
                StandardCharsets.UTF_8);
    }
}
