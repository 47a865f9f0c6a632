package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text some of whose symbols are holes, each to be filled with a parameter's value. A lexer sees a hole as one symbol
 * that is no character, so that it can tell where it stands.
 */
final class HoledText {
    /** The symbol of a hole. */
    static final int HOLE = -1;

    /** The symbol before the beginning and after the end. */
    static final int NONE = -2;

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_-]*)}");

    private final StringBuilder characters = new StringBuilder();
    private final List<Hole> holes = new ArrayList<>();

    /** A hole and the index of its symbol. */
    record Hole(int index, Parameter parameter) {}

    private HoledText() {}

    /** A text without holes. */
    static HoledText plain(String text) {
        HoledText plain = new HoledText();
        plain.characters.append(text);
        return plain;
    }

    /**
     * Finds the placeholders of {@code text}. {@code {{x}}} belongs to other template languages and {@code ${x}} to the
     * shell: both are text.
     */
    static HoledText parse(String text, Parameters declared, List<Fault> faults) {
        HoledText holed = new HoledText();
        if (text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
            faults.add(new Fault("", "a lone surrogate is no text", "write well-formed Unicode"));
            return holed;
        }
        Matcher matcher = PLACEHOLDER.matcher(text);
        int done = 0;
        while (matcher.find()) {
            holed.characters.append(text, done, matcher.start());
            done = matcher.end();
            if (isForeign(text, matcher.start(), matcher.end())) {
                holed.characters.append(matcher.group());
            } else {
                holed.addHole(matcher.group(1), declared, faults);
            }
        }
        holed.characters.append(text, done, text.length());
        return holed;
    }

    private static boolean isForeign(String text, int start, int end) {
        char before = start == 0 ? ' ' : text.charAt(start - 1);
        return before == '$' || (before == '{' && text.startsWith("}", end));
    }

    private void addHole(String name, Parameters declared, List<Fault> faults) {
        declared.find(name)
                .ifPresentOrElse(
                        parameter -> {
                            holes.add(new Hole(characters.length(), parameter));
                            characters.append('\uFFFC');
                        },
                        () ->
                                faults.add(
                                        new Fault(
                                                name,
                                                "is not a declared parameter",
                                                "declare it, or write `{ "
                                                        + name
                                                        + "}` if the text means itself")));
    }

    int length() {
        return characters.length();
    }

    /** The character at {@code index}, or {@link #HOLE}, or {@link #NONE} outside the text. */
    int at(int index) {
        if (index < 0 || index >= characters.length()) {
            return NONE;
        }
        char c = characters.charAt(index);
        return c == '\uFFFC' && holes.stream().anyMatch(hole -> hole.index() == index) ? HOLE : c;
    }

    List<Hole> holes() {
        return List.copyOf(holes);
    }

    /** The holes from {@code start} until before {@code end}. */
    List<Hole> holes(int start, int end) {
        return holes.stream().filter(hole -> hole.index() >= start && hole.index() < end).toList();
    }

    /** The text from {@code start} until before {@code end}, where there is no hole. */
    String text(int start, int end) {
        return characters.substring(start, end);
    }

    /** The parts from {@code start} until before {@code end}: texts and holes in turn. */
    List<Part> parts(int start, int end) {
        List<Part> parts = new ArrayList<>();
        int done = start;
        for (Hole hole : holes(start, end)) {
            if (done < hole.index()) {
                parts.add(new Part.Literal(text(done, hole.index())));
            }
            parts.add(new Part.Value(hole.parameter()));
            done = hole.index() + 1;
        }
        if (done < end) {
            parts.add(new Part.Literal(text(done, end)));
        }
        return parts;
    }

    List<Part> parts() {
        return parts(0, length());
    }

    /** The names of the parameters its holes stand for. */
    Set<String> parameters() {
        Set<String> names = new LinkedHashSet<>();
        holes.forEach(hole -> names.add(hole.parameter().name()));
        return names;
    }
}
