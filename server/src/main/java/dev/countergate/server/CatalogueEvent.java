package dev.countergate.server;

import dev.countergate.policy.token.Digest;
import dev.countergate.server.audit.StoreException;
import java.util.List;

/** What became of the catalogue or of a change of it. */
sealed interface CatalogueEvent {
    /**
     * It is served from now on, with no person asked: at a start, or since the change loosens nothing.
     *
     * @param catalogue its digest
     * @param lines the differences from what was accepted before
     */
    record Loaded(Digest catalogue, List<String> lines) implements CatalogueEvent {
        public Loaded {
            lines = List.copyOf(lines);
        }
    }

    /**
     * A change waits for a person; what was accepted before is served.
     *
     * @param change its digest
     * @param lines the differences, those that loosen first
     */
    record Held(Digest change, List<String> lines) implements CatalogueEvent {
        public Held {
            lines = List.copyOf(lines);
        }
    }

    /**
     * A person accepted the change; told before it is served.
     *
     * @param change its digest
     * @param catalogue the digest of what is served then
     * @param by who
     */
    record Accepted(Digest change, Digest catalogue, String by) implements CatalogueEvent {}

    /**
     * The files have faults; what was accepted before is served.
     *
     * @param faults all of them, by file, line and column
     */
    record Failed(List<String> faults) implements CatalogueEvent {
        public Failed {
            faults = List.copyOf(faults);
        }
    }

    /** Is told of events, one at a time, on the thread where they happen. */
    @FunctionalInterface
    interface Listener {
        /**
         * Takes note of {@code event}.
         *
         * @throws StoreException when it cannot; then an acceptance does not happen
         */
        void on(CatalogueEvent event) throws StoreException;
    }
}
