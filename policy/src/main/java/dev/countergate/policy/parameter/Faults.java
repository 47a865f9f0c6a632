package dev.countergate.policy.parameter;

import dev.countergate.policy.call.Fault;
import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with the arguments of one call: as many faults as somebody mends at once, and the number of the rest, so
 * that an answer stays small whatever was sent.
 */
final class Faults {
    private static final int TOLD_MAX = 20;

    private final List<Fault> told = new ArrayList<>();
    private long untold;

    void add(String subject, String problem, String remedy) {
        if (hasRoom()) {
            told.add(new Fault(subject, problem, remedy));
        } else {
            untold++;
        }
    }

    /** Whether one more would be told; only then is it worth wording. */
    boolean hasRoom() {
        return told.size() < TOLD_MAX;
    }

    boolean isEmpty() {
        return told.isEmpty();
    }

    /** In the order found, at most one more than are told. */
    List<Fault> list() {
        List<Fault> all = new ArrayList<>(told);
        if (untold > 0) {
            all.add(new Fault("arguments", "have " + untold + " more faults", "mend these first"));
        }
        return List.copyOf(all);
    }
}
