package dev.countergate.server.cli;

import dev.countergate.relay.ExitCode;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "watch",
        description = {
            "Says what comes to wait for a person, and what becomes of it, as it happens.",
            "Ctrl-C ends it. Without --config and --state it spans every daemon of this user,"
                    + " those",
            "included that start later."
        },
        footer = {
            "",
            "With --json: one object a line each time something changes, as `countergate submit"
                    + " --json`",
            "has it.",
            "",
            "  $ countergate watch"
        })
final class WatchCommand implements Callable<Integer> {
    private static final int PAUSE_MILLIS = 1_000;

    private final Console console;

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    WatchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        Watching watching = new Watching(console, json);
        while (!Thread.interrupted()) {
            watching.look(Daemons.of(place, console));
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        return ExitCode.DONE;
    }
}
