package dev.countergate.policy.revision;

import java.util.Locale;

/** What a difference between two catalogues does to what agents may do. */
public enum Judgement {
    /** Some calls become harder, none easier. */
    TIGHTENS,
    /** A text, or a read where reads are made already. */
    NEUTRAL,
    /** Some call may become easier, or it cannot be told. */
    LOOSENS;

    /** The word a line begins with. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The judgement of a value of which less is stricter. */
    static <T extends Comparable<? super T>> Judgement ofLess(T before, T after) {
        int order = after.compareTo(before);
        return order == 0 ? NEUTRAL : order < 0 ? TIGHTENS : LOOSENS;
    }

    /** The judgement of a value of which more is stricter. */
    static <T extends Comparable<? super T>> Judgement ofMore(T before, T after) {
        return ofLess(after, before);
    }

    /** The judgement of two differences together. */
    Judgement and(Judgement that) {
        if (this == LOOSENS || that == LOOSENS) {
            return LOOSENS;
        }
        return this == TIGHTENS ? this : that;
    }
}
