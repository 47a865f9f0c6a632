package dev.countergate.demo.ssm;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/** The faults that await the next calls, a queue for each action. Thread safe. */
public final class FaultScript {
    private final Map<String, Queue<Fault>> byAction = new HashMap<>();

    FaultScript() {}

    /** The next call of the action, e.g. {@code SendCommand}, meets the fault; more faults queue behind it. */
    public void next(String action, Fault fault) {
        next(action, 1, fault);
    }

    /** The next {@code times} calls of the action meet the fault. */
    public synchronized void next(String action, int times, Fault fault) {
        Queue<Fault> queue = byAction.computeIfAbsent(action, name -> new ArrayDeque<>());
        for (int i = 0; i < times; i++) {
            queue.add(fault);
        }
    }

    /** Forgets every fault not yet met. */
    public synchronized void clear() {
        byAction.clear();
    }

    synchronized Optional<Fault> take(String action) {
        return Optional.ofNullable(byAction.get(action)).map(Queue::poll);
    }
}
