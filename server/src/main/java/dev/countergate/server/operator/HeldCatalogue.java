package dev.countergate.server.operator;

import dev.countergate.policy.token.Digest;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.util.Optional;

/** A change of the catalogue that waits for a person, because it could loosen something. Thread safe. */
public interface HeldCatalogue {
    /**
     * The change.
     *
     * @param digest of it
     * @param text the difference in lines, as a person is to see it
     */
    record Held(Digest digest, String text) {}

    /** What is held now. */
    Optional<Held> held();

    /**
     * Serves the change from now on.
     *
     * @param digest of the change a person saw
     * @param by who took it
     * @throws RefusedException when another or none is held by now, or it cannot be served
     */
    void accept(Digest digest, String by) throws RefusedException;
}
