package dev.countergate.policy.token;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an approver signs: this decision, on these bytes, seen as this text, by this person with this key, in answer to this
 * challenge, within this time. Its bytes are canonical, so that a statement has one form.
 *
 * @param decision what is said of the proposal
 * @param server whose proposal it is
 * @param proposal which one
 * @param digest of the proposal's core
 * @param view SHA-256 of the text that was shown
 * @param approver who decides
 * @param key the fingerprint of the key that signs, as {@code ssh-keygen -l} prints it
 * @param challenge that the server gave for this statement
 * @param issued when the server gave it, exact to the millisecond
 * @param expires until when it can be handed in, after {@code issued} by at most {@link #VALID_MAX}
 */
public record Statement(
        Decision decision,
        ServerId server,
        ProposalId proposal,
        Digest digest,
        Digest view,
        Person approver,
        String key,
        Challenge challenge,
        Instant issued,
        Instant expires)
        implements SignedText {
    /** The version of the format. */
    public static final int VERSION = SignedText.VERSION;

    /** The longest time between giving a statement out and taking it back signed. */
    public static final Duration VALID_MAX = SignedText.VALID_MAX;

    /** The same where nothing else is asked for. */
    public static final Duration VALID_DEFAULT = SignedText.VALID_DEFAULT;

    /** The namespace a statement is signed in. */
    public static final String NAMESPACE = SignedText.NAMESPACE;

    /** What an approver says. */
    public enum Decision {
        APPROVE,
        REJECT;

        /** The word that stands in a statement. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Statement {
        SignedText.require(key, issued, expires);
    }

    @Override
    public byte[] bytes() {
        ObjectNode statement = JsonNodeFactory.instance.objectNode();
        statement.put("decision", decision.word());
        statement.put("proposal", proposal.value());
        statement.put("digest", digest.hex());
        statement.put("view", view.hex());
        return bytes(statement);
    }

    /** The statement whose bytes these are; anything else, down to one byte, is refused with its faults. */
    public static Checked<Statement> read(byte[] bytes) {
        return CanonicalJson.read(bytes).then(StatementMembers::read);
    }
}
