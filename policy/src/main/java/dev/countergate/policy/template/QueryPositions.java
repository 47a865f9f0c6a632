package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Format;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.ParameterType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells from the tokens around a placeholder what it may be; where it may be nothing, that is a fault. */
final class QueryPositions {
    private static final Token OUTSIDE = new Token(Token.Kind.OPERATOR, "", 0, 0);
    private static final Set<String> GROUPINGS =
            Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> COMPARISONS =
            Set.of("=", "!=", "=~", "!~", "==", ">", ">=", "<", "<=");
    private static final Set<String> ORDERINGS = Set.of("==", "!=", ">", ">=", "<", "<=");

    /** LogQL stages whose strings are templates, patterns or expressions of their own. */
    private static final Set<String> SPEAKING_STAGES =
            Set.of(
                    "json",
                    "logfmt",
                    "pattern",
                    "regexp",
                    "unpack",
                    "line_format",
                    "label_format",
                    "unwrap");

    private static final Set<String> STAGES =
            Stream.concat(SPEAKING_STAGES.stream(), Stream.of("decolorize", "drop", "keep"))
                    .collect(Collectors.toUnmodifiableSet());

    private final boolean isLogql;
    private final HoledText text;
    private final List<Token> tokens;
    private final List<Fault> faults;

    /** The index of the bracket that each token stands in, or -1. */
    private final int[] opener;

    /** The LogQL stage each token stands in, or an empty text for label filters and everything else. */
    private final Map<Integer, String> stage = new HashMap<>();

    QueryPositions(boolean isLogql, HoledText text, List<Token> tokens, List<Fault> faults) {
        this.isLogql = isLogql;
        this.text = text;
        this.tokens = tokens;
        this.faults = faults;
        this.opener = new int[tokens.size()];
        findSurroundings();
    }

    private void findSurroundings() {
        Deque<Integer> open = new ArrayDeque<>();
        String current = "";
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (!open.isEmpty() && (token.is(")") || token.is("]") || token.is("}"))) {
                open.pop();
            }
            opener[i] = open.isEmpty() ? -1 : open.peek();
            if (token.is("|")) {
                Token next = at(i + 1);
                current = STAGES.contains(next.text()) ? next.text() : "";
            } else if (token.is("{") || token.is("|=") || token.is("|~") || token.is("[")) {
                current = "";
            }
            stage.put(i, current);
            if (token.is("(") || token.is("[") || token.is("{")) {
                open.push(i);
            }
        }
    }

    private Token at(int index) {
        return index < 0 || index >= tokens.size() ? OUTSIDE : tokens.get(index);
    }

    private Token openerOf(int index) {
        return opener[index] < 0 ? OUTSIDE : tokens.get(opener[index]);
    }

    /** What becomes of the token at {@code index}, which holds a placeholder. */
    Slot slot(int index) {
        return tokens.get(index).kind() == Token.Kind.STRING ? string(index) : bare(index);
    }

    private Slot string(int index) {
        Token token = tokens.get(index);
        List<Part> parts = GoString.decode(text, token.start(), token.end(), faults);
        Token before = at(index - 1);
        boolean isInSelector = openerOf(index).is("{");
        if (isLogql && before.is("(") && at(index - 2).is("ip")) {
            return network(token, parts);
        }
        String operator = before.is("or") ? lineFilterBefore(index) : before.text();
        if (before.kind() == Token.Kind.STRING
                || !Set.of("=", "!=", "=~", "!~", "|=", "|~").contains(operator)
                || !(isInSelector || (isLogql && isComparable(index, operator)))) {
            return refuse(
                    token,
                    "stands in a string that is no label's or line's value",
                    "write the text out, or compare a label with it");
        }
        boolean takesNothing = before.is("|=") || before.is("|~");
        LabelComparison comparison =
                LabelComparison.of(parts, operator.endsWith("~"), takesNothing, faults);
        return filling -> Slot.token(Token.Kind.STRING, GoString.quote(comparison.render(filling)));
    }

    /** In {@code |= "a" or "b"} the operator of the whole chain; empty where this is no such chain. */
    private String lineFilterBefore(int index) {
        int i = index;
        while (at(i).kind() == Token.Kind.STRING && at(i - 1).is("or")) {
            i -= 2;
        }
        String operator = at(i).kind() == Token.Kind.STRING ? at(i - 1).text() : "";
        boolean isLineFilter = operator.startsWith("|") || at(i - 2).kind() != Token.Kind.NAME;
        return isLineFilter ? operator : "";
    }

    private boolean isComparable(int index, String operator) {
        return !operator.startsWith("=")
                || !SPEAKING_STAGES.contains(stage.getOrDefault(index, ""));
    }

    private Slot network(Token token, List<Part> parts) {
        if (parts.size() == 1
                && parts.getFirst() instanceof Part.Value(Parameter parameter)
                && parameter.format() == Format.CIDR
                && parameter.type() == ParameterType.STRING) {
            Placing.requireAlwaysThere(parameter, faults);
            return filling ->
                    Slot.token(Token.Kind.STRING, GoString.quote(filling.text(parameter)));
        }
        return refuse(
                token,
                "stands in `ip(...)` without being an address or a network",
                "declare `format: cidr` and let it be the whole string");
    }

    private Slot bare(int index) {
        Token token = tokens.get(index);
        Parameter parameter = text.holes(token.start(), token.end()).getFirst().parameter();
        Placing.requireAlwaysThere(parameter, faults);
        Token before = at(index - 1);
        Token after = at(index + 1);
        Token opener = openerOf(index);
        if (after.is("(")) {
            return refuse(token, "stands where a function or operator does", "write that out");
        }
        if (opener.is("(") && isGrouping(at(this.opener[index] - 1))) {
            return BareSlots.labels(parameter, isLogql, faults);
        }
        if (opener.is("{")) {
            boolean begins = before.is("{") || before.is(",");
            return begins && COMPARISONS.contains(after.text())
                    ? BareSlots.label(parameter, isLogql, faults)
                    : refuse(
                            token,
                            "stands in a selector but is no label's name",
                            "quote it as a value");
        }
        if (opener.is("[") || follows(index, "offset")) {
            return BareSlots.duration(parameter, faults);
        }
        if (!isLogql && before.is("@")) {
            return BareSlots.moment(parameter, faults);
        }
        if (isLogql && isLabelOfPipeline(index)) {
            return BareSlots.label(parameter, true, faults);
        }
        boolean isCompared = isLogql && ORDERINGS.contains(before.text());
        if (isCompared && parameter.format() == Format.DURATION) {
            return BareSlots.goDuration(parameter, faults);
        }
        if (parameter.type() == ParameterType.NUMBER || parameter.type() == ParameterType.INTEGER) {
            boolean standsAlone =
                    (ORDERINGS.contains(before.text())
                                    || before.is("bool")
                                    || before.is("(")
                                    || before.is(",")
                                    || index == 0)
                            && !after.is("^");
            return BareSlots.number(parameter, standsAlone);
        }
        return isLogql
                ? refuse(
                        token,
                        "stands where LogQL has no value",
                        "quote it, or declare `type: number` if it is one")
                : BareSlots.metric(parameter, faults);
    }

    private static boolean isGrouping(Token token) {
        return token.kind() == Token.Kind.NAME
                && GROUPINGS.contains(token.text().toLowerCase(Locale.ROOT));
    }

    private boolean follows(int index, String keyword) {
        Token before = at(index - 1);
        Token word = before.is("-") ? at(index - 2) : before;
        return word.kind() == Token.Kind.NAME && word.text().equalsIgnoreCase(keyword);
    }

    /** {@code unwrap x}, {@code unwrap duration(x)}, {@code keep x}, and {@code x} in a label filter {@code | x > 5}. */
    private boolean isLabelOfPipeline(int index) {
        String within = stage.getOrDefault(index, "");
        Token before = at(index - 1);
        if (within.equals("unwrap")) {
            return before.is("unwrap") || (before.is("(") && at(index - 3).is("unwrap"));
        }
        if (within.equals("keep") || within.equals("drop")) {
            return before.is(within) || before.is(",");
        }
        boolean begins =
                before.is("|")
                        || before.is("(")
                        || before.is(",")
                        || before.is("and")
                        || before.is("or");
        return begins && within.isEmpty() && COMPARISONS.contains(at(index + 1).text());
    }

    private Slot refuse(Token token, String problem, String remedy) {
        List<Fault> found = new ArrayList<>();
        text.holes(token.start(), token.end())
                .forEach(hole -> found.add(new Fault(hole.parameter().name(), problem, remedy)));
        faults.addAll(found);
        Parameter first = text.holes(token.start(), token.end()).getFirst().parameter();
        return filling -> Slot.token(Token.Kind.BROKEN, filling.refuse(first, problem, remedy));
    }
}
