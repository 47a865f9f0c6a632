package dev.countergate.server.backend.loki;

import dev.countergate.policy.request.LokiRequest;

/** How many log entries one query reads. */
final class LokiLimits {
    /** Where the request does not say: what an agent can take in, twice Loki's own default. */
    static final int ENTRIES_DEFAULT = 200;

    /** The most, which is Loki's own {@code max_entries_limit_per_query} unless its operator changed it. */
    static final int ENTRIES_MAX = 5_000;

    private LokiLimits() {}

    static int of(LokiRequest.Range range) {
        return range.limit() == null ? ENTRIES_DEFAULT : range.limit();
    }
}
