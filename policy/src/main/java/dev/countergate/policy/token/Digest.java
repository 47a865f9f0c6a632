package dev.countergate.policy.token;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 digest (FIPS 180-4).
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record Digest(String hex) {
    private static final int DIGITS = 64;
    private static final int CODE_DIGITS = 8;

    public Digest {
        if (!isValid(hex)) {
            throw new IllegalArgumentException("not a SHA-256 digest: `" + hex + "`");
        }
    }

    /** Whether {@code text} may be a digest. */
    public static boolean isValid(String text) {
        return text.length() == DIGITS && text.chars().allMatch(Digest::isDigit);
    }

    /** The digest of the parts, one after the other. */
    public static Digest of(byte[]... parts) {
        MessageDigest sha256 = sha256();
        for (byte[] part : parts) {
            sha256.update(part);
        }
        return new Digest(HexFormat.of().formatHex(sha256.digest()));
    }

    /** The 32 bytes. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    /** The first 8 digits, which a person compares. */
    public String code() {
        return hex.substring(0, CODE_DIGITS);
    }

    /** Whether {@code text} may be a code. */
    public static boolean isCode(String text) {
        return text.length() == CODE_DIGITS && text.chars().allMatch(Digest::isDigit);
    }

    private static boolean isDigit(int character) {
        return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every JDK has SHA-256", absent);
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
