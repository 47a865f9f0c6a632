package dev.countergate.server.operator;

import dev.countergate.policy.token.Digest;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What the operator plane keeps in the store. Thread safe. */
public interface OperatorLog {
    /**
     * Appends a leaf; durable when this returns.
     *
     * @throws StoreException when it could not be; then what it tells of must not happen
     */
    void record(String kind, Map<String, String> members) throws StoreException;

    /** Remembers for good that a key was enrolled here. */
    void settleEnrolled() throws StoreException;

    /** Whether a key was ever enrolled here, be it gone since. */
    boolean isEnrolled() throws StoreException;

    /** Remembers what the file of the approvers holds from now on. */
    void settleApprovers(Digest content) throws StoreException;

    /** What the file of the approvers was to hold when that was last settled. */
    Optional<Digest> approvers() throws StoreException;

    /** The time by the store's clock, which never goes back. */
    Instant now() throws StoreException;

    /**
     * Lines of the log as it is exported.
     *
     * @param from the index of the first leaf, or negative: so many from the end
     * @param limit the most leaves
     */
    Store.Lines read(long from, int limit) throws StoreException;
}
