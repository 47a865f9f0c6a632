package dev.countergate.policy.template;

/** PromQL: no character is lost, and no value gives a query another shape than a plain one does. */
public final class PromqlFuzz {
    private PromqlFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        QueryFuzz.check(Language.PROMQL, input);
    }
}
