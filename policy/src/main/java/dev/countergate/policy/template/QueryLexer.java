package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Cuts PromQL and LogQL into tokens as their own lexers do, as far as shape goes. The two differ in their operators and
 * in how they write quantities.
 */
final class QueryLexer {
    private static final List<String> PROMQL_OPERATORS =
            List.of("==", "!=", ">=", "<=", "=~", "!~");
    private static final List<String> LOGQL_OPERATORS =
            List.of("==", "!=", ">=", "<=", "=~", "!~", "|=", "|~", "|>", "!>");
    private static final Pattern NUMBER =
            Pattern.compile(
                    "0[xX][0-9a-fA-F_]+|(?:[0-9][0-9_]*(?:\\.[0-9_]*)?|\\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?");
    private static final Pattern PROMQL_DURATION = Pattern.compile("(?:[0-9]+(?:ms|[ywdhms]))+");
    private static final Pattern LOGQL_QUANTITY =
            Pattern.compile(
                    "(?:[0-9]+(?:\\.[0-9]*)?(?:ns|us|µs|μs|ms|[ywdhms]))+|[0-9]+(?:\\.[0-9]*)?[kKMGTPE]?i?[bB]");

    private final boolean isLogql;
    private final HoledText text;
    private final List<Token> tokens = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private int position;
    private int brackets;
    private int braces;

    private QueryLexer(boolean isLogql, HoledText text) {
        this.isLogql = isLogql;
        this.text = text;
    }

    /** The tokens of {@code text}; misplaced placeholders become faults. */
    static List<Token> lex(boolean isLogql, HoledText text, List<Fault> faults) {
        QueryLexer lexer = new QueryLexer(isLogql, text);
        while (lexer.position < text.length()) {
            lexer.next();
        }
        faults.addAll(lexer.faults);
        return lexer.tokens;
    }

    private void next() {
        int c = text.at(position);
        int start = position;
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            position++;
        } else if (c == '#') {
            skipComment();
        } else if (c == '"' || c == '\'' || c == '`') {
            skipString(c);
            add(
                    text.at(position - 1) == c && position > start + 1
                            ? Token.Kind.STRING
                            : Token.Kind.BROKEN,
                    start);
        } else if (c == HoledText.HOLE) {
            position++;
            checkFreeStanding(start);
            add(Token.Kind.HOLE, start);
        } else if (isLetter(c)) {
            while (isLetter(text.at(position))
                    || isDigit(text.at(position))
                    || isNameColon(position)) {
                position++;
            }
            add(Token.Kind.NAME, start);
        } else if (isDigit(c) || (c == '.' && isDigit(text.at(position + 1)))) {
            skipQuantity();
            add(quantity(text.text(start, position)), start);
        } else {
            skipOperator();
            add(Token.Kind.OPERATOR, start);
            track(tokens.getLast());
        }
    }

    private void add(Token.Kind kind, int start) {
        boolean isHoled = !text.holes(start, position).isEmpty();
        tokens.add(new Token(kind, isHoled ? "" : text.text(start, position), start, position));
    }

    private void skipComment() {
        while (position < text.length() && text.at(position) != '\n') {
            if (text.at(position) == HoledText.HOLE) {
                fault(position, "stands in a comment", "take it out");
            }
            position++;
        }
    }

    /** Leaves the position after the closing quote, or where the string breaks off. */
    private void skipString(int quote) {
        position++;
        while (position < text.length() && text.at(position) != quote) {
            if (quote != '`' && text.at(position) == '\n') {
                break;
            }
            boolean isEscape = quote != '`' && text.at(position) == '\\';
            position += isEscape && position + 1 < text.length() ? 2 : 1;
        }
        if (text.at(position) == quote) {
            position++;
        } else {
            faults.add(
                    new Fault("", "a string is not closed", "end it with the quote it began with"));
            position = text.length();
        }
    }

    private void checkFreeStanding(int hole) {
        for (int neighbour : new int[] {hole - 1, hole + 1}) {
            int c = text.at(neighbour);
            boolean isGlue =
                    isLetter(c) || isDigit(c) || c == '.' || c == '$' || c == HoledText.HOLE;
            if (isGlue || (c == ':' && brackets == 0)) {
                fault(
                        hole,
                        "is glued to what stands beside it",
                        "let it be a whole name, number or duration, or compare `__name__` with it");
                return;
            }
        }
    }

    private void skipQuantity() {
        boolean isHex = text.at(position) == '0' && (text.at(position + 1) | 0x20) == 'x';
        while (true) {
            int c = text.at(position);
            boolean isSign = c == '+' || c == '-';
            boolean afterExponent = !isHex && (text.at(position - 1) | 0x20) == 'e';
            if (isSign && !(afterExponent && isDigit(text.at(position + 1)))) {
                return;
            }
            if (!(isSign || isLetter(c) || isDigit(c) || c == '.' || c == 'µ' || c == 'μ')) {
                return;
            }
            position++;
        }
    }

    private Token.Kind quantity(String written) {
        Pattern duration = isLogql ? LOGQL_QUANTITY : PROMQL_DURATION;
        if (duration.matcher(written).matches()) {
            return Token.Kind.DURATION;
        }
        return NUMBER.matcher(written).matches() ? Token.Kind.NUMBER : Token.Kind.BROKEN;
    }

    private void skipOperator() {
        for (String operator : isLogql ? LOGQL_OPERATORS : PROMQL_OPERATORS) {
            if (text.at(position) == operator.charAt(0)
                    && text.at(position + 1) == operator.charAt(1)) {
                position += 2;
                return;
            }
        }
        position++;
    }

    private void track(Token operator) {
        switch (operator.text()) {
            case "[" -> brackets++;
            case "]" -> brackets--;
            case "{" -> braces++;
            case "}" -> braces--;
            default -> {}
        }
    }

    private boolean isNameColon(int index) {
        return text.at(index) == ':' && !isLogql && brackets == 0 && braces == 0;
    }

    private void fault(int hole, String problem, String remedy) {
        text.holes(hole, hole + 1)
                .forEach(found -> faults.add(new Fault(found.parameter().name(), problem, remedy)));
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }
}
