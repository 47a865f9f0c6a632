package dev.countergate.server.proposal;

import dev.countergate.policy.change.Event;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.proposal.Ledger.Entry;
import dev.countergate.server.proposal.Ledger.Telling;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees that what follows of a proposal's step happens, on threads of its own: at once, after a start, and once the store can
 * be written again. Nobody waits for it. Thread safe.
 */
final class Advancing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Advancing.class);

    /** How often what nobody asks after is looked at: expiry, tools that have changed, freezes that are not kept yet. */
    private static final Duration ROUND = Duration.ofSeconds(1);

    /** How long a dispatch under way may take to end when the daemon does. */
    private static final Duration DISPATCH_ALLOWED = Duration.ofSeconds(35);

    private final Served served;
    private final Ledger ledger;
    private final Execution execution;
    private final Following following;
    private final Freezes freezes;
    private final InstantSource clock;
    private final Set<ProposalId> busy = ConcurrentHashMap.newKeySet();
    private final Set<ProposalId> dispatching = ConcurrentHashMap.newKeySet();

    /** Those a step of which could not be stored. */
    private final Set<ProposalId> stalled = ConcurrentHashMap.newKeySet();

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean isTakenUp;
    private volatile boolean isClosed;

    Advancing(
            Served served,
            Ledger ledger,
            Execution execution,
            Following following,
            Freezes freezes,
            InstantSource clock) {
        this.served = served;
        this.ledger = ledger;
        this.execution = execution;
        this.following = following;
        this.freezes = freezes;
        this.clock = clock;
    }

    /** Takes up what an earlier process left, now or once the store can be written, and begins its rounds. */
    void start() {
        try {
            takeUpAll();
        } catch (StoreException unwritable) {
            LOG.atError()
                    .setCause(unwritable)
                    .log("what an earlier process left waits until the store can be written");
        }
        threads.execute(this::rounds);
    }

    private void takeUpAll() throws StoreException {
        ledger.begin();
        for (Entry entry : ledger.unfinished()) {
            // Where the store could not be written at first, this process may be at work already.
            if (!busy.contains(entry.id())) {
                ledger.apply(entry.id(), new Event.Restart(), restarted(entry));
            }
        }
        for (Entry entry : ledger.unfinished()) {
            // What waits for a person is taken up when they are enough, and must not be busy then.
            if (entry.state() != ProposalState.PENDING) {
                takeUp(entry.id());
            }
        }
        isTakenUp = true;
    }

    private static Telling restarted(Entry entry) {
        return Telling.of(
                entry.state() == ProposalState.SENDING || entry.state() == ProposalState.CLAIMED
                        ? "result"
                        : "expired");
    }

    /** Does what follows for {@code id} on a thread of its own, unless one does already. */
    void takeUp(ProposalId id) {
        if (isClosed || !busy.add(id)) {
            return;
        }
        threads.execute(
                () -> {
                    try {
                        advance(id);
                    } catch (InterruptedException ending) {
                        Thread.currentThread().interrupt();
                    } catch (StoreException failed) {
                        LOG.atError()
                                .addKeyValue("proposal", id)
                                .setCause(failed)
                                .log("a proposal goes on when the store can be written again");
                        stalled.add(id);
                    } catch (RuntimeException | Error bug) {
                        LOG.atError()
                                .addKeyValue("proposal", id)
                                .setCause(bug)
                                .log("a bug ended what was done for a proposal");
                        left(id);
                    } finally {
                        busy.remove(id);
                    }
                });
    }

    /** What a bug ended between two steps must not look as if it went on: it is told as after a restart. */
    private void left(ProposalId id) {
        try {
            Optional<Entry> entry = ledger.find(id);
            if (entry.isPresent()
                    && (entry.get().state() == ProposalState.CLAIMED
                            || entry.get().state() == ProposalState.SENDING)) {
                ledger.apply(id, new Event.Restart(), restarted(entry.get()));
            }
        } catch (StoreException | RuntimeException | Error failed) {
            LOG.atError()
                    .addKeyValue("proposal", id)
                    .setCause(failed)
                    .log("how a proposal was left is told at the next start");
        }
    }

    private void advance(ProposalId id) throws StoreException, InterruptedException {
        dispatching.add(id);
        try {
            Optional<Entry> entry = ledger.find(id);
            if (entry.isPresent() && entry.get().state() == ProposalState.SENDING) {
                execution.resume(entry.get());
            } else {
                execution.run(id);
            }
        } finally {
            dispatching.remove(id);
        }
        following.follow(id);
    }

    private void rounds() {
        String told = "";
        while (!isClosed) {
            String failure = "";
            try {
                Thread.sleep(ROUND);
                keepFreezes();
                round();
            } catch (InterruptedException ending) {
                return;
            } catch (StoreException | RuntimeException | Error failed) {
                failure = failed.toString();
                // One that the end interrupts is not one that failed.
                if (!isClosed && !failure.equals(told)) {
                    LOG.atError().setCause(failed).log("rounds over the proposals fail");
                }
            }
            told = failure;
        }
    }

    private void keepFreezes() {
        try {
            freezes.keep();
        } catch (IOException still) {
            LOG.atDebug().setCause(still).log("a freeze cannot be kept yet, as was said of it");
        }
    }

    private void round() throws StoreException {
        if (!isTakenUp) {
            takeUpAll();
        }
        for (ProposalId id : List.copyOf(stalled)) {
            if (busy.contains(id)) {
                continue;
            }
            // As after a restart: what was not stored is not known to have happened, and is never
            // done a second time.
            Optional<Entry> left = ledger.find(id);
            if (left.isPresent()) {
                ledger.apply(id, new Event.Restart(), restarted(left.get()));
            }
            stalled.remove(id);
            takeUp(id);
        }
        for (Entry entry : ledger.in(List.of(ProposalState.PENDING, ProposalState.APPROVED))) {
            if (!clock.instant().isBefore(entry.core().expires())) {
                ledger.apply(entry.id(), new Event.Expire(), Telling.of("expired"));
            } else if (entry.state() == ProposalState.PENDING) {
                supersedeIfChanged(entry);
            }
        }
    }

    private void supersedeIfChanged(Entry entry) throws StoreException {
        try (Served.Lease lease = served.lease()) {
            if (Recheck.compare(lease, entry) instanceof Recheck.Finding.Superseded(String why)) {
                ledger.apply(
                        entry.id(),
                        new Event.Supersede(),
                        Telling.of("superseded", Map.of("reason", why)));
            }
        }
    }

    /** Lets a dispatch under way end, within a bound; what follows is taken up at the next start. */
    @Override
    public void close() {
        isClosed = true;
        long end = System.nanoTime() + DISPATCH_ALLOWED.toNanos();
        try {
            while (!dispatching.isEmpty() && System.nanoTime() - end < 0) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            threads.shutdownNow();
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("a proposal's thread did not end in time");
            }
        } catch (InterruptedException impatient) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
