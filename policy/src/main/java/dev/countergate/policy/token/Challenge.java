package dev.countergate.policy.token;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Random bytes the server gives when somebody opens a proposal, so that nothing can be signed beforehand or twice.
 *
 * @param hex 64 lower-case hexadecimal digits: {@value #BYTES} bytes
 */
public record Challenge(String hex) {
    /** How many random bytes make one. */
    public static final int BYTES = 32;

    private static final Pattern SHAPE = Pattern.compile("[0-9a-f]{64}");

    public Challenge {
        if (!isValid(hex)) {
            throw new IllegalArgumentException("not a challenge");
        }
    }

    /** Whether {@code text} may be a challenge. */
    public static boolean isValid(String text) {
        return SHAPE.matcher(text).matches();
    }

    /** The challenge made of {@code random}. */
    public static Challenge of(byte[] random) {
        return new Challenge(HexFormat.of().formatHex(random));
    }
}
