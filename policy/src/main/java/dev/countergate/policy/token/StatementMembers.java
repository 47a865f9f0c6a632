package dev.countergate.policy.token;

import static dev.countergate.policy.token.MemberReader.ifValid;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Reads a statement's members: these, all of them, spelt so, of their type. */
final class StatementMembers {
    private static final Set<String> NAMES =
            Set.of(
                    "version",
                    "decision",
                    "server",
                    "proposal",
                    "digest",
                    "view",
                    "approver",
                    "key",
                    "challenge",
                    "issued",
                    "expires");

    private StatementMembers() {}

    static Checked<Statement> read(JsonNode value) {
        MemberReader reader = new MemberReader(value, NAMES);
        reader.version();
        Optional<Statement.Decision> decision =
                reader.member(
                        "decision",
                        text ->
                                Stream.of(Statement.Decision.values())
                                        .filter(each -> each.word().equals(text))
                                        .findFirst());
        Optional<ServerId> server =
                reader.member("server", ifValid(ServerId::isValid, ServerId::new));
        Optional<ProposalId> proposal =
                reader.member("proposal", ifValid(ProposalId::isValid, ProposalId::new));
        Optional<Digest> digest = reader.member("digest", ifValid(Digest::isValid, Digest::new));
        Optional<Digest> view = reader.member("view", ifValid(Digest::isValid, Digest::new));
        Optional<Person> approver =
                reader.member("approver", ifValid(Person::isValid, Person::new));
        Optional<String> key = reader.member("key", Optional::of);
        Optional<Challenge> challenge =
                reader.member("challenge", ifValid(Challenge::isValid, Challenge::new));
        Optional<Instant> issued = reader.member("issued", UtcTime::parse);
        Optional<Instant> expires = reader.member("expires", UtcTime::parse);
        if (!reader.faults().isEmpty()) {
            return Checked.invalid(reader.faults());
        }
        try {
            return Checked.valid(
                    new Statement(
                            decision.orElseThrow(),
                            server.orElseThrow(),
                            proposal.orElseThrow(),
                            digest.orElseThrow(),
                            view.orElseThrow(),
                            approver.orElseThrow(),
                            key.orElseThrow(),
                            challenge.orElseThrow(),
                            issued.orElseThrow(),
                            expires.orElseThrow()));
        } catch (IllegalArgumentException notAStatement) {
            return Checked.invalid(new Fault("", String.valueOf(notAStatement.getMessage())));
        }
    }
}
