package dev.countergate.server.config;

import dev.countergate.server.config.Loading.Faulty;
import dev.countergate.server.config.Loading.Loaded;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the catalogue in use up with its files. A change of the content of any file that the last load looked at, however
 * it came about, has the catalogue loaded anew once two looks in a row saw the same content; a load with faults leaves the
 * last good one in use. Thread safe; closing it ends its thread.
 */
public final class CatalogueWatcher implements AutoCloseable {
    /** How often the files are looked at. */
    public static final Duration PERIOD = Duration.ofSeconds(1);

    private final Path file;
    private final CatalogueLoader loader;
    private final Sources sources;
    private final Consumer<Loading> listener;

    private volatile Loaded current;
    private volatile @Nullable Faulty failure;
    private Map<Path, String> loadedFiles;
    private Map<Path, String> lastSeen;
    private @Nullable Thread thread;

    /**
     * A watcher that does nothing yet.
     *
     * @param file the catalogue's file
     * @param first what {@code loader} made of it
     * @param listener told of each later load, good or faulty, on the watcher's thread
     */
    public CatalogueWatcher(
            Path file,
            CatalogueLoader loader,
            Sources sources,
            Loaded first,
            Consumer<Loading> listener) {
        this.file = file;
        this.loader = loader;
        this.sources = sources;
        this.listener = listener;
        this.current = first;
        this.loadedFiles = first.origins().files();
        this.lastSeen = loadedFiles;
    }

    /** The last good load. */
    public Loaded current() {
        return current;
    }

    /** The latest load, where it had faults and so is not in use. */
    public Optional<Faulty> failure() {
        return Optional.ofNullable(failure);
    }

    /** Begins to look at the files every {@link #PERIOD}, on a thread of its own. */
    public synchronized void start() {
        if (thread == null) {
            thread = Thread.ofVirtual().name("catalogue-watcher").start(this::run);
        }
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(PERIOD);
                look();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt(); // and the thread ends
        }
    }

    /** Looks at the files once. */
    synchronized void look() {
        Map<Path, String> seen = new LinkedHashMap<>();
        loadedFiles.keySet().forEach(path -> seen.put(path, RecordedSources.look(sources, path)));
        boolean settled = seen.equals(lastSeen);
        lastSeen = Map.copyOf(seen);
        // A file is often written in two steps, and half of a catalogue can be a good one with
        // fewer guards.
        if (settled && !seen.equals(loadedFiles)) {
            reload();
        }
    }

    private void reload() {
        Loading loading = loader.load(file);
        loadedFiles = loading.origins().files();
        lastSeen = loadedFiles;
        switch (loading) {
            case Loaded loaded -> {
                current = loaded;
                failure = null;
            }
            case Faulty faulty -> failure = faulty;
        }
        listener.accept(loading);
    }

    /** Ends the watching; waits until a load under way is done. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            running = thread;
            thread = null;
        }
        if (running != null) {
            running.interrupt();
            try {
                running.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
