package dev.countergate.server.backend;

/**
 * What a backend needs to know of the call it works for.
 *
 * @param callId for logs
 * @param deadline when the answer must be there
 * @param progress told how far it is; never blocks
 */
public record CallContext(String callId, Deadline deadline, Progress progress) {
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
