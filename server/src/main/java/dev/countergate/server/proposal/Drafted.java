package dev.countergate.server.proposal;

import org.jspecify.annotations.Nullable;

/** A proposal that was made, or why there is none. */
sealed interface Drafted {
    /** It is kept; an open one of the same may have been there. */
    record Kept(Ledger.Entry entry, boolean isNew) implements Drafted {}

    /** There is none. */
    record None(Answer answer) implements Drafted {}

    static Drafted refused(String code, String message, String hint, @Nullable String rule) {
        return new None(new Answer.Refused(code, message, hint, rule));
    }
}
