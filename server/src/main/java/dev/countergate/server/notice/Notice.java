package dev.countergate.server.notice;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened.
 *
 * @param event what kind of thing
 * @param proposal its id, or null where it is about none
 * @param code the first characters of its digest, or null
 * @param state it came to, as a proposal's states are spelt, or null
 * @param summary one line; may hold what an agent or a backend wrote
 */
public record Notice(
        Event event,
        @Nullable String proposal,
        @Nullable String code,
        @Nullable String state,
        String summary) {
    /** What the catalogue's {@code on} names. */
    public enum Event {
        /** A proposal waits for persons. */
        PROPOSED,
        /** A proposal came to an end, or its effect was looked for. */
        OUTCOME,
        /** Nothing may be changed, in one environment or anywhere. */
        FROZEN;

        /** As the catalogue spells it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A proposal that came to {@code state}. */
    public static Notice of(
            Event event, String proposal, String code, String state, String summary) {
        return new Notice(event, proposal, code, state, summary);
    }

    /** Something is frozen. */
    public static Notice frozen(String summary) {
        return new Notice(Event.FROZEN, null, null, null, summary);
    }
}
