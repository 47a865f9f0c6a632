package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Cuts a command line into words and operators (POSIX.1-2024 Shell Command Language, section 2.3), as far as it takes to
 * tell what stands within quotes and expansions.
 */
final class ShellLexer {
    private static final String OPERATORS = ";&|<>()";

    private final HoledText text;
    private final List<ShellWord> words = new ArrayList<>();
    private final List<Fault> faults;
    private int position;

    private ShellLexer(HoledText text, List<Fault> faults) {
        this.text = text;
        this.faults = faults;
    }

    /** The words of {@code text}; a placeholder anywhere but unquoted in a word becomes a fault. */
    static List<ShellWord> lex(HoledText text, List<Fault> faults) {
        ShellLexer lexer = new ShellLexer(text, faults);
        while (lexer.position < text.length()) {
            lexer.next();
        }
        return lexer.words;
    }

    private void next() {
        int c = text.at(position);
        int start = position;
        if (c == ' ' || c == '\t') {
            position++;
        } else if (c == '\\' && text.at(position + 1) == '\n') {
            position += 2;
        } else if (c == '#') {
            skipTo(index -> text.at(index) == '\n', "a comment");
        } else if (c == '\n') {
            position++;
            add(true, start);
        } else if (OPERATORS.indexOf(c) >= 0) {
            skipOperator();
            add(true, start);
        } else {
            skipWord();
            add(false, start);
        }
    }

    private void add(boolean isOperator, int start) {
        position = Math.min(position, text.length());
        words.add(new ShellWord(isOperator, text.text(start, position), start, position));
    }

    private void skipOperator() {
        int c = text.at(position);
        position++;
        if (text.at(position) == c) {
            position++;
            if (c == '<' || c == '(') {
                forbidRest(
                        c == '<' ? "a here-document" : "arithmetic",
                        c == '<' ? "pass the text another way" : "let a program do the sum");
            }
        } else if (c == '&' && text.at(position) == '>') {
            // bash redirects by it, and other shells begin another command.
            forbidRest("`&>`", "write `>file 2>&1`");
        } else if ((c == '>' && (text.at(position) == '&' || text.at(position) == '|'))
                || (c == '<' && (text.at(position) == '&' || text.at(position) == '>'))) {
            position++;
        }
    }

    /** What follows is read by rules this lexer does not know: no placeholder may be there, or anywhere. */
    private void forbidRest(String where, String remedy) {
        text.holes()
                .forEach(
                        hole ->
                                faults.add(
                                        new Fault(
                                                hole.parameter().name(),
                                                "stands in a command with " + where,
                                                remedy)));
    }

    private void skipWord() {
        while (position < text.length()) {
            int c = text.at(position);
            if (c == ' ' || c == '\t' || c == '\n' || OPERATORS.indexOf(c) >= 0) {
                return;
            }
            skipPart(c);
        }
    }

    private void skipPart(int c) {
        int next = text.at(position + 1);
        if (c == '\\') {
            if (next == HoledText.HOLE) {
                misplaced(position + 1, "after a backslash");
            }
            position += 2;
        } else if (c == '\'') {
            position++;
            skipTo(index -> text.at(index) == '\'', "quotes");
            close();
        } else if (c == '"') {
            position++;
            skipDoubleQuoted("quotes");
        } else if (c == '`') {
            position++;
            skipBackquoted();
        } else if (c == '$' && (next == '\'' || next == '"')) {
            forbidRest("`$` before a quote", "write the text in plain quotes");
            position++;
        } else if (c == '$' && next == '(') {
            position += 2;
            skipParentheses();
        } else if (c == '$' && next == '{') {
            position += 2;
            skipBraces();
        } else {
            if (c == '$' && next == HoledText.HOLE) {
                misplaced(position + 1, "after `$`");
            }
            position++;
        }
    }

    private void skipDoubleQuoted(String where) {
        while (position < text.length() && text.at(position) != '"') {
            skipInner(text.at(position), where);
        }
        close();
    }

    /** One symbol, or one expansion, where placeholders are misplaced. */
    private void skipInner(int c, String where) {
        int next = text.at(position + 1);
        if (c == HoledText.HOLE) {
            misplaced(position, "in " + where);
            position++;
        } else if (c == '\\') {
            if (next == HoledText.HOLE) {
                misplaced(position + 1, "in " + where);
            }
            position += 2;
        } else if (c == '`') {
            position++;
            skipBackquoted();
        } else if (c == '$' && next == '(') {
            position += 2;
            skipParentheses();
        } else if (c == '$' && next == '{') {
            position += 2;
            skipBraces();
        } else {
            position++;
        }
    }

    private void skipBackquoted() {
        while (position < text.length() && text.at(position) != '`') {
            boolean isEscape = text.at(position) == '\\';
            for (int i = position; i <= position + (isEscape ? 1 : 0); i++) {
                if (text.at(i) == HoledText.HOLE) {
                    misplaced(i, "in backquotes");
                }
            }
            position += isEscape ? 2 : 1;
        }
        close();
    }

    private void skipParentheses() {
        skipNested(')', "`$(...)`");
    }

    private void skipBraces() {
        skipNested('}', "`${...}`");
    }

    private void skipNested(char end, String where) {
        int depth = 1;
        while (position < text.length()) {
            int c = text.at(position);
            if (c == end && --depth == 0) {
                break;
            }
            if (c == '(' && end == ')') {
                depth++;
            }
            if (c == '\'') {
                position++;
                skipTo(index -> text.at(index) == '\'', where);
                close();
            } else if (c == '"') {
                position++;
                skipDoubleQuoted(where);
            } else {
                skipInner(c, where);
            }
        }
        close();
    }

    /** Moves to the first symbol that {@code isEnd}; placeholders before it are misplaced. */
    private void skipTo(IntPredicate isEnd, String where) {
        while (position < text.length() && !isEnd.test(position)) {
            if (text.at(position) == HoledText.HOLE) {
                misplaced(position, "in " + where);
            }
            position++;
        }
    }

    /** Steps over the closing symbol. */
    private void close() {
        if (position >= text.length()) {
            position = text.length();
            faults.add(new Fault("", "a quote or expansion is not closed", "close it"));
        } else {
            position++;
        }
    }

    private void misplaced(int index, String where) {
        text.holes(index, index + 1)
                .forEach(
                        hole ->
                                faults.add(
                                        new Fault(
                                                hole.parameter().name(),
                                                "stands " + where,
                                                "let it be a word, or part of one, outside quotes; it is quoted when"
                                                        + " rendered")));
    }
}
