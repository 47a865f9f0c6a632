package dev.countergate.policy.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A command line for a POSIX shell, whose words are exactly those added. It holds printable ASCII and line breaks alone: any
 * other character is written as the bytes it is, so that nothing in it moves a cursor or looks like something else.
 */
final class ShellWords {
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_./:=@%+,-]+");

    private final List<String> words = new ArrayList<>();
    private boolean fits = true;

    /** A part of a word: a text, or the value of a variable. */
    record Part(String text, boolean isVariable) {}

    ShellWords word(String text) {
        return word(List.of(new Part(text, false)));
    }

    ShellWords word(List<Part> parts) {
        StringBuilder word = new StringBuilder();
        for (Part part : parts) {
            fits &= part.text().indexOf('\0') < 0;
            word.append(part.isVariable() ? "\"$" + part.text() + "\"" : quoted(part.text()));
        }
        words.add(word.isEmpty() ? "''" : word.toString());
        return this;
    }

    /** The line; empty where a word holds a NUL, at which the operating system would end it. */
    Optional<String> line() {
        return fits ? Optional.of(String.join(" ", words)) : Optional.empty();
    }

    private static String quoted(String text) {
        if (BARE.matcher(text).matches()) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("'");
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            if (point == '\'') {
                quoted.append("'\\''");
            } else if (point == '\n' || (point >= ' ' && point < 0x7F)) {
                quoted.append((char) point);
            } else {
                quoted.append("'\"$(printf '");
                for (byte octet : Character.toString(point).getBytes(UTF_8)) {
                    quoted.append(String.format(Locale.ROOT, "\\%03o", octet & 0xFF));
                }
                quoted.append("')\"'");
            }
        }
        return quoted.append('\'').toString();
    }
}
