package dev.countergate.server.proposal;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.daemon.Separation;

/** Says how far a caller is kept from this daemon's own powers. Thread safe. */
@FunctionalInterface
public interface Separating {
    /** How far {@code principal} is kept away at this moment. */
    Separation.Found of(PrincipalId principal) throws InterruptedException;
}
