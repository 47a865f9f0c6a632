package dev.countergate.server.operator;

import dev.countergate.policy.token.UtcTime;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.authority.Freeze;
import dev.countergate.server.authority.Freezes;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Keeps in the log what was frozen, whether a person or the circuit breaker did it. */
public final class FreezeLeaves implements Freezes.Recorder {
    private static final String KIND = "frozen";

    private final OperatorLog log;

    /** Records in {@code log}. */
    public FreezeLeaves(OperatorLog log) {
        this.log = log;
    }

    @Override
    public void froze(Freeze freeze) throws IOException {
        Map<String, String> members = new HashMap<>();
        members.put("reason", freeze.reason());
        members.put("by", freeze.by());
        // The leaf may be later, where the log could not be written at first.
        members.put("since", UtcTime.text(freeze.since()));
        if (freeze.environment() != null) {
            members.put("environment", freeze.environment());
        }
        try {
            log.record(KIND, members);
        } catch (StoreException unwritable) {
            throw new IOException(
                    "the log cannot be written: " + unwritable.getMessage(), unwritable);
        }
    }
}
