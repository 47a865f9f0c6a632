package dev.countergate.server.call;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.result.Shaper;
import dev.countergate.policy.rule.Rules;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.server.backend.Backends;
import dev.countergate.server.proposal.Served;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One catalogue being served, with all that was made of it. A reload puts another in its place; calls under way finish
 * with the one they began with, and what no later one uses is let go only then. Thread safe.
 */
public final class Serving implements Served.Lease {
    private final long revision;
    private final Catalogue catalogue;
    private final Rules rules;
    private final Redactor redactor;
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
        this.revision = revision;
        this.catalogue = catalogue;
        this.rules = rules;
        this.redactor = Redactor.of(catalogue.secrets());
        this.shaper = new Shaper(redactor);
        this.backends = backends;
        this.listing = ToolListing.of(revision, catalogue);
    }

    /** Another one for each catalogue served. */
    public long revision() {
        return revision;
    }

    @Override
    public Catalogue catalogue() {
        return catalogue;
    }

    @Override
    public Rules rules() {
        return rules;
    }

    Shaper shaper() {
        return shaper;
    }

    @Override
    public Redactor redactor() {
        return redactor;
    }

    @Override
    public Backends backends() {
        return backends;
    }

    ToolListing listing() {
        return listing;
    }

    /** Whether the caller may use it; it must {@link #close()} it afterwards. */
    boolean enter() {
        return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    /** The caller does not use it any more. */
    @Override
    public void close() {
        if (users.decrementAndGet() > 0) {
            return;
        }
        // INVARIANT: read behind the count, which reaches 0 only after retire has set it.
        Runnable letGo = whenUnused;
        if (letGo != null) {
            letGo.run();
        }
    }

    /** Serves no further calls, and runs {@code letGo} after the last one under way. */
    void retire(Runnable letGo) {
        whenUnused = letGo;
        close();
    }
}
