package dev.countergate.server.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.AllowedSigners;
import dev.countergate.policy.token.AllowedSigners.Signer;
import dev.countergate.policy.token.ApprovalToken.Verdict.Refused;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.Challenge;
import dev.countergate.policy.token.ServerId;
import dev.countergate.policy.token.Statement;
import dev.countergate.policy.token.UtcTime;
import dev.countergate.policy.token.Widening;
import dev.countergate.policy.token.WideningCommand;
import dev.countergate.policy.token.WideningToken;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What widens a power is done for whoever signs it: the statement is given out here, comes back signed with an enrolled key,
 * counts once, and stands in the log before anything happens. Until the first key is enrolled the daemon's own account needs
 * no signature; after that, nobody does without one. One command at a time.
 */
final class WideningOperations {
    private static final Logger LOG = LoggerFactory.getLogger(WideningOperations.class);

    private final ServerId server;
    private final String owner;
    private final ApproverOperations approvers;
    private final WideningCommands commands;
    private final OperatorLog log;
    private final RandomGenerator random;
    private final GivenOut given = new GivenOut();

    /**
     * @param owner the name of the daemon's own account
     * @param random where challenges come from; must be unpredictable
     */
    WideningOperations(
            ServerId server,
            String owner,
            ApproverOperations approvers,
            WideningCommands commands,
            OperatorLog log,
            RandomGenerator random) {
        this.server = server;
        this.owner = owner;
        this.approvers = approvers;
        this.commands = commands;
        this.log = log;
        this.random = random;
    }

    /** Who stands behind a command, and what of it goes into the log. */
    private record Warrant(String by, Map<String, String> members) {}

    /** {@code widening}: gives out the statement that would have a command done. */
    synchronized void give(JsonNode request, String user, ObjectNode answer)
            throws RefusedException {
        WideningCommand command = command(request);
        Person approver = Fields.required(request, "approver", Person::isValid, Person::new);
        Optional<String> key =
                Fields.optional(request, "key", text -> !text.isEmpty(), Function.identity());
        Prepared prepared = commands.prepare(command);
        try {
            Instant now = log.now().truncatedTo(ChronoUnit.MILLIS);
            byte[] challenge = new byte[Challenge.BYTES];
            random.nextBytes(challenge);
            Widening widening =
                    new Widening(
                            command,
                            server,
                            approver,
                            fingerprint(approver, key, now),
                            Challenge.of(challenge),
                            now,
                            now.plus(Statement.VALID_DEFAULT));
            given.keep(widening, now);
            answer.put("statement", new String(widening.bytes(), UTF_8));
            answer.put("text", prepared.text());
            answer.put("expires_at", UtcTime.text(widening.expires()));
        } catch (StoreException unreadable) {
            throw Fields.unrecorded(unreadable);
        }
    }

    /** {@code widen}: does a command. */
    synchronized void perform(JsonNode request, String user, ObjectNode answer)
            throws RefusedException {
        WideningCommand command = command(request);
        AllowedSigners signers = approvers.read();
        try {
            if (!signers.signers().isEmpty() && !log.isEnrolled()) {
                log.settleEnrolled();
            }
            Warrant warrant =
                    request.has("statement") || request.has("signature")
                            ? signed(request, command, signers)
                            : unsigned(user);
            Prepared prepared = commands.prepare(command);
            Map<String, String> members = new HashMap<>(warrant.members());
            members.put("command", command.word());
            members.put("arguments", arguments(command));
            members.put("user", user);
            log.record("widening", members);
            answer.put("text", act(prepared, command, warrant));
            if (command instanceof WideningCommand.ApproverAdd) {
                log.settleEnrolled();
            }
        } catch (StoreException unrecorded) {
            throw Fields.unrecorded(unrecorded);
        }
    }

    private String act(Prepared prepared, WideningCommand command, Warrant warrant)
            throws RefusedException, StoreException {
        try {
            return prepared.act().perform(warrant.by());
        } catch (RefusedException refused) {
            failed(command, String.valueOf(refused.getMessage()));
            throw refused;
        } catch (IOException failure) {
            LOG.atError().addKeyValue("command", command.word()).setCause(failure).log("not done");
            failed(command, String.valueOf(failure.getMessage()));
            throw new RefusedException("FAILED", "not done: " + failure.getMessage());
        }
    }

    private void failed(WideningCommand command, String why) throws StoreException {
        log.record("widening_failed", Map.of("command", command.word(), "why", why));
    }

    private Warrant signed(JsonNode request, WideningCommand command, AllowedSigners signers)
            throws RefusedException, StoreException {
        String statement = Fields.text(request, "statement");
        String signature = Fields.text(request, "signature");
        WideningToken token = new WideningToken(statement.getBytes(UTF_8), signature);
        Widening issued =
                switch (token.said()) {
                    case Checked.Valid<Widening>(Widening said) -> given.find(said.challenge());
                    case Checked.Invalid<Widening>(List<Fault> faults) ->
                            throw Fields.refused("MALFORMED_STATEMENT", faults);
                };
        Optional<Refused> refused = token.verify(server, issued, signers, log.now());
        if (refused.isPresent()) {
            throw new RefusedException(refused.get().reason().name(), refused.get().problem());
        }
        if (!issued.command().equals(command)) {
            throw new RefusedException(
                    "OTHER_COMMAND", "the statement is for another command than the request");
        }
        given.spend(issued.challenge());
        return new Warrant(
                issued.approver().name(),
                Map.of(
                        "person",
                        issued.approver().name(),
                        "key",
                        issued.key(),
                        "statement",
                        statement,
                        "signature",
                        signature));
    }

    private Warrant unsigned(String user) throws RefusedException, StoreException {
        if (log.isEnrolled()) {
            throw new RefusedException(
                    "UNSIGNED",
                    "a key was enrolled here, so this needs the signature of an enrolled key");
        }
        if (!user.equals(owner)) {
            throw new RefusedException(
                    "UNSIGNED",
                    "until a key is enrolled, `" + owner + "` alone may do this unsigned");
        }
        return new Warrant(user, Map.of());
    }

    /** The key that is to sign: the one named, or the only one of theirs that counts now. */
    private String fingerprint(Person approver, Optional<String> named, Instant now)
            throws RefusedException {
        AllowedSigners signers = approvers.read();
        List<String> usable =
                signers.signers().stream()
                        .filter(each -> each.person().equals(approver))
                        .map(Signer::key)
                        .filter(
                                each ->
                                        signers.personOf(each, Statement.NAMESPACE, now)
                                                instanceof Checked.Valid<Person>)
                        .map(each -> each.fingerprint())
                        .filter(each -> named.isEmpty() || each.equals(named.get()))
                        .toList();
        if (usable.size() == 1) {
            return usable.getFirst();
        }
        throw new RefusedException(
                usable.isEmpty() ? "KEY_NOT_ENROLLED" : "KEY_NEEDED",
                usable.isEmpty()
                        ? "`" + approver + "` has no such key that counts now"
                        : "`" + approver + "` has several keys: name one");
    }

    private static WideningCommand command(JsonNode request) throws RefusedException {
        return switch (WideningCommand.read(
                Fields.text(request, "command"), request.path("arguments"))) {
            case Checked.Valid<WideningCommand>(WideningCommand command) -> command;
            case Checked.Invalid<WideningCommand>(List<Fault> faults) ->
                    throw Fields.refused("INVALID_REQUEST", faults);
        };
    }

    private static String arguments(WideningCommand command) {
        return switch (CanonicalJson.write(command.arguments())) {
            case Checked.Valid<byte[]>(byte[] text) -> new String(text, UTF_8);
            // INVARIANT: a command's arguments are what a statement of it is made of.
            case Checked.Invalid<byte[]>(List<Fault> faults) -> throw new IllegalStateException();
        };
    }
}
