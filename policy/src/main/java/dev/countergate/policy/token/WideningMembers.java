package dev.countergate.policy.token;

import static dev.countergate.policy.token.MemberReader.ifValid;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** Reads widening commands and the statements of them: these members, all of them, spelt so, of their type. */
final class WideningMembers {
    private static final Set<String> NAMES = Set.of("command", "arguments");

    private WideningMembers() {}

    static Checked<Widening> statement(JsonNode value) {
        MemberReader reader = SignedMembers.reader(value, NAMES);
        Optional<SignedMembers> signed = SignedMembers.read(reader);
        Optional<String> word = reader.member("command", Optional::of);
        Optional<JsonNode> arguments = reader.value("arguments");
        return reader.whole(signed::orElseThrow)
                .then(
                        by ->
                                command(word.orElseThrow(), arguments.orElseThrow())
                                        .then(
                                                command ->
                                                        SignedMembers.made(
                                                                () -> widening(command, by))));
    }

    private static Widening widening(WideningCommand command, SignedMembers by) {
        return new Widening(
                command,
                by.server(),
                by.approver(),
                by.key(),
                by.challenge(),
                by.issued(),
                by.expires());
    }

    static Checked<WideningCommand> command(String word, JsonNode arguments) {
        return switch (word) {
            case "thaw" -> thaw(new MemberReader(arguments, Set.of("environment")));
            case "resolve" ->
                    resolve(new MemberReader(arguments, Set.of("proposal", "applied", "note")));
            case "reload" -> reload(new MemberReader(arguments, Set.of("digest")));
            case "approver_add" -> add(new MemberReader(arguments, Set.of("name", "key")));
            case "approver_remove" ->
                    remove(new MemberReader(arguments, Set.of("name", "fingerprint")));
            default ->
                    Checked.invalid(
                            new Fault(
                                    "command",
                                    "none that widens a power",
                                    "use thaw, resolve, reload, approver_add or approver_remove"));
        };
    }

    private static Checked<WideningCommand> thaw(MemberReader reader) {
        Optional<String> environment = reader.optional("environment", text());
        return reader.whole(() -> new WideningCommand.Thaw(environment.orElse(null)));
    }

    private static Checked<WideningCommand> resolve(MemberReader reader) {
        Optional<ProposalId> proposal =
                reader.member("proposal", ifValid(ProposalId::isValid, ProposalId::new));
        Optional<Boolean> applied = reader.truth("applied");
        Optional<String> note = reader.member("note", text());
        return reader.whole(
                () ->
                        new WideningCommand.Resolve(
                                proposal.orElseThrow(), applied.orElseThrow(), note.orElseThrow()));
    }

    private static Checked<WideningCommand> reload(MemberReader reader) {
        Optional<Digest> digest = reader.member("digest", ifValid(Digest::isValid, Digest::new));
        return reader.whole(() -> new WideningCommand.Reload(digest.orElseThrow()));
    }

    private static Checked<WideningCommand> add(MemberReader reader) {
        Optional<Person> name = person(reader, "name");
        Optional<SshPublicKey> key =
                reader.member("key", Optional::of).flatMap(line -> reader.take("key", key(line)));
        return reader.whole(
                () -> new WideningCommand.ApproverAdd(name.orElseThrow(), key.orElseThrow()));
    }

    private static Checked<WideningCommand> remove(MemberReader reader) {
        Optional<Person> name = person(reader, "name");
        Optional<String> fingerprint =
                reader.optional(
                        "fingerprint",
                        ifValid(
                                text -> SignedText.FINGERPRINT.matcher(text).matches(),
                                Function.identity()));
        return reader.whole(
                () ->
                        new WideningCommand.ApproverRemove(
                                name.orElseThrow(), fingerprint.orElse(null)));
    }

    /** The key of a {@code .pub} file's line; what an allowed_signers file may say before one has no place here. */
    private static Checked<SshPublicKey> key(String line) {
        if (line.strip().toLowerCase(Locale.ROOT).startsWith("cert-authority")) {
            return Checked.invalid(
                    new Fault("", "a certificate authority", "enrol each person's own key"));
        }
        return SshPublicKey.parseLine(line);
    }

    private static Optional<Person> person(MemberReader reader, String name) {
        return reader.member(name, ifValid(Person::isValid, Person::new));
    }

    private static Function<String, Optional<String>> text() {
        return ifValid(WideningCommand::isText, Function.identity());
    }
}
