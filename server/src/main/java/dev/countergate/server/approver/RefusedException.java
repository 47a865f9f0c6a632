package dev.countergate.server.approver;

/** It is not done, on purpose: by this program, or by the daemon it asked. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final String code;

    /**
     * Refuses with a reason.
     *
     * @param code stable, such as {@code NO_TERMINAL}
     * @param message one line for a person, with what to do where there is something
     */
    public RefusedException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** The stable name of the reason. */
    public String code() {
        return code;
    }
}
