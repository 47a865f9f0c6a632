package dev.countergate.server.call;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.result.Shaper;
import dev.countergate.policy.rule.Rules;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.server.backend.Backends;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One catalogue being served, with all that was made of it. A reload puts another in its place; calls under way finish
 * with the one they began with, and only then is what it alone used let go. Thread safe.
 */
public final class Serving {
    private final Catalogue catalogue;
    private final Rules rules;
    private final Shaper shaper;
    private final Backends backends;
    private final ToolListing listing;
    private final AtomicInteger users = new AtomicInteger(1);
    private volatile @Nullable Runnable whenUnused;

    /**
     * @param revision another one for each catalogue served
     * @param backends clients of the catalogue's backends
     */
    public Serving(long revision, Catalogue catalogue, Rules rules, Backends backends) {
        this.catalogue = catalogue;
        this.rules = rules;
        this.shaper = new Shaper(Redactor.of(catalogue.secrets()));
        this.backends = backends;
        this.listing = ToolListing.of(revision, catalogue);
    }

    public Catalogue catalogue() {
        return catalogue;
    }

    Rules rules() {
        return rules;
    }

    Shaper shaper() {
        return shaper;
    }

    Backends backends() {
        return backends;
    }

    ToolListing listing() {
        return listing;
    }

    /** Whether the caller may use it; it must {@link #leave()} afterwards. */
    boolean enter() {
        return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    void leave() {
        Runnable letGo = whenUnused;
        if (users.decrementAndGet() == 0 && letGo != null) {
            letGo.run();
        }
    }

    /** Serves no further calls, and runs {@code letGo} after the last one under way. */
    void retire(Runnable letGo) {
        whenUnused = letGo;
        leave();
    }
}
