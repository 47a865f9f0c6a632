package dev.countergate.server.backend;

import dev.countergate.policy.call.TraceContext;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.secret.SecretText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a backend needs to know of the call it works for.
 *
 * @param callId for logs
 * @param deadline when the answer must be there
 * @param progress told how far it is; never blocks
 * @param trace the trace it belongs to, or null
 */
public record CallContext(
        String callId, Deadline deadline, Progress progress, @Nullable TraceContext trace) {
    /** A call that belongs to no trace. */
    public CallContext(String callId, Deadline deadline, Progress progress) {
        this(callId, deadline, progress, null);
    }

    /** {@code read} as part of the call's trace; the headers it has hold before those that say so. */
    public WireRequest traced(WireRequest read) {
        if (trace == null) {
            return read;
        }
        List<Backend.Header> headers = new ArrayList<>();
        headers.add(new Backend.Header("traceparent", SecretText.plain(trace.parent())));
        if (!trace.state().isEmpty()) {
            headers.add(new Backend.Header("tracestate", SecretText.plain(trace.state())));
        }
        headers.addAll(read.headers());
        return new WireRequest(read.method(), read.url(), headers, read.body());
    }

    /** Told how far a call is. */
    @FunctionalInterface
    public interface Progress {
        /** Nobody listens. */
        Progress NONE = (done, total, message) -> {};

        /**
         * Reports progress.
         *
         * @param done grows with each report
         * @param total what {@code done} will be at the end, or 0 when not known
         * @param message one line for a person
         */
        void report(double done, double total, String message);
    }
}
