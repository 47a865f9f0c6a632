package dev.countergate.policy.token;

import static dev.countergate.policy.token.MemberReader.ifValid;

import dev.countergate.policy.call.Checked;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Reads a statement's members: these, all of them, spelt so, of their type. */
final class StatementMembers {
    private static final Set<String> NAMES = Set.of("decision", "proposal", "digest", "view");

    private StatementMembers() {}

    static Checked<Statement> read(JsonNode value) {
        MemberReader reader = SignedMembers.reader(value, NAMES);
        Optional<SignedMembers> signed = SignedMembers.read(reader);
        Optional<Statement.Decision> decision =
                reader.member(
                        "decision",
                        text ->
                                Stream.of(Statement.Decision.values())
                                        .filter(each -> each.word().equals(text))
                                        .findFirst());
        Optional<ProposalId> proposal =
                reader.member("proposal", ifValid(ProposalId::isValid, ProposalId::new));
        Optional<Digest> digest = reader.member("digest", ifValid(Digest::isValid, Digest::new));
        Optional<Digest> view = reader.member("view", ifValid(Digest::isValid, Digest::new));
        return reader.whole(signed::orElseThrow)
                .then(
                        by ->
                                SignedMembers.made(
                                        () ->
                                                new Statement(
                                                        decision.orElseThrow(),
                                                        by.server(),
                                                        proposal.orElseThrow(),
                                                        digest.orElseThrow(),
                                                        view.orElseThrow(),
                                                        by.approver(),
                                                        by.key(),
                                                        by.challenge(),
                                                        by.issued(),
                                                        by.expires())));
    }
}
