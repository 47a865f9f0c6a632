package dev.countergate.policy.result;

/** The kinds of failure a backend can have; the names are the codes an agent sees. */
public enum FailureCode {
    /** It cannot be sent as it stands, which only showed when the time was known: a start after the end, say. */
    INVALID_ARGUMENT,
    /** No connection, or it broke before an answer. */
    BACKEND_UNREACHABLE,
    /** No whole answer within the deadline. */
    BACKEND_TIMEOUT,
    /**
     * Every place of the backend's concurrency limit was taken until the deadline, or the answers being read from all
     * backends left no room for its own.
     */
    BACKEND_BUSY,
    /** It asks for other or newer credentials. */
    BACKEND_UNAUTHORIZED,
    /** It asks to slow down. */
    BACKEND_RATE_LIMITED,
    /** It refuses the request as it stands: a faulty query, a limit of its own, a parameter. */
    BACKEND_REFUSED,
    /** There is no such thing. */
    NOT_FOUND,
    /** It failed by itself. */
    BACKEND_ERROR,
    /** Its answer is not what its API promises. */
    BACKEND_MALFORMED,
    /** Its answer is larger than the backend's limit. */
    BACKEND_TOO_LARGE,
    /** The caller took the call back. */
    CANCELLED
}
