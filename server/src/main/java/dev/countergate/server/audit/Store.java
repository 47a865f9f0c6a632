package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.token.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Optional;

/**
 * Where what must outlive the process is kept. Correct by compare-and-set of rows and by unique constraints alone, never by
 * who holds a lock, so that a database shared by several daemons can stand behind it too.
 */
public interface Store extends AutoCloseable {
    /** Work of one transaction; when it throws, nothing of it has happened. */
    @FunctionalInterface
    interface Work<T> {
        T in(Transaction transaction) throws StoreException;
    }

    /** What a transaction can do. Valid only within {@link Store#write}. */
    interface Transaction {
        /** Appends to the log and gives the leaf's index, from 0. */
        long append(Leaf leaf) throws StoreException;

        /** Keeps a new proposal at version 0; false when there is one with this id. */
        boolean insert(Proposal proposal) throws StoreException;

        Optional<Proposal> proposal(String id) throws StoreException;

        /** Moves a proposal from one state to the next; false when it is no longer as {@code seen}. */
        boolean move(Proposal seen, String state) throws StoreException;

        /** Consumes a challenge by the digest of what answered it; false when either was consumed before. */
        boolean consume(String challenge, Digest evidence) throws StoreException;

        /** Counts one attempt under a key in the window that begins then, and gives how many there are now. */
        long count(String key, Instant window) throws StoreException;

        /** The latest time seen by any transaction, this one's {@code now} included; it never goes back. */
        Instant clock(Instant now) throws StoreException;

        /** Takes an effect's key for a proposal; false when it is taken. */
        boolean take(String effect, String proposal) throws StoreException;

        /** Raises a named epoch by one and gives it; the first is 1. */
        long raise(String epoch) throws StoreException;
    }

    /**
     * A proposal as it is kept.
     *
     * @param id of it
     * @param core its exact text, of which it is the UTF-8 bytes that count
     * @param state as DESIGN section 7 spells it
     * @param version how often the state has changed
     */
    record Proposal(String id, String core, String state, long version) {
        /** Of the core. */
        public Digest digest() {
            return Digest.of(core.getBytes(UTF_8));
        }
    }

    /**
     * Does {@code work} in one durable transaction. When it appended leaves, a checkpoint over them is kept with them.
     *
     * @throws StoreException when it could not be committed; then nothing of it has happened
     */
    <T> T write(Work<T> work) throws StoreException;

    /** Writes the whole log as JSON Lines, its last line a checkpoint over all leaves. */
    void export(OutputStream out) throws StoreException, IOException;

    /** How many leaves are committed. */
    long size();

    @Override
    void close();
}
