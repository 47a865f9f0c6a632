package dev.countergate.demo.ssm;

import java.time.Duration;

/** Something that goes wrong with one call. "Accepting" means the call takes its full effect. */
public sealed interface Fault {
    /** 400 ThrottlingException, nothing accepted. */
    record Throttled() implements Fault {}

    /** 500 InternalServerError, nothing accepted. */
    record BrokenBeforeAccepting() implements Fault {}

    /** 500 InternalServerError after accepting: a client that retries does it twice. */
    record BrokenAfterAccepting() implements Fault {}

    /** The connection is reset, nothing accepted. */
    record DroppedBeforeAccepting() implements Fault {}

    /** The connection is reset after accepting: a client that retries does it twice. */
    record DroppedAfterAccepting() implements Fault {}

    /**
     * The connection is closed properly, without a byte of an answer, after accepting. Some HTTP clients take this for a
     * stale connection and send again.
     */
    record ClosedAfterAccepting() implements Fault {}

    /**
     * The call is accepted at once and answered late.
     *
     * @param by real time, whatever the simulator's clock
     */
    record Slow(Duration by) implements Fault {}

    /**
     * An error of the service, nothing accepted.
     *
     * @param type as in {@code __type}, e.g. {@code ExpiredTokenException}
     */
    record Refused(String type, String message) implements Fault {}

    /** Any bytes at all instead of the answer, nothing accepted. */
    record Garbled(int status, String contentType, String body) implements Fault {}
}
