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

    /** Serves {@code next} from now on; {@code letGo} runs once no call uses what was served before. */
    public void replace(Serving next, Runnable letGo) {
        current.getAndSet(next).retire(letGo);
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
