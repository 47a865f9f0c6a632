package dev.countergate.policy.template;

/** LogQL: no character is lost, and no value gives a query another shape than a plain one does. */
public final class LogqlFuzz {
    private LogqlFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        QueryFuzz.check(Language.LOGQL, input);
    }
}
