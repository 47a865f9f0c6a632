package dev.countergate.policy.token;

import java.util.regex.Pattern;

/**
 * Which daemon's state a proposal belongs to, so that an approval given to one is worth nothing at another.
 *
 * @param value 1 to 64 letters, digits and {@code . _ -}
 */
public record ServerId(String value) {
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    public ServerId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not a server id: `" + value + "`");
        }
    }

    /** Whether {@code text} may name a server. */
    public static boolean isValid(String text) {
        return SHAPE.matcher(text).matches();
    }

    @Override
    public String toString() {
        return value;
    }
}
