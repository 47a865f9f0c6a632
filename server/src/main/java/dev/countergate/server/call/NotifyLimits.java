package dev.countergate.server.call;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Guard.Limit;
import dev.countergate.policy.catalogue.Tool;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Counts notifications, so that an agent cannot flood the people it may tell. Thread safe. */
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

    /** Counts one more notification of {@code tool}, or says which limit it would pass; then it does not count. */
    synchronized Optional<Limit> take(Tool tool) {
        List<Limit> limits =
                tool.guard().limits().isEmpty() ? List.of(DEFAULT) : tool.guard().limits();
        Deque<Long> times = sent.computeIfAbsent(tool.name(), name -> new ArrayDeque<>());
        long now = ticker.getAsLong();
        long longest = limits.stream().mapToLong(limit -> limit.per().toNanos()).max().orElse(0);
        while (!times.isEmpty() && now - times.getFirst() >= longest) {
            times.removeFirst();
        }
        for (Limit limit : limits) {
            long within = times.stream().filter(at -> now - at < limit.per().toNanos()).count();
            if (within >= limit.calls()) {
                return Optional.of(limit);
            }
        }
        times.addLast(now);
        return Optional.empty();
    }
}
