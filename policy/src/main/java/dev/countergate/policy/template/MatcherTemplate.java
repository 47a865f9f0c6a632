package dev.countergate.policy.template;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An Alertmanager matcher, such as {@code alertname="{alertname}"}, whose value may hold placeholders. It is rendered
 * into a {@link Matcher}'s members and so never read as text again: a value can only ever be, or be part of, the value.
 */
public final class MatcherTemplate {
    private static final List<String> OPERATORS = List.of("=~", "!~", "!=", "=");

    private final String name;
    private final String operator;
    private final Set<String> parameters;
    private final LabelComparison comparison;

    private MatcherTemplate(
            String name, String operator, Set<String> parameters, LabelComparison comparison) {
        this.name = name;
        this.operator = operator;
        this.parameters = Set.copyOf(parameters);
        this.comparison = comparison;
    }

    /** Parses a matcher: a label name, one of {@code = != =~ !~}, a value in double quotes or bare. */
    public static Checked<MatcherTemplate> parse(String text, Parameters declared) {
        List<Fault> faults = new ArrayList<>();
        HoledText holed = HoledText.parse(text, declared, faults);
        if (!faults.isEmpty()) {
            return Checked.invalid(faults);
        }
        int nameStart = skipBlanks(holed, 0);
        int nameEnd = nameStart;
        while (isNamePart(holed.at(nameEnd), nameEnd == nameStart)) {
            nameEnd++;
        }
        int operatorStart = skipBlanks(holed, nameEnd);
        for (String operator : OPERATORS) {
            if (nameEnd > nameStart && startsWith(holed, operatorStart, operator)) {
                String name = holed.text(nameStart, nameEnd);
                List<Part> value =
                        value(holed, skipBlanks(holed, operatorStart + operator.length()), faults);
                LabelComparison comparison =
                        LabelComparison.of(value, operator.endsWith("~"), false, faults);
                MatcherTemplate template =
                        new MatcherTemplate(name, operator, holed.parameters(), comparison);
                if (faults.isEmpty() && holed.holes().isEmpty()) {
                    faults.addAll(template.render(Arguments.none()).faultsFound());
                }
                return faults.isEmpty() ? Checked.valid(template) : Checked.invalid(faults);
            }
        }
        return Checked.invalid(
                new Fault(
                        "",
                        "is not a matcher: a placeholder may stand in its value only",
                        "write a label name, one of = != =~ !~ and a value, such as `job=\"{job}\"`"));
    }

    /** The parts of a value in double quotes or bare, its escapes undone. */
    private static List<Part> value(HoledText text, int start, List<Fault> faults) {
        int end = text.length();
        while (end > start && isBlank(text.at(end - 1))) {
            end--;
        }
        boolean isQuoted = text.at(start) == '"';
        if (isQuoted && (end - start < 2 || text.at(end - 1) != '"')) {
            faults.add(new Fault("", "the value's quote is not closed", "end it with `\"`"));
            return List.of();
        }
        List<Part> parts = new ArrayList<>();
        for (Part part : isQuoted ? text.parts(start + 1, end - 1) : text.parts(start, end)) {
            parts.add(
                    part instanceof Part.Literal(String literal)
                            ? new Part.Literal(
                                    isQuoted ? unescape(literal, faults) : bare(literal, faults))
                            : part);
        }
        return parts;
    }

    private static String bare(String literal, List<Fault> faults) {
        if (literal.indexOf('"') >= 0) {
            faults.add(
                    new Fault("", "a bare value holds a quote", "put the value in double quotes"));
        }
        return literal;
    }

    private static String unescape(String literal, List<Fault> faults) {
        StringBuilder text = new StringBuilder();
        boolean isEscaped = false;
        for (int i = 0; i < literal.length(); i++) {
            char c = literal.charAt(i);
            if (isEscaped) {
                text.append(c == 'n' ? "\n" : c == '"' || c == '\\' ? String.valueOf(c) : "\\" + c);
            } else if (c == '"') {
                faults.add(new Fault("", "the value holds a bare quote", "write `\\\"`"));
            } else if (c != '\\') {
                text.append(c);
            }
            isEscaped = !isEscaped && c == '\\';
        }
        if (isEscaped) {
            faults.add(new Fault("", "a backslash has nothing after it to escape", "write `\\\\`"));
        }
        return text.toString();
    }

    private static int skipBlanks(HoledText text, int start) {
        int i = start;
        while (isBlank(text.at(i))) {
            i++;
        }
        return i;
    }

    private static boolean isBlank(int c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    private static boolean isNamePart(int c, boolean isFirst) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || c == '_'
                || c == ':'
                || (!isFirst && c >= '0' && c <= '9');
    }

    private static boolean startsWith(HoledText text, int start, String expected) {
        for (int i = 0; i < expected.length(); i++) {
            if (text.at(start + i) != expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The names of the parameters its placeholders stand for. */
    public Set<String> parameters() {
        return parameters;
    }

    /** The matcher with its values put in. */
    public Checked<Matcher> render(Arguments arguments) {
        Filling filling = new Filling(arguments);
        String value = comparison.render(filling);
        return filling.outcome(
                new Matcher(name, value, operator.endsWith("~"), operator.startsWith("=")));
    }
}
