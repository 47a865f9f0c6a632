package dev.countergate.demo;

import java.time.Duration;

/** How the demo waits for its reader. */
@FunctionalInterface
public interface Pace {
    /** For a person who reads along. */
    Pace READING = duration -> Thread.sleep(duration);

    /** For whoever reads it later. */
    Pace NONE = duration -> {};

    /** Waits as long as {@code duration} where somebody reads. */
    void rest(Duration duration) throws InterruptedException;
}
