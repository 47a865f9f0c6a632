package dev.countergate.server.cli;

import dev.countergate.relay.ExitCode;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.daemon.DaemonSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

@Command(
        name = "stop",
        description = {
            "Ends daemons: what is in flight finishes first.",
            "Without --config and --state it spans every daemon of this user. An agent's next call",
            "starts its daemon again."
        },
        footer = {
            "",
            "With --json: an array of {state, pid, stopped}.",
            "",
            "  $ countergate stop --config ~/ops/tools.yaml"
        })
final class StopCommand implements Callable<Integer> {
    private static final Duration PATIENCE = DaemonSettings.DRAIN_ALLOWED.plusSeconds(5);

    private final Console console;

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    StopCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        int code = ExitCode.DONE;
        for (StateDirectory state : place.states(console)) {
            long pid;
            try {
                // Asked for nothing else, so that whatever the daemon cannot tell it can be ended.
                pid =
                        OperatorClient.ask(state, OperatorClient.request("stop"))
                                .path("pid")
                                .asLong();
            } catch (OperatorClient.NoDaemonException notThere) {
                continue;
            } catch (IOException | RefusedException refused) {
                console.note("the daemon of `" + state.path() + "`: " + refused.getMessage());
                code = ExitCode.FAILED;
                continue;
            }
            boolean stopped = awaitEnd(pid);
            all.addObject()
                    .put("state", state.path().toString())
                    .put("pid", pid)
                    .put("stopped", stopped);
            if (!stopped) {
                code = ExitCode.FAILED;
            } else if (!json) {
                console.print("stopped process " + pid + " of " + state.path());
            }
        }
        if (json) {
            console.print(all);
        } else if (all.isEmpty() && code == ExitCode.DONE) {
            console.print("no daemon runs");
        }
        return code;
    }

    private boolean awaitEnd(long pid) throws InterruptedException {
        try (Waiting _ = console.waiting("process " + pid + " finishes what is in flight")) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
                if (System.nanoTime() - end > 0) {
                    console.note(
                            "process " + pid + " has not ended yet: `kill " + pid + "` ends it");
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }
        return true;
    }
}
