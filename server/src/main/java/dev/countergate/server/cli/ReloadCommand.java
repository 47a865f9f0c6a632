package dev.countergate.server.cli;

import dev.countergate.policy.result.VisibleText;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.WideningCommand;
import dev.countergate.relay.ExitCode;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.approver.AgentEnvironment;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.approver.Terminal;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "reload",
        description = {
            "Shows the catalogue change that is held because it could loosen something.",
            "Accepts it at a terminal; once a key is enrolled, by its signature. Refuses where an"
                    + " agent's",
            "environment shows."
        },
        footer = {
            "",
            "Exit code 0 also when nothing is held. With --json it only shows: {state, held,"
                    + " digest,",
            "text}, digest and text while a change is held.",
            "",
            "  $ countergate reload --config ~/ops/tools.yaml"
        })
final class ReloadCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private KeyOptions keys = new KeyOptions();

    @Mixin private Place place = new Place();

    @Option(names = "--json", description = "print JSON, accept nothing")
    private boolean json;

    ReloadCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, RefusedException {
        StateDirectory state = Daemons.of(place, console).one();
        Optional<Held> held;
        try (Waiting _ = console.waiting("waiting for the daemon to read its files")) {
            held = held(state);
        }
        if (json) {
            ObjectNode all = JsonNodeFactory.instance.objectNode();
            all.put("state", state.path().toString()).put("held", held.isPresent());
            held.ifPresent(change -> all.put("digest", change.digest()).put("text", change.text()));
            console.print(all);
            return ExitCode.DONE;
        }
        if (held.isEmpty()) {
            console.print("no catalogue change is held");
            return ExitCode.DONE;
        }
        console.print(VisibleText.visible(held.get().text()));
        AgentEnvironment.refuse(console.environment());
        String digest = held.get().digest();
        if (!Digest.isValid(digest)) {
            return console.fail("the daemon does not say which change it holds");
        }
        if (KeyOptions.enrolled(state).isEmpty()) {
            ask();
        }
        console.print(
                new SignedCommand(console, keys)
                        .run(state, new WideningCommand.Reload(new Digest(digest))));
        return ExitCode.DONE;
    }

    /** What the daemon holds. */
    private record Held(String digest, String text) {}

    /** The text comes in pages, so that no change is too large to be shown. */
    private static Optional<Held> held(StateDirectory state) throws IOException, RefusedException {
        JsonNode page = OperatorClient.ask(state, OperatorClient.request("reload_show"));
        if (!page.path("held").asBoolean(false)) {
            return Optional.empty();
        }
        String digest = page.path("digest").asString("");
        StringBuilder text = new StringBuilder(page.path("text").asString(""));
        while (page.has("next")) {
            ObjectNode request = OperatorClient.request("reload_show").put("from", text.length());
            page = OperatorClient.ask(state, request);
            String more = page.path("text").asString("");
            if (!page.path("digest").asString("").equals(digest) || more.isEmpty()) {
                throw new IOException("what is held changed meanwhile: run it again");
            }
            text.append(more);
        }
        return Optional.of(new Held(digest, text.toString()));
    }

    /** Where a signature is asked for, that asks. */
    private static void ask() throws IOException, RefusedException {
        try (Terminal terminal = Terminal.open()) {
            if (!terminal.ask("y accepts it; anything else leaves it held: ").equals("y")) {
                throw new RefusedException("NOT_ACCEPTED", "the change is held as before");
            }
        }
    }
}
