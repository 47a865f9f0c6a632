package dev.countergate.server.call;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.catalogue.Powers.CallLimit;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the calls of principals that have limits. A call is counted in memory, so that a read pays next to nothing for it,
 * and in the store within two seconds, so that no restart forgets it; a crash forgets what was counted in those. Thread
 * safe.
 */
final class CallLimits implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CallLimits.class);

    /** How far apart counts are told in the store. */
    private static final Duration KEPT_APART = Duration.ofSeconds(10);

    /** The longest time a limit may look back at. */
    private static final Duration KEPT_FOR = Duration.ofDays(8);

    private static final Duration GATHER = Duration.ofSeconds(1);

    private final Store store;
    private final InstantSource clock;
    private final Map<PrincipalId, Counted> byPrincipal = new ConcurrentHashMap<>();
    private final AtomicBoolean isKeepingDue = new AtomicBoolean();

    /** Held over the store's work, never by a call that only counts. */
    private final Object keeping = new Object();

    CallLimits(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * A limit that is reached.
     *
     * @param again when there is room for a call, if none is made until then
     */
    record Reached(CallLimit limit, Instant again) {}

    /**
     * Counts one more call of {@code principal}, or says which limit it would pass; then it does not count.
     *
     * @throws StoreException when what was counted before cannot be read
     */
    Optional<Reached> take(PrincipalId principal, List<CallLimit> limits) throws StoreException {
        if (limits.isEmpty()) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Counted counted = byPrincipal.computeIfAbsent(principal, each -> new Counted());
        for (CallLimit limit : limits) {
            if (!counted.has(limit.per())) {
                recall(principal, counted, limit.per(), now);
            }
        }
        Optional<Reached> reached = counted.take(limits, now);
        if (reached.isEmpty() && isKeepingDue.compareAndSet(false, true)) {
            Thread.ofVirtual().name("call-limits").start(this::keepSoon);
        }
        return reached;
    }

    private void recall(PrincipalId principal, Counted counted, Duration per, Instant now)
            throws StoreException {
        synchronized (keeping) {
            if (!counted.has(per)) {
                Instant since = now.minus(per).minus(KEPT_APART);
                counted.begin(per, store.read(rows -> rows.calls(principal.value(), since)));
            }
        }
    }

    private void keepSoon() {
        try {
            Thread.sleep(GATHER);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
        isKeepingDue.set(false);
        keep();
    }

    private void keep() {
        synchronized (keeping) {
            Map<PrincipalId, Map<Instant, Integer>> waiting = new HashMap<>();
            byPrincipal.forEach(
                    (principal, counted) -> {
                        Map<Instant, Integer> calls = counted.waiting();
                        if (!calls.isEmpty()) {
                            waiting.put(principal, calls);
                        }
                    });
            if (waiting.isEmpty()) {
                return;
            }
            try {
                store.write(in -> write(in, waiting));
            } catch (StoreException failed) {
                // They stay counted in memory, and are kept with those of the next call.
                LOG.atWarn().setCause(failed).log("calls could not be counted in the store");
                return;
            }
            waiting.forEach(
                    (principal, calls) -> {
                        Counted counted = byPrincipal.get(principal);
                        if (counted != null) {
                            counted.kept(calls);
                        }
                    });
        }
    }

    private boolean write(Store.Transaction in, Map<PrincipalId, Map<Instant, Integer>> waiting)
            throws StoreException {
        for (Map.Entry<PrincipalId, Map<Instant, Integer>> each : waiting.entrySet()) {
            for (Map.Entry<Instant, Integer> calls : each.getValue().entrySet()) {
                in.count(each.getKey().value(), calls.getKey(), calls.getValue());
            }
        }
        in.forgetCalls(clock.instant().minus(KEPT_FOR));
        return true;
    }

    /** Keeps what was counted; to be called while the store is open. */
    @Override
    public void close() {
        keep();
    }

    /** The calls of one principal. */
    private static final class Counted {
        private final Map<Duration, SlidingCount> bySpan = new HashMap<>();
        private final Map<Instant, Integer> waiting = new TreeMap<>();
        private Instant latest = Instant.EPOCH;

        synchronized boolean has(Duration per) {
            return bySpan.containsKey(per);
        }

        /** Each call counts as late as it can have been made. */
        synchronized void begin(Duration per, Map<Instant, Integer> before) {
            SlidingCount count = new SlidingCount(per);
            before.forEach((at, calls) -> count.add(at.plus(KEPT_APART), calls));
            waiting.forEach((at, calls) -> count.add(at.plus(KEPT_APART), calls));
            bySpan.put(per, count);
        }

        /** A call that looked at the clock before another did may come after it. */
        synchronized Optional<Reached> take(List<CallLimit> limits, Instant clock) {
            Instant now = clock.isBefore(latest) ? latest : clock;
            latest = now;
            for (CallLimit limit : limits) {
                SlidingCount count = bySpan.get(limit.per());
                if (count != null && count.at(now) >= limit.calls()) {
                    return Optional.of(new Reached(limit, count.below(limit.calls(), now)));
                }
            }
            bySpan.values().forEach(count -> count.add(now, 1));
            long apart = KEPT_APART.toMillis();
            long slot = Math.floorDiv(now.toEpochMilli(), apart) * apart;
            waiting.merge(Instant.ofEpochMilli(slot), 1, Integer::sum);
            return Optional.empty();
        }

        synchronized Map<Instant, Integer> waiting() {
            return new TreeMap<>(waiting);
        }

        synchronized void kept(Map<Instant, Integer> calls) {
            calls.forEach(
                    (at, count) ->
                            waiting.computeIfPresent(
                                    at, (same, all) -> all > count ? all - count : null));
        }
    }
}
