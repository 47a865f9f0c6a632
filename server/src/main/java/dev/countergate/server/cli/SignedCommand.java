package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.result.VisibleText;
import dev.countergate.policy.token.Statement;
import dev.countergate.policy.token.Widening;
import dev.countergate.policy.token.WideningCommand;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.approver.AgentEnvironment;
import dev.countergate.server.approver.EnrolledKey;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.approver.SigningKey;
import dev.countergate.server.approver.SshKeygen;
import dev.countergate.server.approver.Terminal;
import java.io.IOException;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Has a daemon do what gives somebody more than they had. Once a key is enrolled there a person reads what it is, and signs
 * it; before, the daemon takes it from its own account as it is.
 */
final class SignedCommand {
    private static final String YES = "y";

    private final Console console;
    private final KeyOptions keys;

    SignedCommand(Console console, KeyOptions keys) {
        this.console = console;
        this.keys = keys;
    }

    /**
     * Does it.
     *
     * @return what the daemon says of it, fit to be shown
     * @throws RefusedException when the person does not sign, or the daemon does not do it
     */
    String run(StateDirectory state, WideningCommand command)
            throws IOException, InterruptedException, RefusedException {
        AgentEnvironment.refuse(console.environment());
        ObjectNode request = request("widen", command);
        List<EnrolledKey> enrolled = KeyOptions.enrolled(state);
        if (!enrolled.isEmpty()) {
            sign(state, command, enrolled, request);
        }
        try (Waiting _ = console.waiting("waiting for the daemon")) {
            return VisibleText.visible(
                    OperatorClient.ask(state, request).path("text").asString("done"));
        }
    }

    /** What {@code text} was said of, as JSON. */
    static ObjectNode described(StateDirectory state, String text) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("state", state.path().toString())
                .put("text", text);
    }

    /** Does it, and prints what the daemon says. */
    void run(StateDirectory state, WideningCommand command, boolean json)
            throws IOException, InterruptedException, RefusedException {
        String text = run(state, command);
        if (json) {
            console.print(described(state, text));
        } else {
            console.print(text);
        }
    }

    private static ObjectNode request(String operation, WideningCommand command) {
        ObjectNode request = OperatorClient.request(operation).put("command", command.word());
        request.set("arguments", command.arguments());
        return request;
    }

    private void sign(
            StateDirectory state,
            WideningCommand command,
            List<EnrolledKey> enrolled,
            ObjectNode request)
            throws IOException, InterruptedException, RefusedException {
        try (Terminal terminal = Terminal.open()) {
            SshKeygen keygen = SshKeygen.find(console.environment());
            SigningKey key = keys.choose(console, enrolled, keygen);
            JsonNode answer =
                    OperatorClient.ask(
                            state,
                            request("widening", command)
                                    .put("approver", key.person().name())
                                    .put("key", key.key().fingerprint()));
            String statement = answer.path("statement").asString("");
            requireSays(statement, command, key);
            terminal.print(VisibleText.visible(answer.path("text").asString("")).strip() + "\n\n");
            terminal.print("exactly this is signed, as " + key.person() + ":\n");
            // The statement's own words: the text above is the daemon's, and signs nothing.
            terminal.print(
                    "    "
                            + command.word()
                            + " "
                            + VisibleText.line(command.arguments().toString())
                            + "\n    at "
                            + state.path()
                            + "\n\n");
            if (!terminal.ask(YES + " signs it; anything else leaves everything as it is: ")
                    .equals(YES)) {
                throw new RefusedException("NOT_SIGNED", "nothing was signed or done");
            }
            terminal.print("signing with `" + key.file() + "`\n");
            request.put("statement", statement);
            request.put(
                    "signature", keygen.sign(key, Statement.NAMESPACE, statement.getBytes(UTF_8)));
        }
    }

    /** The statement must say this command, with these arguments, by this person and key. */
    private static void requireSays(String statement, WideningCommand command, SigningKey key)
            throws RefusedException {
        boolean says =
                Widening.read(statement.getBytes(UTF_8))
                                instanceof Checked.Valid<Widening>(Widening said)
                        && said.command().equals(command)
                        && said.approver().equals(key.person())
                        && said.key().equals(key.key().fingerprint());
        if (!says) {
            throw new RefusedException(
                    "OTHER_COMMAND",
                    "the statement the daemon wants signed is not the command that was typed: it"
                            + " lies, or is another version than this program; sign nothing here");
        }
    }
}
