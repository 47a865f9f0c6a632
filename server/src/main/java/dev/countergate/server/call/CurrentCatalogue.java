package dev.countergate.server.call;

import dev.countergate.server.proposal.Served;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** The catalogue being served, exchanged under the calls that use it. Thread safe. */
public final class CurrentCatalogue implements Served {
    private final AtomicReference<Serving> current;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Serves {@code first} until {@link #replace}. */
    public CurrentCatalogue(Serving first) {
        this.current = new AtomicReference<>(first);
    }

    /**
     * Serves {@code next}, which was never served, from now on; {@code letGo} runs once no call uses anything that was
     * served before.
     */
    public void replace(Serving next, Runnable letGo) {
        // INVARIANT: what is served counts as used while anything before it is, for a client that
        // the next reload lets go may be in use by a call that began two reloads ago.
        if (!next.enter()) {
            throw new IllegalArgumentException("it was served before");
        }
        Runnable inTurn =
                () -> {
                    letGo.run();
                    next.close();
                };
        current.getAndSet(next).retire(inTurn);
        listeners.forEach(Runnable::run);
    }

    /** What is served now, whoever may replace it meanwhile. */
    public Serving now() {
        return current.get();
    }

    @Override
    public Serving lease() {
        Serving serving = current.get();
        while (!serving.enter()) {
            serving = current.get();
        }
        return serving;
    }

    AutoCloseable onChanged(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
