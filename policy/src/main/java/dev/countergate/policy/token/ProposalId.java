package dev.countergate.policy.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The name of a proposal: a handle, not a right; whoever knows it can do nothing by that.
 *
 * @param value {@code p-} and 26 characters of Crockford's base32 in lower case, standing for 128 bits
 */
public record ProposalId(String value) {
    /** How many random bytes make an id. */
    public static final int BYTES = 16;

    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

    /** 26 characters hold 130 bits, so the first is at most 7: one id has one spelling. */
    private static final Pattern SHAPE = Pattern.compile("p-[0-7][0-9a-hjkmnp-tv-z]{25}");

    /** The version 5 UUID of {@code countergate.dev} in the DNS namespace (RFC 9562 sections 5.5 and 6.6). */
    private static final byte[] ATTEMPTS =
            nameBased(
                    HexFormat.of().parseHex("6ba7b8109dad11d180b400c04fd430c8"), "countergate.dev");

    public ProposalId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not a proposal id: `" + value + "`");
        }
    }

    /** Whether {@code text} may name a proposal. */
    public static boolean isValid(String text) {
        return SHAPE.matcher(text).matches();
    }

    /**
     * The id that stands for {@code random}.
     *
     * @param random {@value #BYTES} bytes nobody can guess
     */
    public static ProposalId of(byte[] random) {
        if (random.length != BYTES) {
            throw new IllegalArgumentException("a proposal id is made of " + BYTES + " bytes");
        }
        StringBuilder text = new StringBuilder("p-");
        for (int digit = 25; digit >= 0; digit--) {
            int five = 0;
            for (int bit = digit * 5 + 4; bit >= digit * 5; bit--) {
                five = (five << 1) | (bit < 128 ? (random[15 - bit / 8] >> (bit % 8)) & 1 : 0);
            }
            text.append(ALPHABET.charAt(five));
        }
        return new ProposalId(text.toString());
    }

    /**
     * The id of its one attempt: the version 5 UUID of its text (RFC 9562 section 5.5), in the namespace that is itself
     * that of {@code countergate.dev}. It stands in what is sent, where a backend takes it, so that it can be found again.
     */
    public UUID attempt() {
        String hex = HexFormat.of().formatHex(nameBased(ATTEMPTS, value));
        return new UUID(
                Long.parseUnsignedLong(hex, 0, 16, 16), Long.parseUnsignedLong(hex, 16, 32, 16));
    }

    private static byte[] nameBased(byte[] namespace, String name) {
        byte[] hash = sha1(namespace, name.getBytes(StandardCharsets.US_ASCII));
        hash[6] = (byte) ((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte) ((hash[8] & 0x3F) | 0x80);
        return Arrays.copyOf(hash, 16);
    }

    /** What version 5 is made with; nothing here rests on its strength. */
    private static byte[] sha1(byte[] namespace, byte[] name) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(namespace);
            return sha1.digest(name);
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every JDK has SHA-1", absent);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
