package dev.countergate.server.authority;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * What stands still: by this daemon's own file, by the one that all daemons of an account obey, and by what this process
 * was told. Both files are looked at for every question, which costs two looks at a directory while nothing is frozen; so a
 * file that appears stops the next send. Thread safe.
 */
public final class Freezes {
    /** Told of each freeze that this process makes. */
    @FunctionalInterface
    public interface Recorder {
        /**
         * Records it.
         *
         * @throws IOException when it cannot be recorded now
         */
        void froze(Freeze freeze) throws IOException;
    }

    private final FreezeFile own;
    private final FreezeFile shared;
    private final Recorder recorder;

    /** What this process froze or found at its start; a file that vanishes lifts none of it. */
    private volatile List<Freeze> held;

    /** Whether this daemon's file could not be written when it was to be. */
    private boolean isUnwritten;

    private final Queue<Freeze> unrecorded = new ConcurrentLinkedQueue<>();

    /** Held while something is recorded, so that nothing is twice; a freeze holds without it. */
    private final Object recording = new Object();

    /**
     * The freezes of one daemon.
     *
     * @param own this daemon's file
     * @param shared that of all daemons under one root
     */
    public Freezes(FreezeFile own, FreezeFile shared, Recorder recorder) {
        this.own = own;
        this.shared = shared;
        this.recorder = recorder;
        this.held = own.read();
    }

    /** Why nothing may be sent to {@code environment} now; empty when it may. */
    public Optional<Freeze> frozen(String environment) {
        return all().stream().filter(each -> each.covers(environment)).findFirst();
    }

    /** Everything that is frozen, what covers most first. */
    public List<Freeze> all() {
        List<Freeze> all = new ArrayList<>(shared.read());
        for (Freeze each : merged(held, own.read())) {
            if (each.environment() == null) {
                all.addFirst(each);
            } else {
                all.add(each);
            }
        }
        return List.copyOf(all);
    }

    /** Everything that the file of all daemons freezes. */
    public List<Freeze> shared() {
        return shared.read();
    }

    /** What holds until this process ends and no longer, since this daemon's file does not say it. */
    public synchronized List<Freeze> unwritten() {
        return without(held, own.read());
    }

    /**
     * Freezes from now on. What is frozen already stays as it was frozen first.
     *
     * @throws IOException when it could not be written down or recorded: it holds all the same, and {@link #keep} tries again
     */
    public void freeze(Freeze freeze) throws IOException {
        synchronized (this) {
            held = merged(merged(held, own.read()), List.of(freeze));
            isUnwritten = true;
            unrecorded.add(freeze);
        }
        keep();
    }

    /**
     * Writes down and records what could not be when it was frozen.
     *
     * @throws IOException when it still cannot be
     */
    public void keep() throws IOException {
        List<String> failures = new ArrayList<>();
        try {
            write();
        } catch (IOException failed) {
            failures.add(
                    "it is not written down, and holds until this daemon ends, unless the file can"
                            + " be written by then: "
                            + failed);
        }
        try {
            record();
        } catch (IOException failed) {
            failures.add("it is not recorded yet: " + failed.getMessage());
        }
        if (!failures.isEmpty()) {
            throw new IOException(String.join("; ", failures));
        }
    }

    private synchronized void write() throws IOException {
        if (isUnwritten) {
            own.write(held);
            isUnwritten = false;
        }
    }

    private void record() throws IOException {
        synchronized (recording) {
            for (Freeze next = unrecorded.peek(); next != null; next = unrecorded.peek()) {
                recorder.froze(next);
                unrecorded.remove();
            }
        }
    }

    /**
     * Lifts the freeze of {@code environment}, or for null the one of everything, that of all daemons included; what has
     * another scope stays.
     *
     * @throws IOException when a file cannot be changed: what it says then still holds
     */
    public synchronized void thaw(@Nullable String environment) throws IOException {
        Freeze scope = new Freeze(environment, "", Instant.EPOCH, "");
        write(shared, without(shared.read(), scope));
        List<Freeze> left = without(merged(held, own.read()), scope);
        write(own, left);
        held = left;
        isUnwritten = false;
    }

    /** Leaves alone a file that need not change: it may be another account's. */
    private static void write(FreezeFile file, List<Freeze> frozen) throws IOException {
        if (!file.read().equals(frozen)) {
            file.write(frozen);
        }
    }

    private static List<Freeze> without(List<Freeze> frozen, Freeze scope) {
        return without(frozen, List.of(scope));
    }

    private static List<Freeze> without(List<Freeze> frozen, List<Freeze> scopes) {
        return frozen.stream().filter(each -> scopes.stream().noneMatch(each::hasScopeOf)).toList();
    }

    /** Both, the one of {@code first} where two have the same scope. */
    private static List<Freeze> merged(List<Freeze> first, List<Freeze> second) {
        List<Freeze> merged = new ArrayList<>(first);
        for (Freeze each : second) {
            if (merged.stream().noneMatch(each::hasScopeOf)) {
                merged.add(each);
            }
        }
        return List.copyOf(merged);
    }
}
