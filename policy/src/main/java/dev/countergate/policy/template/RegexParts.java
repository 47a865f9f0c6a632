package dev.countergate.policy.template;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Format;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.ParameterType;
import dev.countergate.policy.parameter.RegexSize;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An RE2 expression with values in it, each standing for itself: quoted, or where the parameter is declared a regular
 * expression, wrapped in a group.
 */
final class RegexParts {
    /** A whole escape; of those in digits only one that no digit could prolong. */
    private static final java.util.regex.Pattern ESCAPE =
            java.util.regex.Pattern.compile(
                    "(?s)\\\\(?:Q.*?\\\\E|x\\{[0-9A-Fa-f]+}|x[0-9A-Fa-f]{2}|[pP]\\{\\^?\\w+}|[pP]\\w"
                            + "|[0-7]{3}|[0-7]{1,2}(?=[^0-7])|[^QxpP0-7])");

    private final List<Part> parts;

    private RegexParts(List<Part> parts) {
        this.parts = parts;
    }

    /** Checks that every value stands where an atom of the expression may stand. */
    static RegexParts of(List<Part> parts, List<Fault> faults) {
        StringBuilder before = new StringBuilder();
        for (Part part : parts) {
            switch (part) {
                case Part.Literal(String text) -> before.append(text);
                case Part.Value(Parameter parameter) -> {
                    if (!endsBetweenAtoms(before.toString())) {
                        faults.add(
                                new Fault(
                                        parameter.name(),
                                        "stands inside a class, escape, count or group header of an expression",
                                        "place it between these"));
                    }
                    if (parameter.type() == ParameterType.OBJECT) {
                        faults.add(
                                new Fault(
                                        parameter.name(),
                                        "is an object, which cannot stand in an expression",
                                        "declare a string or an array"));
                    }
                    // Any letter will do: what follows is judged as after an atom.
                    before.append('a');
                }
            }
        }
        boolean isFixed = parts.stream().allMatch(Part.Literal.class::isInstance);
        if (isFixed && !compiles(before.toString())) {
            faults.add(new Fault("", "is an expression that RE2 does not take", "mend it"));
        }
        return new RegexParts(parts);
    }

    /** Whether whatever follows {@code expression} is no part of what it ends with. */
    private static boolean endsBetweenAtoms(String expression) {
        int at = 0;
        while (at >= 0 && at < expression.length()) {
            at =
                    switch (expression.charAt(at)) {
                        case '\\' -> escapeEnd(expression, at);
                        case '[' -> classEnd(expression, at);
                        default -> at + 1;
                    };
        }
        return at >= 0
                && !expression.matches("(?s).*\\{[0-9,]*")
                && !expression.matches("(?s).*\\(\\?[A-Za-z0-9_<-]*");
    }

    /** Where the escape at {@code start} ends; -1 where what follows the text might belong to it. */
    private static int escapeEnd(String expression, int start) {
        java.util.regex.Matcher escape =
                ESCAPE.matcher(expression).region(start, expression.length());
        return escape.lookingAt() ? escape.end() : -1;
    }

    /** Where the class that opens at {@code start} ends; -1 where it is still open at the end of the text. */
    private static int classEnd(String expression, int start) {
        int first = expression.startsWith("^", start + 1) ? start + 2 : start + 1;
        int at = first;
        while (at >= 0 && at < expression.length()) {
            char c = expression.charAt(at);
            if (c == ']' && at > first) {
                return at + 1;
            }
            // `[:digit:]` is one member of the class, and its bracket does not close it.
            int nameEnd = expression.startsWith("[:", at) ? expression.indexOf(":]", at + 2) : -1;
            at = nameEnd >= 0 ? nameEnd + 2 : c == '\\' ? escapeEnd(expression, at) : at + 1;
        }
        return -1;
    }

    /** The expression; one that does not compile is a fault of its values. */
    String render(Filling filling) {
        StringBuilder expression = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            switch (parts.get(i)) {
                case Part.Literal(String text) -> expression.append(text);
                case Part.Value(Parameter parameter) ->
                        expression.append(atom(parameter, isRepeated(i), filling));
            }
        }
        if (!filling.hasFaults() && !compiles(expression.toString())) {
            parts.stream()
                    .filter(Part.Value.class::isInstance)
                    .map(Part.Value.class::cast)
                    .forEach(
                            value ->
                                    filling.refuse(
                                            value.parameter(),
                                            "makes an expression that RE2 does not take",
                                            "simplify it"));
        }
        return expression.toString();
    }

    private boolean isRepeated(int index) {
        return index + 1 < parts.size()
                && parts.get(index + 1) instanceof Part.Literal(String text)
                && "*+?{".indexOf(text.charAt(0)) >= 0;
    }

    private static String atom(Parameter parameter, boolean repeated, Filling filling) {
        List<String> texts = filling.texts(parameter);
        boolean isRaw = parameter.format() == Format.REGEX;
        if (isRaw) {
            for (String text : texts) {
                if (text.contains("\\Q") || RegexSize.isTooLarge(text) || !compiles(text)) {
                    filling.refuse(
                            parameter,
                            "must be an expression complete in itself",
                            "use RE2 syntax without \\Q");
                }
            }
        }
        List<String> atoms =
                texts.stream().map(text -> isRaw ? text : Pattern.quote(text)).toList();
        return atoms.size() == 1 && !isRaw && !repeated && parameter.type() != ParameterType.ARRAY
                ? atoms.getFirst()
                : atoms.stream().collect(Collectors.joining("|", "(?:", ")"));
    }

    private static boolean compiles(String expression) {
        try {
            Pattern.compile(expression);
            return true;
        } catch (PatternSyntaxException malformed) {
            return false;
        }
    }
}
