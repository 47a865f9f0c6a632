package dev.countergate.server.audit;

/**
 * The store cannot be opened, read or written, and nothing may be acted on. Nothing of the transaction has happened, unless
 * {@link #mayHaveHappened()}.
 */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1;
    private final boolean isUncertain;

    public StoreException(String message) {
        super(message);
        this.isUncertain = false;
    }

    public StoreException(String message, Throwable cause) {
        this(message, cause, false);
    }

    private StoreException(String message, Throwable cause, boolean isUncertain) {
        super(message + ": " + cause.getMessage(), cause);
        this.isUncertain = isUncertain;
    }

    /** The disk neither confirmed the transaction nor can be asked; what stands there is read once it can. */
    static StoreException uncertain(Throwable cause) {
        return new StoreException(
                "the store may or may not have kept the transaction", cause, true);
    }

    /**
     * Whether the transaction may have happened all the same: its commit failed and the store could not be read since. The
     * next transaction that succeeds shows which.
     */
    public boolean mayHaveHappened() {
        return isUncertain;
    }
}
