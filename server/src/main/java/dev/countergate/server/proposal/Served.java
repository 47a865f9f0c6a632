package dev.countergate.server.proposal;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.rule.Rules;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.server.backend.Backends;

/** The catalogue as it is served at the moment. Thread safe. */
@FunctionalInterface
public interface Served {
    /** What is served now, kept usable until it is closed. */
    Lease lease();

    /** One catalogue with what was made of it. */
    interface Lease extends AutoCloseable {
        Catalogue catalogue();

        Rules rules();

        Backends backends();

        /** Takes the catalogue's secrets out of texts. */
        Redactor redactor();

        @Override
        void close();
    }
}
