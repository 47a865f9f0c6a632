package dev.countergate.policy.token;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import java.time.Instant;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a person signs to have a {@linkplain WideningCommand command} done that gives somebody more than they had: this
 * command with these arguments, at this server, by this person with this key, in answer to this challenge, within this time.
 *
 * <p>It is signed in the namespace of a {@link Statement}, with the same keys, and can never be taken for one: a statement
 * demands {@code decision}, {@code proposal}, {@code digest} and {@code view}, which are no members of this, and refuses
 * {@code command} and {@code arguments}, which this demands.
 *
 * @param command what is to be done
 * @param server which daemon is to do it
 * @param approver who asks for it
 * @param key the fingerprint of the key that signs, as {@code ssh-keygen -l} prints it
 * @param challenge that the server gave for this statement
 * @param issued when the server gave it, exact to the millisecond
 * @param expires until when it can be handed in, after {@code issued} by at most {@link Statement#VALID_MAX}
 */
public record Widening(
        WideningCommand command,
        ServerId server,
        Person approver,
        String key,
        Challenge challenge,
        Instant issued,
        Instant expires)
        implements SignedText {
    public Widening {
        SignedText.require(key, issued, expires);
    }

    @Override
    public byte[] bytes() {
        ObjectNode statement = JsonNodeFactory.instance.objectNode();
        statement.put("command", command.word());
        statement.set("arguments", command.arguments());
        return bytes(statement);
    }

    /** The statement whose bytes these are; anything else, down to one byte, is refused with its faults. */
    public static Checked<Widening> read(byte[] bytes) {
        return CanonicalJson.read(bytes).then(WideningMembers::statement);
    }
}
