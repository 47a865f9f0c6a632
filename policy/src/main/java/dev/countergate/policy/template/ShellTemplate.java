package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.ParameterType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A command line for {@code sh} with placeholders, each of which becomes one quoted word or a part of one. */
final class ShellTemplate implements Form {
    private final HoledText text;
    private final List<ShellWord> words;

    /** The starts of words behind a literal {@code --}, which may therefore begin with a dash. */
    private final Set<Integer> behindDashes = new HashSet<>();

    private ShellTemplate(HoledText text, List<ShellWord> words) {
        this.text = text;
        this.words = words;
    }

    static ShellTemplate of(HoledText text, List<Fault> faults) {
        // A command without placeholders is the operator's own: nothing is put into it, so nothing
        // is read from it.
        if (text.holes().isEmpty()) {
            return new ShellTemplate(text, List.of());
        }
        ShellTemplate template = new ShellTemplate(text, ShellLexer.lex(text, faults));
        if (faults.isEmpty()) {
            text.holes().forEach(hole -> checkParameter(hole.parameter(), faults));
            for (ShellWord word : template.words) {
                text.holes(word.start(), word.end())
                        .forEach(hole -> checkWord(hole.parameter(), word, faults));
            }
            ShellPositions.check(template.words, text, faults);
            template.noteDashes();
        }
        return template;
    }

    private static void checkParameter(Parameter parameter, List<Fault> faults) {
        Placing.requireAlwaysThere(parameter, faults);
        if (parameter.type() != ParameterType.OBJECT && !parameter.isConstrained()) {
            faults.add(
                    new Fault(
                            parameter.name(),
                            "is free text in a command",
                            "give it a pattern, an enum or a format"));
        }
        if (parameter.type() == ParameterType.OBJECT) {
            faults.add(
                    new Fault(
                            parameter.name(),
                            "is an object, which cannot be a word of a command",
                            "declare a string"));
        }
    }

    private void noteDashes() {
        boolean isBehindDashes = false;
        for (ShellWord word : words) {
            if (word.isOperator()) {
                isBehindDashes &= word.redirects();
            } else if (isBehindDashes) {
                behindDashes.add(word.start());
            } else {
                isBehindDashes = word.text().equals("--");
            }
        }
    }

    private static void checkWord(Parameter parameter, ShellWord word, List<Fault> faults) {
        if (parameter.type() == ParameterType.ARRAY && word.end() - word.start() > 1) {
            faults.add(
                    new Fault(
                            parameter.name(),
                            "is an array glued to other text",
                            "let it stand alone between blanks"));
        }
    }

    @Override
    public String render(Filling filling) {
        if (words.isEmpty()) {
            return text.text(0, text.length());
        }
        StringBuilder command = new StringBuilder();
        List<String> expected = new ArrayList<>();
        int done = 0;
        for (ShellWord word : words) {
            command.append(text.text(done, word.start()));
            done = word.end();
            List<String> filled = fill(word, filling);
            command.append(String.join(" ", filled));
            expected.addAll(filled);
        }
        command.append(text.text(done, text.length()));
        String rendered = command.toString();
        // INVARIANT: the outcome read afresh has the template's words, whatever the values are, and
        // opens no reference.
        boolean isSound =
                filling.hasFaults()
                        || (ShellLexer.lex(HoledText.plain(rendered), new ArrayList<>()).stream()
                                        .map(ShellWord::text)
                                        .toList()
                                        .equals(expected)
                                && SsmValue.references(rendered)
                                        <= SsmValue.references(text.text(0, text.length())));
        if (!isSound) {
            text.holes()
                    .forEach(
                            hole ->
                                    filling.refuse(
                                            hole.parameter(),
                                            "would change the shape of the command",
                                            "use a plainer value"));
        }
        return rendered;
    }

    private List<String> fill(ShellWord word, Filling filling) {
        List<Part> parts = text.parts(word.start(), word.end());
        if (parts.size() == 1
                && parts.getFirst() instanceof Part.Value(Parameter parameter)
                && parameter.type() == ParameterType.ARRAY) {
            return filling.texts(parameter).stream()
                    .map(value -> quoted(parameter, value, isAtStart(word), filling))
                    .toList();
        }
        StringBuilder filled = new StringBuilder();
        boolean isAtStart = isAtStart(word);
        for (Part part : parts) {
            switch (part) {
                case Part.Literal(String literal) -> {
                    filled.append(literal);
                    isAtStart = false;
                }
                case Part.Value(Parameter parameter) -> {
                    String value = filling.text(parameter);
                    filled.append(quoted(parameter, value, isAtStart, filling));
                    isAtStart &= value.isEmpty();
                }
            }
        }
        return List.of(filled.toString());
    }

    /** Whether what the word begins with would be taken for an option if it began with a dash. */
    private boolean isAtStart(ShellWord word) {
        return !behindDashes.contains(word.start());
    }

    private static String quoted(
            Parameter parameter, String value, boolean isAtStart, Filling filling) {
        boolean mayBeOption = parameter.pattern() != null || !parameter.allowed().isEmpty();
        if (isAtStart && value.startsWith("-") && !mayBeOption) {
            return filling.refuse(
                    parameter,
                    "begins with a dash and would be taken for an option",
                    "leave the dash out, or have `--` written before it in the command");
        }
        return "'" + SsmValue.sound(parameter, value, filling).replace("'", "'\\''") + "'";
    }

    @Override
    public List<String> renderAll(Parameter parameter, Filling filling) {
        return List.of(render(filling));
    }
}
