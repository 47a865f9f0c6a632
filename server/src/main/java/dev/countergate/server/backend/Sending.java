package dev.countergate.server.backend;

import java.util.function.BooleanSupplier;

/**
 * What sending needs beside the request.
 *
 * @param mayBegin asked once everything is ready, right before the first byte: when it says no, nothing is sent
 * @param deadline until when the outcome is waited for
 * @param accepted told the attempt's name, as soon as the backend gave it one and before anything else
 * @param progress told how far it is; never blocks
 */
public record Sending(
        BooleanSupplier mayBegin,
        Deadline deadline,
        Accepted accepted,
        CallContext.Progress progress) {
    /** The detail of what was stopped by {@code mayBegin}. */
    public static final String STOPPED = "frozen before anything was sent";

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
