package dev.countergate.server.notice;

/** Where what happened is told. Thread safe. */
@FunctionalInterface
public interface Notices {
    /** Tells it to whom it concerns; returns at once, and throws nothing whatever becomes of it. */
    void tell(Notice notice);
}
