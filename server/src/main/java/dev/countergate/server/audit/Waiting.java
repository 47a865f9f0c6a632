package dev.countergate.server.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The leaves nobody waits for, until they are committed: bounded, oldest first, and where there was no room left, a count of
 * those that found none, which becomes a leaf itself. Any thread adds; one alone takes groups and removes them.
 */
final class Waiting {
    static final int LEAVES_MAX = 8_192;

    private final ArrayBlockingQueue<Leaf> leaves = new ArrayBlockingQueue<>(LEAVES_MAX);
    private final AtomicLong lost = new AtomicLong();
    private volatile @Nullable Leaf lastLost;
    private final AtomicBoolean isTurnTaken = new AtomicBoolean();

    /**
     * What goes into one transaction, in order.
     *
     * @param leaves in order; the last one tells of {@code lost}, where there are any
     * @param kept how many of them stand in the queue
     * @param lost how many found no room
     */
    record Group(List<Leaf> leaves, int kept, long lost) {
        Group {
            leaves = List.copyOf(leaves);
        }
    }

    void add(Leaf leaf) {
        if (!leaves.offer(leaf)) {
            lastLost = leaf;
            lost.incrementAndGet();
        }
    }

    /** Whether the caller is to see to the next commit; false when somebody does. */
    boolean takeTurn() {
        return !isTurnTaken.get() && isTurnTaken.compareAndSet(false, true);
    }

    /** Called before what waits is looked at, so that whatever is added after that look has a turn of its own. */
    void giveTurn() {
        isTurnTaken.set(false);
    }

    boolean isEmpty() {
        return leaves.isEmpty() && lost.get() == 0;
    }

    /** Everything that waits; it goes on waiting until it is removed. */
    Group group() {
        long missed = lost.get();
        Leaf last = lastLost;
        Leaf[] kept = leaves.toArray(new Leaf[0]);
        List<Leaf> group = new ArrayList<>(List.of(kept));
        if (missed > 0 && last != null) {
            group.add(new Leaf("unrecorded", last.time(), Map.of("calls", Long.toString(missed))));
        }
        return new Group(group, kept.length, missed);
    }

    /** Removes a group that is committed. */
    void remove(Group group) {
        for (int i = 0; i < group.kept(); i++) {
            leaves.remove();
        }
        lost.addAndGet(-group.lost());
    }

    Store.Lag lag() {
        Leaf oldest = leaves.peek();
        return new Store.Lag(leaves.size(), oldest == null ? null : oldest.time());
    }

    /** That leaves were lost, until the log itself tells of it. */
    Optional<String> trouble() {
        long missed = lost.get();
        return missed == 0
                ? Optional.empty()
                : Optional.of("the log is behind, and " + missed + " calls are missing from it");
    }
}
