package dev.countergate.demo.world;

import java.time.Duration;
import java.time.Instant;

/**
 * One build going out.
 *
 * @param id as the deployments API names it
 * @param by who sent it
 * @param at when; the build before it serves for {@link #ROLL_OUT} more
 * @param change what it says it changes
 */
public record Deployment(String id, Build build, String by, Instant at, String change) {
    /** How long it takes until a build serves every request. */
    public static final Duration ROLL_OUT = Duration.ofSeconds(2);

    /** When its build serves. */
    Instant serving() {
        return at.plus(ROLL_OUT);
    }
}
