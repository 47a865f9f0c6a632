package dev.countergate.server.config;

import dev.countergate.server.config.Loading.Faulty;
import dev.countergate.server.config.Loading.Loaded;
import dev.countergate.server.config.Loading.Origins;
import dev.countergate.server.yaml.Finding;
import dev.countergate.server.yaml.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the catalogue in use up with its files. A change of the content of any file that the last load looked at, however
 * it came about, has the catalogue loaded anew once two looks in a row saw the same content; a load with faults leaves the
 * last good one in use, and so does one that breaks off. Thread safe; closing it ends its thread.
 */
public final class CatalogueWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogueWatcher.class);

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
     * @param listener told of each later load, good or faulty, on the watcher's thread; one that it throws at is told anew
     *     as faulty
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
                lookOnce();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt(); // and the thread ends
        }
    }

    /** Whatever breaks, the next look is made: without them a tightening of the catalogue would never be served. */
    private void lookOnce() {
        try {
            look();
        } catch (RuntimeException bug) {
            LOG.atError().setCause(bug).log("a look at the catalogue's files failed");
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
        Origins origins = new Origins(lastSeen, current.origins().variables());
        try {
            Loading loading = loader.load(file);
            origins = loading.origins();
            take(loading);
        } catch (RuntimeException bug) {
            LOG.atError().setCause(bug).log("catalogue not reloaded: an internal error");
            take(broken(origins));
        }
    }

    private void take(Loading loading) {
        loadedFiles = loading.origins().files();
        lastSeen = loadedFiles;
        switch (loading) {
            case Loaded loaded -> {
                listener.accept(loaded);
                current = loaded;
                failure = null;
            }
            case Faulty faulty -> {
                failure = faulty;
                listener.accept(faulty);
            }
        }
    }

    /** What the exception says stays in the log: it may hold a value from outside. */
    private Faulty broken(Origins origins) {
        Finding fault =
                new Finding(
                        new Position(file.toString(), 1, 1),
                        "",
                        "cannot be taken: an internal error",
                        "see the daemon's log, and change the file back");
        return new Faulty(List.of(fault), List.of(), origins);
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
