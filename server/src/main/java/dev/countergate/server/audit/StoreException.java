package dev.countergate.server.audit;

/** The store cannot be opened, read or written: nothing of the transaction has happened, and nothing may be acted on. */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1;

    StoreException(String message) {
        super(message);
    }

    StoreException(String message, Throwable cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
