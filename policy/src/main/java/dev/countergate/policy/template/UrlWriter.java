package dev.countergate.policy.template;

import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a URL together, keeping what is secret apart. */
final class UrlWriter {
    private final List<SecretText.Piece> pieces = new ArrayList<>();
    private final StringBuilder plain = new StringBuilder();

    UrlWriter add(String text) {
        plain.append(text);
        return this;
    }

    UrlWriter add(String encoded, @Nullable Secret secret) {
        if (secret == null) {
            return add(encoded);
        }
        flush();
        pieces.add(new SecretText.Piece.Hidden(secret, encoded));
        return this;
    }

    UrlWriter add(SecretText text) {
        for (SecretText.Piece piece : text.pieces()) {
            switch (piece) {
                case SecretText.Piece.Plain(String shown) -> add(shown);
                case SecretText.Piece.Hidden(Secret secret, String encoded) -> add(encoded, secret);
            }
        }
        return this;
    }

    private void flush() {
        if (!plain.isEmpty()) {
            pieces.add(new SecretText.Piece.Plain(plain.toString()));
            plain.setLength(0);
        }
    }

    SecretText text() {
        flush();
        return new SecretText(pieces);
    }
}
