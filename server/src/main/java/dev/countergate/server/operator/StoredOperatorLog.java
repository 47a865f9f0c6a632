package dev.countergate.server.operator;

import dev.countergate.policy.token.Digest;
import dev.countergate.server.audit.Leaf;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The operator plane's part of a store. */
public final class StoredOperatorLog implements OperatorLog {
    private static final String ENROLLED = "approver_enrolled";

    /** With a number behind it, since a fact is settled once. */
    private static final String APPROVERS = "approvers_";

    private final Store store;
    private final InstantSource clock;

    /** Keeps what happens in {@code store}. */
    public StoredOperatorLog(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public void record(String kind, Map<String, String> members) throws StoreException {
        store.write(
                transaction ->
                        transaction.append(
                                new Leaf(kind, transaction.clock(clock.instant()), members)));
    }

    @Override
    public void settleEnrolled() throws StoreException {
        store.write(transaction -> transaction.settle(ENROLLED, "yes"));
    }

    @Override
    public boolean isEnrolled() throws StoreException {
        return store.read(rows -> rows.fact(ENROLLED).isPresent());
    }

    @Override
    public void settleApprovers(Digest content) throws StoreException {
        store.write(
                transaction ->
                        transaction.settle(
                                APPROVERS + approvers(transaction).size(), content.hex()));
    }

    @Override
    public Optional<Digest> approvers() throws StoreException {
        List<Digest> all = store.read(StoredOperatorLog::approvers);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    private static List<Digest> approvers(Store.Rows rows) throws StoreException {
        List<Digest> all = new ArrayList<>();
        Optional<String> next = rows.fact(APPROVERS + 0);
        while (next.isPresent()) {
            all.add(new Digest(next.get()));
            next = rows.fact(APPROVERS + all.size());
        }
        return all;
    }

    @Override
    public Instant now() throws StoreException {
        return store.write(transaction -> transaction.clock(clock.instant()));
    }

    @Override
    public Store.Lines read(long from, int limit) throws StoreException {
        return store.read(from, limit);
    }
}
