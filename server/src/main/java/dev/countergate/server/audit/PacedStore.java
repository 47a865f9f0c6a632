package dev.countergate.server.audit;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * A way to a store for those who may come in any number: only so many of them wait at it at a time, in the order they came,
 * so that who comes by another way waits for as many at most. Closing it is not closing the store. Thread safe.
 */
public final class PacedStore implements Store {
    private final Store store;
    private final Semaphore places;

    /** A way to {@code store} that {@code placesMax} can be on. */
    public PacedStore(Store store, int placesMax) {
        this.store = store;
        this.places = new Semaphore(placesMax, true);
    }

    /** As the store itself, waiting is not interrupted: whoever waits has not begun. */
    private <T> T paced(StoreThread.Task<T> task) throws StoreException {
        places.acquireUninterruptibly();
        try {
            return task.run();
        } finally {
            places.release();
        }
    }

    @Override
    public <T> T read(Looking<T> looking) throws StoreException {
        return paced(() -> store.read(looking));
    }

    @Override
    public <T> T write(Work<T> work) throws StoreException {
        return paced(() -> store.write(work));
    }

    @Override
    public Lines read(long from, int limit) throws StoreException {
        return paced(() -> store.read(from, limit));
    }

    @Override
    public void later(Leaf leaf) {
        store.later(leaf);
    }

    @Override
    public Lag lag() {
        return store.lag();
    }

    @Override
    public Optional<String> trouble() {
        return store.trouble();
    }

    @Override
    public void export(OutputStream out) throws StoreException, IOException {
        store.export(out);
    }

    @Override
    public long size() {
        return store.size();
    }

    @Override
    public void close() {}
}
