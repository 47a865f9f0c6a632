package dev.countergate.server.authority;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands still: by this daemon's own file, by the one that all daemons of an account obey, and by what this process
 * was told. Both files are looked at for every question, which costs two looks at a directory while nothing is frozen; so a
 * file that appears stops the next send. Thread safe.
 */
public final class Freezes {
    private final FreezeFile own;
    private final FreezeFile shared;

    /** What this process froze or found at its start; a file that vanishes lifts none of it. */
    private volatile List<Freeze> held;

    /**
     * The freezes of one daemon.
     *
     * @param own this daemon's file
     * @param shared that of all daemons under one root
     */
    public Freezes(FreezeFile own, FreezeFile shared) {
        this.own = own;
        this.shared = shared;
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

    /**
     * Freezes from now on. What is frozen already stays as it was frozen first.
     *
     * @throws IOException when it could not be written down: it then holds until this process ends
     */
    public synchronized void freeze(Freeze freeze) throws IOException {
        held = merged(merged(held, own.read()), List.of(freeze));
        own.write(held);
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
    }

    /** Leaves alone a file that need not change: it may be another account's. */
    private static void write(FreezeFile file, List<Freeze> frozen) throws IOException {
        if (!file.read().equals(frozen)) {
            file.write(frozen);
        }
    }

    private static List<Freeze> without(List<Freeze> frozen, Freeze scope) {
        return frozen.stream().filter(each -> !each.hasScopeOf(scope)).toList();
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
