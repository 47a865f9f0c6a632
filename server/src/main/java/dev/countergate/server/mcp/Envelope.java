package dev.countergate.server.mcp;

import dev.countergate.policy.call.Narrowing;
import dev.countergate.policy.call.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * What the transport of a message says of it beside whose it is.
 *
 * @param narrowing how much of what the principal may do is asked for
 * @param trace the trace it belongs to where the message names none, or null
 */
public record Envelope(Narrowing narrowing, @Nullable TraceContext trace) {
    /** Nothing. */
    public static final Envelope PLAIN = new Envelope(Narrowing.NONE, null);
}
