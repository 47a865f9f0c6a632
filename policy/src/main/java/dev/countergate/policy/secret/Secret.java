package dev.countergate.policy.secret;

/**
 * A value that came from the environment or a file and may be a credential.
 *
 * @param name what an operator calls it: the variable's name, or the file's path
 * @param value the value itself
 */
public record Secret(String name, String value) {
    /** How it is shown: {@code [secret NAME]}. */
    public String shown() {
        return "[secret " + name + "]";
    }

    @Override
    public String toString() {
        return shown();
    }
}
