package dev.countergate.server.backend;

/**
 * What sending needs beside the request.
 *
 * @param deadline until when the outcome is waited for
 * @param accepted told the attempt's name, as soon as the backend gave it one and before anything else
 * @param progress told how far it is; never blocks
 */
public record Sending(Deadline deadline, Accepted accepted, CallContext.Progress progress) {
    /** Told how the backend names an attempt. */
    @FunctionalInterface
    public interface Accepted {
        /**
         * Stores the name. What it throws does not end the waiting: the outcome is told all the same.
         *
         * @param handle a command id, say
         */
        void as(String handle);
    }
}
