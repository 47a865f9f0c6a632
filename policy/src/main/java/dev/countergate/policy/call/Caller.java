package dev.countergate.policy.call;

/**
 * Who calls, and how much of what they may do this request asks for.
 *
 * @param principal as the transport established it
 * @param narrowing what the request takes away from that principal's powers; it can add nothing
 */
public record Caller(PrincipalId principal, Narrowing narrowing) {
    /** A caller that asks for all it may do. */
    public static Caller of(PrincipalId principal) {
        return new Caller(principal, Narrowing.NONE);
    }
}
