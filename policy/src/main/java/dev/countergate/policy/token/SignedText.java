package dev.countergate.policy.token;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a person signs, whatever it says: given out by one server, to one person and one key, under a challenge of its own,
 * for a while. Its kinds have no member in common that could make the bytes of one the bytes of another: each demands
 * members the other refuses.
 */
sealed interface SignedText permits Statement, Widening {
    /** The version of the formats. */
    int VERSION = 1;

    /** The longest time between giving a text out and taking it back signed. */
    Duration VALID_MAX = Duration.ofMinutes(60);

    /** The same where nothing else is asked for. */
    Duration VALID_DEFAULT = Duration.ofMinutes(5);

    /** The namespace it is signed in. */
    String NAMESPACE = "approval-v1@countergate.dev";

    /** The shape of a key's fingerprint. */
    Pattern FINGERPRINT = Pattern.compile("SHA256:[A-Za-z0-9+/]{43}");

    /** Who gave it out and alone may take it back. */
    ServerId server();

    /** Who signs. */
    Person approver();

    /** The fingerprint of the key that signs, as {@code ssh-keygen -l} prints it. */
    String key();

    /** What the server gave for this text alone. */
    Challenge challenge();

    /** When the server gave it, exact to the millisecond. */
    Instant issued();

    /** Until when it can be handed in, after {@link #issued} by at most {@link #VALID_MAX}. */
    Instant expires();

    /** The bytes to sign: canonical JSON, no line end. */
    byte[] bytes();

    /**
     * The bytes of a text: {@code members} of its own, and those each has.
     *
     * @throws IllegalStateException when they have no canonical form
     */
    default byte[] bytes(ObjectNode members) {
        members.put("version", VERSION);
        members.put("server", server().value());
        members.put("approver", approver().name());
        members.put("key", key());
        members.put("challenge", challenge().hex());
        members.put("issued", UtcTime.text(issued()));
        members.put("expires", UtcTime.text(expires()));
        return switch (CanonicalJson.write(members)) {
            case Checked.Valid<byte[]>(byte[] bytes) -> bytes;
            // INVARIANT: every component is short text without surrogates by its own check.
            case Checked.Invalid<byte[]>(var faults) -> throw new IllegalStateException();
        };
    }

    /**
     * Demands what holds of each.
     *
     * @throws IllegalArgumentException when the key is no fingerprint, or the times are none of a text given out
     */
    static void require(String key, Instant issued, Instant expires) {
        if (!FINGERPRINT.matcher(key).matches()) {
            throw new IllegalArgumentException("not a key's fingerprint: `" + key + "`");
        }
        if (!UtcTime.isExact(issued) || !UtcTime.isExact(expires)) {
            throw new IllegalArgumentException("a statement's times have whole milliseconds");
        }
        if (!expires.isAfter(issued) || expires.isAfter(issued.plus(VALID_MAX))) {
            throw new IllegalArgumentException(
                    "a statement is valid for a while, and for " + VALID_MAX + " at most");
        }
    }
}
