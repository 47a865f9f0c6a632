package dev.countergate.policy.change;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.secret.SecretText;
import java.util.ArrayList;
import java.util.List;

/** Finds the {@code [secret NAME]} in a text that shows its secrets. Brackets within a name are paired. */
final class ShownSecrets {
    private static final String BEGIN = "[secret ";

    private ShownSecrets() {}

    /** A part of a text: words, or the name of a secret that stands there. */
    sealed interface Part {
        record Words(String text) implements Part {}

        record Named(String name) implements Part {}
    }

    static List<Part> parts(String shown) {
        List<Part> parts = new ArrayList<>();
        StringBuilder words = new StringBuilder();
        int at = 0;
        while (at < shown.length()) {
            int end = shown.startsWith(BEGIN, at) ? end(shown, at) : -1;
            if (end < 0) {
                words.append(shown.charAt(at));
                at++;
                continue;
            }
            flush(words, parts);
            parts.add(new Part.Named(shown.substring(at + BEGIN.length(), end)));
            at = end + 1;
        }
        flush(words, parts);
        return parts;
    }

    /** {@code request}, unless one of its texts shows anything but its own secrets as secrets. */
    static Checked<CoreRequest> check(
            CoreRequest request, SecretText url, List<Backend.Header> headers) {
        List<Fault> faults = new ArrayList<>();
        if (!isPlain(url)) {
            faults.add(fault("url"));
        }
        for (Backend.Header header : headers) {
            if (!isPlain(header.value())) {
                faults.add(fault(header.name()));
            }
        }
        return faults.isEmpty() ? Checked.valid(request) : Checked.invalid(faults);
    }

    private static boolean isPlain(SecretText text) {
        List<Part> meant = new ArrayList<>();
        StringBuilder words = new StringBuilder();
        for (SecretText.Piece piece : text.pieces()) {
            switch (piece) {
                case SecretText.Piece.Plain(String plain) -> words.append(plain);
                case SecretText.Piece.Hidden hidden -> {
                    flush(words, meant);
                    meant.add(new Part.Named(hidden.secret().name()));
                }
            }
        }
        flush(words, meant);
        return parts(text.toString()).equals(meant);
    }

    private static Fault fault(String subject) {
        return new Fault(
                subject,
                "a text or a secret's name in it reads as a secret where none is",
                "an operator must write it differently in the catalogue");
    }

    private static int end(String shown, int from) {
        int open = 0;
        for (int at = from; at < shown.length(); at++) {
            char c = shown.charAt(at);
            open += c == '[' ? 1 : 0;
            open -= c == ']' ? 1 : 0;
            if (open == 0) {
                return at;
            }
        }
        return -1;
    }

    private static void flush(StringBuilder words, List<Part> parts) {
        if (!words.isEmpty()) {
            parts.add(new Part.Words(words.toString()));
            words.setLength(0);
        }
    }
}
