package dev.countergate.server.cli;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.SshPublicKey;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.approver.EnrolledKey;
import dev.countergate.server.approver.KeyChoice;
import dev.countergate.server.approver.RefusedException;
import dev.countergate.server.approver.SigningKey;
import dev.countergate.server.approver.SshKeygen;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** The options that say whose key signs. */
final class KeyOptions {
    @Option(
            names = "--approver",
            paramLabel = "NAME",
            converter = PersonConverter.class,
            description = "who signs (whoever's key it is)")
    private @Nullable Person approver;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description =
                    "the key that signs ($$COUNTERGATE_KEY, else the one enrolled key in ~/.ssh and"
                            + " ~/.config/countergate/keys)")
    private @Nullable Path key;

    /** The keys that count at the daemon of {@code state}. */
    static List<EnrolledKey> enrolled(StateDirectory state) throws IOException, RefusedException {
        List<EnrolledKey> enrolled = new ArrayList<>();
        JsonNode answer = OperatorClient.ask(state, OperatorClient.request("approvers"));
        for (JsonNode each : answer.path("approvers").values()) {
            String person = each.path("person").asString("");
            if (!Person.isValid(person)) {
                throw new IOException("the daemon names an approver that is no person");
            }
            enrolled.add(
                    new EnrolledKey(new Person(person), each.path("fingerprint").asString("")));
        }
        return enrolled;
    }

    /**
     * The key, which nobody but its person can use.
     *
     * @param enrolled the keys that count
     * @throws RefusedException when there is none
     */
    SigningKey choose(Console console, List<EnrolledKey> enrolled, SshKeygen keygen)
            throws IOException, InterruptedException, RefusedException {
        Path named = key;
        String variable = console.environment().getOrDefault("COUNTERGATE_KEY", "");
        if (named == null && !variable.isEmpty()) {
            named = Path.of(variable);
        }
        SigningKey chosen =
                new KeyChoice(
                                enrolled,
                                named == null
                                        ? null
                                        : console.directory().resolve(named).normalize(),
                                approver,
                                ApproverFiles.of(console.environment()).keyFolders())
                        .key();
        KeyChoice.requireKept(chosen, keygen, console.environment());
        return chosen;
    }

    /** The fingerprint of the key in the file {@code half}, for those whose key lies elsewhere. */
    static String fingerprint(Console console, Path half) throws IOException, RefusedException {
        SshPublicKey read = KeyChoice.read(console.directory().resolve(half));
        return read.fingerprint();
    }
}
