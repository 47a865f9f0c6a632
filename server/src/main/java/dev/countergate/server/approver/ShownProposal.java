package dev.countergate.server.approver;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.Core;
import dev.countergate.policy.change.View;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A proposal as its daemon shows it, once it is known to be what it says: the text is rendered from the core here, and not
 * taken from the daemon.
 *
 * @param core the canonical bytes, as text
 * @param view what a person reads
 * @param digest of the core
 * @param members the core as JSON
 */
public record ShownProposal(String core, View view, Digest digest, JsonNode members) {
    private static final String LIES =
            ": this daemon lies, or is another version than this program; approve nothing here";

    /**
     * Checks what a daemon shows.
     *
     * @param asked the proposal meant
     * @param core that it gave
     * @param view the text it says the core renders to
     * @param digest that it says the core has
     * @throws RefusedException when one does not follow from the core
     */
    public static ShownProposal check(ProposalId asked, String core, String view, String digest)
            throws RefusedException {
        byte[] bytes = core.getBytes(UTF_8);
        View rendered = valid(View.of(bytes), "the core cannot be shown");
        JsonNode members = valid(CanonicalJson.read(bytes), "the core is none");
        require(
                members.path("proposal").asString("").equals(asked.value()),
                "OTHER_PROPOSAL",
                "the daemon shows another proposal than `" + asked + "`");
        require(
                rendered.text().equals(view),
                "OTHER_VIEW",
                "the daemon's text is not what the proposal's bytes say");
        Digest computed = Core.digest(bytes);
        require(
                computed.hex().equals(digest),
                "OTHER_DIGEST",
                "the daemon's digest is not that of the proposal's bytes");
        return new ShownProposal(core, rendered, computed, members);
    }

    /**
     * Checks that {@code text} says what was shown, and nothing else.
     *
     * @param text the statement the daemon wants signed
     * @param approver who is to sign
     * @param fingerprint of the key that is to sign, or null for whichever of theirs it names
     * @return it
     * @throws RefusedException when it does not
     */
    public Statement checkStatement(
            String text, Statement.Decision decision, Person approver, @Nullable String fingerprint)
            throws RefusedException {
        Statement said =
                valid(Statement.read(text.getBytes(UTF_8)), "what is to be signed is no statement");
        require(
                said.decision() == decision,
                "OTHER_DECISION",
                "the statement says " + said.decision().word());
        require(
                said.proposal().value().equals(members.path("proposal").asString()),
                "OTHER_PROPOSAL",
                "the statement is about another proposal");
        require(
                said.server().value().equals(members.path("server").asString()),
                "OTHER_SERVER",
                "the statement is for another server");
        require(
                said.digest().equals(digest),
                "OTHER_DIGEST",
                "the statement is about other bytes than those shown");
        require(
                said.view().equals(view.digest()),
                "OTHER_VIEW",
                "the statement is about another text than the one shown");
        require(
                said.approver().equals(approver)
                        && (fingerprint == null || said.key().equals(fingerprint)),
                "OTHER_KEY",
                "the statement is another person's or key's");
        return said;
    }

    /** The first 8 digits of the digest. */
    public String code() {
        return digest.code();
    }

    private static <T> T valid(Checked<T> checked, String otherwise) throws RefusedException {
        return switch (checked) {
            case Checked.Valid<T>(T value) -> value;
            case Checked.Invalid<T>(List<Fault> faults) ->
                    throw new RefusedException(
                            "NOT_SHOWABLE", otherwise + ": " + faults.getFirst().text() + LIES);
        };
    }

    private static void require(boolean holds, String code, String otherwise)
            throws RefusedException {
        if (!holds) {
            throw new RefusedException(code, otherwise + LIES);
        }
    }
}
