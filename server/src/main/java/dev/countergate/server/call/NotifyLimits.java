package dev.countergate.server.call;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Guard.Limit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts the notifications of tools whose guard has no limits, so that an agent cannot flood the people it may tell. Thread
 * safe.
 */
final class NotifyLimits {
    /** What holds for a {@code notify} tool whose guard has no limits. */
    static final Limit DEFAULT = new Limit(10, Duration.ofMinutes(1), List.of(), true);

    private final Map<ToolName, Deque<Long>> sent = new HashMap<>();
    private final LongSupplier ticker;

    /**
     * @param ticker nanoseconds that never go back
     */
    NotifyLimits(LongSupplier ticker) {
        this.ticker = ticker;
    }

    /** Counts one more notification of {@code tool}; false where it would pass the limit, and then it does not count. */
    synchronized boolean take(ToolName tool) {
        Deque<Long> times = sent.computeIfAbsent(tool, name -> new ArrayDeque<>());
        long now = ticker.getAsLong();
        while (!times.isEmpty() && now - times.getFirst() >= DEFAULT.per().toNanos()) {
            times.removeFirst();
        }
        if (times.size() >= DEFAULT.calls()) {
            return false;
        }
        times.addLast(now);
        return true;
    }
}
