package dev.countergate.server.config;

import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.secret.SecretText.Piece;
import dev.countergate.server.yaml.Printable;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts in the values of {@code ${NAME}}, {@code ${NAME:-default}} and {@code ${file:PATH}}.
 *
 * <p>A value that is not set and has no default is a fault; where a load is lenient it is empty, as in mcp-http-tools, and
 * a warning. Values are never looked into for more of these. Not thread safe.
 */
final class Interpolation {
    private final Sources sources;
    private final Report report;
    private final boolean lenient;
    private final Map<String, Secret> secrets = new LinkedHashMap<>();
    private final Meanings meanings;

    Interpolation(Sources sources, Report report, boolean lenient, Meanings meanings) {
        this.sources = sources;
        this.report = report;
        this.lenient = lenient;
        this.meanings = meanings;
    }

    /** What became of each text that values were put into. */
    Meanings meanings() {
        return meanings;
    }

    /**
     * The parts of {@code text}: what the file says is plain, and every value put in is hidden. Who asks for them notes in
     * {@link #meanings()} what they came to.
     */
    List<Piece> pieces(Text text) {
        List<Piece> pieces = new ArrayList<>();
        String rest = text.value();
        int start = rest.indexOf("${");
        while (start >= 0) {
            int end = rest.indexOf('}', start);
            if (end < 0) {
                report.fault(text.at(), text.path(), "`${` is never closed", "write ${NAME}");
                break;
            }
            addPlain(pieces, rest.substring(0, start));
            add(pieces, rest.substring(start + 2, end), text);
            rest = rest.substring(end + 1);
            start = rest.indexOf("${");
        }
        addPlain(pieces, rest);
        return pieces;
    }

    /** {@code text} with its values in the clear, where none of them is a credential. */
    String plain(Text text) {
        String value = meanings.fixed(text).orElseGet(() -> new SecretText(pieces(text)).reveal());
        meanings.value(text, value);
        return value;
    }

    /** {@code text} with its values in the clear, for an encoding that hides them. */
    String credential(Text text) {
        List<Piece> pieces = pieces(text);
        meanings.parts(text, "parts", pieces);
        return new SecretText(pieces).reveal();
    }

    /** {@code text} as a header's value: line breaks are taken out, and values are secret. */
    SecretText header(Text text) {
        List<Piece> pieces = new ArrayList<>();
        List<Piece> written = pieces(text);
        meanings.parts(text, "parts", written);
        for (Piece piece : written) {
            switch (piece) {
                case Piece.Plain(String plain) -> addPlain(pieces, withoutLineBreaks(plain));
                case Piece.Hidden(Secret secret, String encoded) ->
                        pieces.add(new Piece.Hidden(kept(secret), withoutLineBreaks(encoded)));
            }
        }
        return new SecretText(pieces);
    }

    /** The value of the variable that {@code name} names, as a secret. */
    Secret variable(Text name) {
        return kept(new Secret(name.value(), value(name.value(), name).orElse("")));
    }

    /** {@code secret} as part of a header's value. */
    static SecretText bare(Secret secret) {
        String value = withoutLineBreaks(secret.value());
        return value.isEmpty()
                ? SecretText.plain("")
                : new SecretText(List.of(new Piece.Hidden(secret, value)));
    }

    /** Notes that {@code secret} must never be shown. */
    Secret kept(Secret secret) {
        if (!secret.value().isEmpty()) {
            secrets.putIfAbsent(secret.name() + "\0" + secret.value(), secret);
        }
        return secret;
    }

    /** Every value that stands where credentials stand. */
    List<Secret> secrets() {
        return List.copyOf(secrets.values());
    }

    private void add(List<Piece> pieces, String inner, Text text) {
        if (inner.startsWith("file:")) {
            String path = inner.substring("file:".length());
            fileValue(path, text).ifPresent(value -> pieces.add(hidden(path, value)));
            return;
        }
        int colon = inner.indexOf(":-");
        String name = colon < 0 ? inner : inner.substring(0, colon);
        if (!name.matches("[A-Za-z0-9_]+")) {
            report.fault(
                    text.at(),
                    text.path(),
                    "`${" + Printable.text(inner) + "}` names no variable",
                    "write ${NAME}, ${NAME:-default} or ${file:PATH}");
        } else if (colon < 0) {
            value(name, text).ifPresent(value -> pieces.add(hidden(name, value)));
        } else {
            // As in a shell, an empty variable takes the default too.
            sources.variable(name)
                    .filter(value -> !value.isEmpty())
                    .ifPresentOrElse(
                            value -> pieces.add(hidden(name, value)),
                            () -> addPlain(pieces, inner.substring(colon + 2)));
        }
    }

    private Optional<String> value(String name, Text text) {
        Optional<String> value = sources.variable(name);
        if (value.isEmpty() && lenient) {
            report.warn(
                    text.at(),
                    text.path(),
                    "the environment variable `" + name + "` is not set, so it is empty",
                    "set it");
        } else if (value.isEmpty()) {
            report.fault(
                    text.at(),
                    text.path(),
                    "the environment variable `" + name + "` is not set",
                    "set it, or give a default with ${" + name + ":-default}");
        }
        return value;
    }

    private Optional<String> fileValue(String path, Text text) {
        try {
            Path file = Path.of(path);
            if (!file.isAbsolute()) {
                Path folder = Path.of(text.at().file()).getParent();
                file = folder == null ? file : folder.resolve(file);
            }
            meanings.file(text, file);
            String value = new String(sources.read(file), StandardCharsets.UTF_8);
            // An editor ends a file with a line break that is no part of the secret.
            return Optional.of(value.stripTrailing());
        } catch (IOException failure) {
            report.fault(
                    text.at(),
                    text.path(),
                    "the file `"
                            + Printable.text(path)
                            + "` cannot be read: "
                            + RecordedSources.reason(failure),
                    "mend its path or its mode");
        } catch (InvalidPathException invalid) {
            report.fault(
                    text.at(),
                    text.path(),
                    "`" + Printable.text(path) + "` is no path",
                    "write ${file:PATH}");
        }
        return Optional.empty();
    }

    private static Piece hidden(String name, String value) {
        return new Piece.Hidden(new Secret(name, value), value);
    }

    private static void addPlain(List<Piece> pieces, String text) {
        if (!text.isEmpty()) {
            pieces.add(new Piece.Plain(text));
        }
    }

    private static String withoutLineBreaks(String text) {
        return text.replace("\r", "").replace("\n", "");
    }
}
