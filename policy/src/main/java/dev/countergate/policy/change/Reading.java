package dev.countergate.policy.change;

import java.time.Instant;

/** What one look at an expectation showed. */
public sealed interface Reading {
    /**
     * It could be read.
     *
     * @param met whether it was as expected; never for no data or a number that is not finite
     * @param sample the time of the newest sample looked at; the time of the read where a backend has no samples
     */
    record Seen(boolean met, Instant sample) implements Reading {}

    /** It could not be read: the read failed, or did not answer in time. */
    record Unreadable() implements Reading {}
}
