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
                    if (!endsBetweenAtoms(before)) {
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

    private static boolean endsBetweenAtoms(CharSequence expression) {
        boolean inClass = false;
        int classStart = 0;
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (c == '\\') {
                // Only single-letter escapes may be complete here; \Q, \x and \p reach further.
                if (i + 1 == expression.length() || "QxpP".indexOf(expression.charAt(i + 1)) >= 0) {
                    return expression.length() > i + 1 && isClosedEscape(expression, i);
                }
                i++;
            } else if (inClass) {
                inClass = c != ']' || i == classStart;
            } else if (c == '[') {
                inClass = true;
                classStart =
                        i + 1 < expression.length() && expression.charAt(i + 1) == '^'
                                ? i + 2
                                : i + 1;
            }
        }
        String text = expression.toString();
        return !inClass
                && !text.matches("(?s).*\\{[0-9,]*")
                && !text.matches("(?s).*\\(\\?[A-Za-z0-9_<-]*");
    }

    /** Whether the long escape at {@code start} ends before the text does, judged on what follows it. */
    private static boolean isClosedEscape(CharSequence expression, int start) {
        String rest = expression.subSequence(start, expression.length()).toString();
        java.util.regex.Matcher escape =
                java.util.regex.Pattern.compile(
                                "(?s)\\\\(?:Q.*?\\\\E|x\\{[0-9A-Fa-f]+}|x[0-9A-Fa-f]{2}|[pP]\\{\\^?\\w+}|[pP]\\w)")
                        .matcher(rest);
        return escape.lookingAt() && endsBetweenAtoms(rest.substring(escape.end()));
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
