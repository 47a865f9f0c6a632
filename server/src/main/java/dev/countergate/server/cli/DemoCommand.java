package dev.countergate.server.cli;

import dev.countergate.demo.Demo;
import dev.countergate.demo.DemoException;
import dev.countergate.demo.Pace;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.approver.Terminal;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description = {
            "Shows the whole of it in a minute, in a simulated outage.",
            "An agent looks around, proposes a change that is refused and one that you approve, and",
            "the effect is verified."
        },
        footer = {
            "",
            "Needs `ssh-keygen`. Simulated are a service, its metrics, logs, alerts, deployments and two",
            "machines; the relay, the daemon, the approval and the log are real. All of it lies in a fresh",
            "folder, which goes when it ends, however it ends. Paced to be read, at a terminal. Exit code",
            "0 when the change was VERIFIED, 2 when you rejected it, 1 for every other end.",
            "",
            "  $ countergate demo"
        })
final class DemoCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "--yes", description = "ask nobody: a throwaway key signs for the change")
    private boolean isUnattended;

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, RefusedException {
        if (!isUnattended) {
            requireTerminal();
        }
        boolean isTerminal =
                Optional.ofNullable(System.console())
                        .filter(java.io.Console::isTerminal)
                        .isPresent();
        Map<String, String> environment = console.environment();
        boolean isColoured =
                isTerminal
                        && environment.getOrDefault("NO_COLOR", "").isEmpty()
                        && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        try {
            return new Demo(
                            environment,
                            InstantSource.system(),
                            console.out(),
                            isColoured,
                            isTerminal ? Pace.READING : Pace.NONE,
                            isUnattended)
                    .run();
        } catch (DemoException failure) {
            return console.fail(String.valueOf(failure.getMessage()));
        }
    }

    private static void requireTerminal() throws IOException, RefusedException {
        try (Terminal terminal = Terminal.open()) {
            terminal.print("");
        } catch (RefusedException none) {
            throw new RefusedException(
                    none.code(),
                    "the demo asks a person at a terminal, and there is none: `countergate demo --yes`"
                            + " asks nobody");
        }
    }
}
