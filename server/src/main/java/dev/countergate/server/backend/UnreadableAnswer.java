package dev.countergate.server.backend;

/** A backend's answer is not what its API promises. The message says where and how, in one line without its content. */
public final class UnreadableAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    /** An answer that is unreadable because of {@code what}: lower case, no full stop. */
    public UnreadableAnswer(String what) {
        super(what, null, false, false);
    }

    /** Why it cannot be read. */
    public String what() {
        return String.valueOf(getMessage());
    }
}
