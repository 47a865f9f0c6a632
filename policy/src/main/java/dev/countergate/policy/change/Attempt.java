package dev.countergate.policy.change;

import dev.countergate.policy.change.Event.Outcome;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The one execution of a proposal.
 *
 * @param sentAt when the first byte was about to leave
 * @param before what the expectation showed then, or null where none is declared
 * @param handle the name the backend gave it, or null
 * @param outcome how it ended, or null while it has not; kept when the state goes on, so that partly never becomes whole
 * @param endedAt when it ended or was found interrupted, or null while it has not; null too for one that an earlier version
 *     stored
 * @param absentAt when a search first did not find it, or null
 */
public record Attempt(
        Instant sentAt,
        @Nullable Reading before,
        @Nullable String handle,
        @Nullable Outcome outcome,
        @Nullable Instant endedAt,
        @Nullable Instant absentAt) {
    static Attempt begun(StoreTime now, @Nullable Reading before) {
        return new Attempt(now.at(), before, null, null, null, null);
    }

    Attempt accepted(String name) {
        return new Attempt(sentAt, before, name, outcome, endedAt, absentAt);
    }

    Attempt ended(Outcome ending, StoreTime now) {
        return new Attempt(sentAt, before, handle, ending, now.at(), absentAt);
    }

    /** After a search that did not find it: the first one counts. */
    Attempt absent(StoreTime now) {
        return absentAt == null
                ? new Attempt(sentAt, before, handle, outcome, endedAt, now.at())
                : this;
    }

    /**
     * Whether one more search that does not find it, now, shows that it never came about: there was one before, and the
     * backend has had {@code settle} since the attempt ended. It may have acted on the last byte it was given, however long
     * after the first that was.
     */
    boolean isAbsentFor(Duration settle, StoreTime now) {
        if (absentAt == null || !now.at().isAfter(absentAt)) {
            return false;
        }
        // Nothing is searched for before it ended, so the first search stands in for an end that
        // was not kept.
        Instant end = endedAt == null ? absentAt : endedAt;
        return now.isAtOrAfter(end.plus(settle));
    }
}
