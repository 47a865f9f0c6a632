package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * What a caller over the network shows to say who it is: {@code cgt_}, 256 random bits as 43 characters, and a checksum of
 * those as 6 more, all of them letters and digits. Prefix and checksum are there for programs that look for secrets in the
 * wrong places, so that they find this one and nothing else.
 *
 * <p>Only its {@link #digest()} is kept anywhere. A slow hash would protect a password that can be guessed; 256 random bits
 * cannot, and a fast one leaves a flood of wrong tokens nothing to wear out.
 */
public final class BearerToken {
    /** What each begins with. */
    public static final String PREFIX = "cgt_";

    /** How many random bytes it is made of. */
    public static final int RANDOM_BYTES = 32;

    private static final String DIGITS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int SECRET_LENGTH = 43;
    private static final int CHECKSUM_LENGTH = 6;

    private static final Pattern SHAPE =
            Pattern.compile(PREFIX + "[0-9A-Za-z]{" + (SECRET_LENGTH + CHECKSUM_LENGTH) + "}");

    private final String text;

    private BearerToken(String text) {
        this.text = text;
    }

    /**
     * The token of these bytes.
     *
     * @param random {@value #RANDOM_BYTES} bytes nobody can guess
     */
    public static BearerToken of(byte[] random) {
        if (random.length != RANDOM_BYTES) {
            throw new IllegalArgumentException("not " + RANDOM_BYTES + " bytes");
        }
        String secret = digits(new BigInteger(1, random), SECRET_LENGTH);
        return new BearerToken(PREFIX + secret + checksum(secret));
    }

    /** The token {@code text} writes; empty where it is none or was mistyped. */
    public static Optional<BearerToken> parse(String text) {
        int end = PREFIX.length() + SECRET_LENGTH;
        return SHAPE.matcher(text).matches()
                        && checksum(text.substring(PREFIX.length(), end))
                                .equals(text.substring(end))
                ? Optional.of(new BearerToken(text))
                : Optional.empty();
    }

    /** The whole of it, to be shown to whoever is to have it, once. */
    public String reveal() {
        return text;
    }

    /** SHA-256 over its characters: what is kept in its place. */
    public Digest digest() {
        return Digest.of(text.getBytes(US_ASCII));
    }

    private static String checksum(String secret) {
        CRC32 crc = new CRC32();
        crc.update(secret.getBytes(US_ASCII));
        return digits(BigInteger.valueOf(crc.getValue()), CHECKSUM_LENGTH);
    }

    private static String digits(BigInteger number, int length) {
        StringBuilder digits = new StringBuilder();
        BigInteger rest = number;
        BigInteger base = BigInteger.valueOf(DIGITS.length());
        while (digits.length() < length) {
            BigInteger[] parts = rest.divideAndRemainder(base);
            digits.append(DIGITS.charAt(parts[1].intValue()));
            rest = parts[0];
        }
        return digits.reverse().toString();
    }

    @Override
    public String toString() {
        return "[bearer token]";
    }
}
