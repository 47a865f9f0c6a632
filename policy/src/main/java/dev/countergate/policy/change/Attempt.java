package dev.countergate.policy.change;

import dev.countergate.policy.change.Event.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The one execution of a proposal.
 *
 * @param sentAt when the first byte was about to leave
 * @param before what the expectation showed then, or null where none is declared
 * @param handle the name the backend gave it, or null
 * @param outcome how it ended, or null while it has not; kept when the state goes on, so that partly never becomes whole
 * @param absentAt when a search first did not find it, or null
 */
public record Attempt(
        Instant sentAt,
        @Nullable Reading before,
        @Nullable String handle,
        @Nullable Outcome outcome,
        @Nullable Instant absentAt) {
    Attempt accepted(String name) {
        return new Attempt(sentAt, before, name, outcome, absentAt);
    }

    Attempt ended(Outcome ending) {
        return new Attempt(sentAt, before, handle, ending, absentAt);
    }

    Attempt absent(StoreTime now) {
        return new Attempt(sentAt, before, handle, outcome, now.at());
    }
}
