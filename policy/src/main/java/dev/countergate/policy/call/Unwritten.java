package dev.countergate.policy.call;

/** Marks what is being written right now; removed with its last use. */
public final class Unwritten {
    private Unwritten() {}

    public static RuntimeException yet() {
        return new UnsupportedOperationException();
    }
}
