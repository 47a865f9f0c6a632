package dev.countergate.policy.template;

/**
 * A token of a query.
 *
 * @param kind what it is
 * @param text as written; empty where it holds a placeholder
 * @param start the index of its first symbol
 * @param end the index after its last symbol
 */
record Token(Kind kind, String text, int start, int end) {
    enum Kind {
        NAME,
        NUMBER,
        DURATION,
        STRING,
        OPERATOR,
        /** A placeholder outside strings. */
        HOLE,
        /** A string that is not closed, or letters and digits that are neither name nor number. */
        BROKEN
    }

    boolean is(String expected) {
        return kind != Kind.STRING && text.equals(expected);
    }

    /** Whether {@code that} is the same token, wherever it stands. */
    boolean isLike(Token that) {
        return kind == that.kind && text.equals(that.text);
    }
}
