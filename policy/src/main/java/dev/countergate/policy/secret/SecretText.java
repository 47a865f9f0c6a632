package dev.countergate.policy.secret;

import java.util.ArrayList;
import java.util.List;

/**
 * A text some parts of which are secret, such as a header's value or a URL with a token in its query.
 *
 * <p>{@link #toString()} shows {@code [secret NAME]} for each secret part, so that logging one by mistake is harmless.
 *
 * @param pieces its parts in order
 */
public record SecretText(List<Piece> pieces) {
    /** A part of a text. */
    public sealed interface Piece {
        /**
         * A part anybody may see.
         *
         * @param text as it stands
         */
        record Plain(String text) implements Piece {}

        /**
         * A part nobody may see.
         *
         * @param secret where it came from
         * @param encoded its value in the encoding of this position: percent-encoded in a URL's path, say
         */
        record Hidden(Secret secret, String encoded) implements Piece {
            @Override
            public String toString() {
                return secret.shown();
            }
        }
    }

    public SecretText {
        pieces = List.copyOf(pieces);
    }

    /** A text without secrets. */
    public static SecretText plain(String text) {
        return new SecretText(List.of(new Piece.Plain(text)));
    }

    /** A text that is one secret, unencoded. */
    public static SecretText hidden(Secret secret) {
        return new SecretText(List.of(new Piece.Hidden(secret, secret.value())));
    }

    /** This text followed by another. */
    public SecretText plus(SecretText that) {
        List<Piece> all = new ArrayList<>(pieces);
        all.addAll(that.pieces);
        return new SecretText(all);
    }

    /** The text with its secrets in the clear. Only what sends a request may call this. */
    public String reveal() {
        StringBuilder text = new StringBuilder();
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Plain(String plain) -> text.append(plain);
                case Piece.Hidden(Secret secret, String encoded) -> text.append(encoded);
            }
        }
        return text.toString();
    }

    /** Whether any part is secret. */
    public boolean hasSecrets() {
        return pieces.stream().anyMatch(Piece.Hidden.class::isInstance);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Plain(String plain) -> text.append(plain);
                case Piece.Hidden(Secret secret, String encoded) -> text.append(secret.shown());
            }
        }
        return text.toString();
    }
}
