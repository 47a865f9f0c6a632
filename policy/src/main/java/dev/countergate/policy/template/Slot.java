package dev.countergate.policy.template;

import java.util.List;

/** The place of one token that holds placeholders, and what becomes of it. */
interface Slot {
    /** The tokens that stand in its place; their positions mean nothing. */
    List<Token> fill(Filling filling);

    /** One token. */
    static List<Token> token(Token.Kind kind, String text) {
        return List.of(new Token(kind, text, 0, 0));
    }
}
