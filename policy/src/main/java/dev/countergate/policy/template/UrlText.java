package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.secret.Secret;
import dev.countergate.policy.secret.SecretText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The symbols of a URL, letters and placeholders, each letter knowing whether it is secret. */
final class UrlText {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\+?)([A-Za-z0-9_-]+)}");

    private final List<Symbol> symbols;

    /** One letter or one placeholder. */
    private sealed interface Symbol {
        record Letter(char letter, @Nullable Secret secret) implements Symbol {}

        record Hole(Parameter parameter, boolean spread) implements Symbol {}
    }

    private UrlText(List<Symbol> symbols) {
        this.symbols = symbols;
    }

    /** Reads a URL as a URL parser does: blanks around it and tabs and line breaks within it do not count. */
    static UrlText parse(SecretText text, Parameters declared, List<Fault> faults) {
        List<Symbol> symbols = new ArrayList<>();
        for (SecretText.Piece piece : text.pieces()) {
            switch (piece) {
                case SecretText.Piece.Hidden(Secret secret, String encoded) ->
                        letters(encoded, secret, symbols);
                case SecretText.Piece.Plain(String plain) ->
                        parsePlain(plain, declared, symbols, faults);
            }
        }
        while (!symbols.isEmpty() && isBlank(symbols.getFirst())) {
            symbols.removeFirst();
        }
        while (!symbols.isEmpty() && isBlank(symbols.getLast())) {
            symbols.removeLast();
        }
        return new UrlText(symbols);
    }

    private static void parsePlain(
            String text, Parameters declared, List<Symbol> symbols, List<Fault> faults) {
        Matcher matcher = PLACEHOLDER.matcher(text);
        int done = 0;
        while (matcher.find()) {
            if (matcher.start() > 0 && text.charAt(matcher.start() - 1) == '$') {
                continue;
            }
            letters(text.substring(done, matcher.start()), null, symbols);
            done = matcher.end();
            String name = matcher.group(2);
            Parameter parameter = declared.find(name).orElse(null);
            if (parameter == null) {
                faults.add(
                        new Fault(
                                name,
                                "is not a declared parameter",
                                "declare it, or write `%7B"
                                        + name
                                        + "%7D` if the URL means itself"));
            } else {
                symbols.add(new Symbol.Hole(parameter, !matcher.group(1).isEmpty()));
            }
        }
        letters(text.substring(done), null, symbols);
    }

    private static void letters(String text, @Nullable Secret secret, List<Symbol> symbols) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\t' && c != '\n' && c != '\r') {
                symbols.add(new Symbol.Letter(c, secret));
            }
        }
    }

    private static boolean isBlank(Symbol symbol) {
        return symbol instanceof Symbol.Letter letter && letter.letter() <= ' ';
    }

    int length() {
        return symbols.size();
    }

    /** The index from {@code start} on of the first letter among {@code wanted}; the end when there is none. */
    int find(int start, String wanted) {
        for (int i = start; i < symbols.size(); i++) {
            if (symbols.get(i) instanceof Symbol.Letter letter
                    && wanted.indexOf(letter.letter()) >= 0) {
                return i;
            }
        }
        return symbols.size();
    }

    UrlText slice(int start, int end) {
        return new UrlText(List.copyOf(symbols.subList(Math.min(start, end), end)));
    }

    /** The parts between letters among {@code separators}; at least one. */
    List<UrlText> split(String separators) {
        List<UrlText> slices = new ArrayList<>();
        int start = 0;
        int end = find(start, separators);
        while (end < symbols.size()) {
            slices.add(slice(start, end));
            start = end + 1;
            end = find(start, separators);
        }
        slices.add(slice(start, symbols.size()));
        return slices;
    }

    /** Its placeholders. */
    List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>();
        for (Symbol symbol : symbols) {
            if (symbol instanceof Symbol.Hole hole) {
                parameters.add(hole.parameter());
            }
        }
        return parameters;
    }

    /** Its letters, in the clear. */
    String letters() {
        StringBuilder text = new StringBuilder();
        for (Symbol symbol : symbols) {
            if (symbol instanceof Symbol.Letter letter) {
                text.append(letter.letter());
            }
        }
        return text.toString();
    }

    /** Its letters by run of the same secrecy, and its placeholders between them. */
    List<UrlPart> parts() {
        List<UrlPart> parts = new ArrayList<>();
        StringBuilder run = new StringBuilder();
        Secret secret = null;
        for (Symbol symbol : symbols) {
            Secret next = symbol instanceof Symbol.Letter letter ? letter.secret() : null;
            if (!run.isEmpty()
                    && (!Objects.equals(next, secret) || symbol instanceof Symbol.Hole)) {
                parts.add(new UrlPart.Fixed(run.toString(), secret));
                run.setLength(0);
            }
            secret = next;
            switch (symbol) {
                case Symbol.Letter letter -> run.append(letter.letter());
                case Symbol.Hole(Parameter parameter, boolean spread) ->
                        parts.add(new UrlPart.Value(parameter, spread));
            }
        }
        if (!run.isEmpty()) {
            parts.add(new UrlPart.Fixed(run.toString(), secret));
        }
        return List.copyOf(parts);
    }
}
