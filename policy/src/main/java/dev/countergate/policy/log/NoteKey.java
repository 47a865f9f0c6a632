package dev.countergate.policy.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.StrictEd25519;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The public half of a key that signs notes (C2SP signed-note), Ed25519 only. It makes the note of a text and a signature,
 * and opens notes that bear its signature; the private half is elsewhere.
 */
public final class NoteKey {
    private static final byte ED25519 = 1;

    /** How long a key id is, which stands before each signature. */
    private static final int ID_BYTES = 4;

    private static final Pattern ENCODED =
            Pattern.compile("([^+\\s]{1,256})\\+([0-9a-f]{8})\\+([A-Za-z0-9+/]{44})");

    private final String name;
    private final byte[] point;

    /**
     * @param name of the key: no space, no plus sign
     * @param point the 32 bytes of the public key (RFC 8032)
     */
    public NoteKey(String name, byte[] point) {
        if (!isName(name) || point.length != 32) {
            throw new IllegalArgumentException("not a note key");
        }
        this.name = name;
        this.point = point.clone();
    }

    private static boolean isName(String text) {
        return !text.isEmpty()
                && text.chars().noneMatch(c -> c == '+' || Character.isWhitespace(c));
    }

    /** A key as {@link #encoded()} gives it. */
    public static Checked<NoteKey> parse(String encoded) {
        Matcher parts = ENCODED.matcher(encoded.strip());
        if (parts.matches() && isName(parts.group(1))) {
            byte[] typed = Base64.getDecoder().decode(parts.group(3));
            if (typed.length == 33 && typed[0] == ED25519) {
                NoteKey key = new NoteKey(parts.group(1), Arrays.copyOfRange(typed, 1, 33));
                if (HexFormat.of().formatHex(key.id()).equals(parts.group(2))) {
                    return Checked.valid(key);
                }
            }
        }
        return Checked.invalid(
                new Fault("", "not a note's verifier key", "give the content of `log.pub`"));
    }

    /** The verifier key's encoding: name, key id and key. */
    public String encoded() {
        byte[] typed = new byte[33];
        typed[0] = ED25519;
        System.arraycopy(point, 0, typed, 1, 32);
        return name
                + "+"
                + HexFormat.of().formatHex(id())
                + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    private byte[] id() {
        return Arrays.copyOf(
                Digest.of(name.getBytes(UTF_8), new byte[] {'\n', ED25519}, point).bytes(),
                ID_BYTES);
    }

    /**
     * The note of {@code text} and its signature.
     *
     * @param text ends with a line end
     * @param signature 64 bytes over the text's UTF-8
     */
    public String note(String text, byte[] signature) {
        byte[] identified = Arrays.copyOf(id(), ID_BYTES + signature.length);
        System.arraycopy(signature, 0, identified, ID_BYTES, signature.length);
        return text
                + "\n\u2014 "
                + name
                + " "
                + Base64.getEncoder().encodeToString(identified)
                + "\n";
    }

    /** The text of {@code note} when it bears exactly one signature and that is this key's; else empty. */
    public Optional<String> open(String note) {
        String text = note.substring(0, note.lastIndexOf("\n\n") + 1);
        // Only the one spelling of the base64 counts, so that a note cannot change unnoticed.
        return signature(note)
                .filter(
                        signature ->
                                StrictEd25519.verifies(point, text.getBytes(UTF_8), signature)
                                        && note.equals(note(text, signature)))
                .map(_ -> text);
    }

    /** Whether {@code note} says that this key signed it, truly or not. */
    public boolean isNamedBy(String note) {
        return signature(note).isPresent();
    }

    /** What stands in {@code note} as this key's signature; empty where it names another key, or none. */
    private Optional<byte[]> signature(String note) {
        int blank = note.lastIndexOf("\n\n");
        String head = "\u2014 " + name + " ";
        if (blank < 0 || !note.startsWith(head, blank + 2) || !note.endsWith("\n")) {
            return Optional.empty();
        }
        String encoded = note.substring(blank + 2 + head.length(), note.length() - 1);
        try {
            byte[] identified = Base64.getDecoder().decode(encoded);
            return identified.length >= ID_BYTES
                            && Arrays.equals(Arrays.copyOf(identified, ID_BYTES), id())
                    ? Optional.of(Arrays.copyOfRange(identified, ID_BYTES, identified.length))
                    : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
