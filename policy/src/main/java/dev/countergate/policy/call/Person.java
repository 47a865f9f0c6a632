package dev.countergate.policy.call;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A human being as the operator names them: who stands behind a principal, or behind an enrolled key.
 *
 * @param name ASCII, so that no two look alike: letters, digits and {@code . _ @ + -}, beginning with a letter or digit
 */
public record Person(String name) {
    /** The longest name, in characters. */
    public static final int LENGTH_MAX = 64;

    /** The regular expression of a name, for what describes the catalogue and the command line. */
    public static final String PATTERN = "[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}";

    private static final Pattern SHAPE = Pattern.compile(PATTERN);

    public Person {
        if (!isValid(name)) {
            throw new IllegalArgumentException("not a person's name: `" + name + "`");
        }
    }

    /** Whether {@code text} may name a person. */
    public static boolean isValid(String text) {
        return SHAPE.matcher(text).matches();
    }

    /**
     * This person in the one spelling by which persons are told apart: who is {@code ana} to the machine and {@code Ana} in the
     * keys is not two.
     */
    public Person folded() {
        return new Person(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return name;
    }
}
