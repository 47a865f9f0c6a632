package dev.countergate.server.backend;

import dev.countergate.policy.result.FailureCode;

/**
 * A backend's answer is not what its API promises, or more than is read of one. The message says where and how, in one line
 * without its content.
 */
public final class UnreadableAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    private final FailureCode code;

    /** An answer that is not its API's because of {@code what}: lower case, no full stop. */
    public UnreadableAnswer(String what) {
        this(FailureCode.BACKEND_MALFORMED, what);
    }

    UnreadableAnswer(FailureCode code, String what) {
        super(what, null, false, false);
        this.code = code;
    }

    /** What kind of failure that is. */
    FailureCode code() {
        return code;
    }

    /** Why it cannot be read. */
    public String what() {
        return String.valueOf(getMessage());
    }
}
