package dev.countergate.demo;

/** The demo cannot go on: one line that says why, and what to do. */
public final class DemoException extends Exception {
    private static final long serialVersionUID = 1;

    DemoException(String message) {
        super(message);
    }

    DemoException(String message, Throwable cause) {
        super(message, cause);
    }
}
