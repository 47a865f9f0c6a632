package dev.countergate.server.proposal;

/** A person's step is not taken, and nothing happened. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final String code;

    /**
     * Refuses with a reason.
     *
     * @param code stable
     * @param message one line: lower case, with a remedy where there is one
     */
    public RefusedException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** Why, in one stable word. */
    public String code() {
        return code;
    }

    /** Why, in words. */
    public String message() {
        return String.valueOf(getMessage());
    }
}
