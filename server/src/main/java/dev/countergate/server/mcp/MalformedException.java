package dev.countergate.server.mcp;

/** A line that is no message: {@code getMessage()} is ours, fit for the client. */
final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String problem) {
        // No cause and no trace: a flood of bad lines costs little, and nothing inside can leak.
        super(problem, null, false, false);
    }
}
