package dev.countergate.policy.rule;

import dev.cel.common.CelIssue;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.types.CelType;
import dev.countergate.policy.call.Fault;
import java.util.Collection;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Says what is wrong with an expression in this program's words: the compiler speaks of tokens, grammars and overloads,
 * which whoever writes a rule has never met. What it says beyond the cases known here is not passed on.
 */
final class ExpressionFault {
    private static final Pattern SYNTAX =
            Pattern.compile(
                    "(?:mismatched|extraneous) input|token recognition error|no viable alternative|missing ");
    private static final Pattern QUOTED = Pattern.compile("'([^']*)'");

    /** A type without what is in it: {@code list(int)} is a list. */
    private static final Pattern TYPE =
            Pattern.compile("([a-zA-Z_.]+)(?:\\([^()]*(?:\\([^()]*\\)[^()]*)*\\))?");

    /** What a reader who was given the rest of an expression would begin with. */
    private static final int SHOWN_MAX = 20;

    private final String subject;
    private final String text;
    private final Collection<String> names;

    /**
     * For the faults of {@code text}.
     *
     * @param subject what the faults bear
     * @param names what an expression may begin with
     */
    ExpressionFault(String subject, String text, Collection<String> names) {
        this.subject = subject;
        this.text = text;
        this.names = names;
    }

    /** The first thing that cannot be read, since the rest follows from it; or all that does not fit together. */
    List<Fault> of(List<CelIssue> issues) {
        return issues.stream()
                .filter(issue -> isSyntax(issue.getMessage()))
                .findFirst()
                .map(first -> List.of(unreadable(first)))
                .orElseGet(() -> issues.stream().map(this::misfit).distinct().toList());
    }

    private static boolean isSyntax(String message) {
        return SYNTAX.matcher(message).lookingAt();
    }

    private Fault unreadable(CelIssue issue) {
        String rest = rest(issue.getSourceLocation());
        if (rest.isBlank()) {
            return fault(issue, "it ends before it is complete", "");
        }
        return fault(
                issue,
                "it cannot be read from `" + shown(rest) + "` on",
                rest.startsWith("=") ? "compare with `==`" : "");
    }

    private Fault misfit(CelIssue issue) {
        String message = issue.getMessage();
        List<String> quoted =
                QUOTED.matcher(message).results().map(found -> found.group(1)).toList();
        String first = quoted.isEmpty() ? "" : quoted.getFirst();
        if (message.startsWith("undeclared reference")) {
            return rest(issue.getSourceLocation()).startsWith("(")
                    ? fault(issue, "there is no function `" + first + "`", "")
                    : fault(
                            issue,
                            "there is no name `" + first + "`",
                            "begin with one of "
                                    + String.join(", ", names.stream().sorted().toList()));
        }
        if (message.startsWith("found no matching overload") && quoted.size() > 1) {
            return fault(
                    issue, "`" + operator(first) + "` cannot take " + given(quoted.get(1)), "");
        }
        if (message.endsWith("does not support field selection")) {
            return fault(issue, withArticle(first) + " has no members", "");
        }
        if (message.contains("cannot be range of a comprehension")) {
            return fault(issue, withArticle(first) + " has no items to go through", "");
        }
        if (message.startsWith("invalid argument to has()")) {
            return fault(issue, "`has` takes a member", "write it as has(a.b)");
        }
        if (message.contains("must be a simple name")) {
            return fault(issue, "a variable of a loop is a simple name", "");
        }
        if (message.startsWith("reserved identifier")) {
            return fault(issue, "it uses a reserved word", "use another name");
        }
        if (message.startsWith("For input string")) {
            return fault(issue, "a number is out of range", "");
        }
        if (message.contains("recursion limit")) {
            return fault(
                    issue,
                    "it is nested deeper than the " + Expressions.DEPTH_MAX + " levels allowed",
                    "");
        }
        if (message.contains("code point size")) {
            return fault(
                    issue,
                    "it has more than the " + Expressions.LENGTH_MAX + " characters allowed",
                    "");
        }
        return fault(issue, "the CEL language has no such expression", "");
    }

    private Fault fault(CelIssue issue, String problem, String remedy) {
        CelSourceLocation at = issue.getSourceLocation();
        String place =
                at.getColumn() < 0
                        ? ""
                        : " at character "
                                + (at.getColumn() + 1)
                                + (text.strip().indexOf('\n') < 0
                                        ? ""
                                        : " of line " + at.getLine());
        return new Fault(subject, "not a valid expression" + place + ": " + problem, remedy);
    }

    /** The line from where the issue is. */
    private String rest(CelSourceLocation at) {
        List<String> lines = text.lines().toList();
        if (at.getLine() < 1 || at.getLine() > lines.size()) {
            return "";
        }
        String line = lines.get(at.getLine() - 1);
        int column = Math.min(at.getColumn(), line.codePointCount(0, line.length()));
        return line.substring(line.offsetByCodePoints(0, Math.max(column, 0)));
    }

    private static String shown(String rest) {
        StringBuilder shown = new StringBuilder();
        rest.codePoints()
                .limit(SHOWN_MAX)
                .map(c -> Character.isISOControl(c) ? '\uFFFD' : c)
                .forEach(shown::appendCodePoint);
        return rest.codePointCount(0, rest.length()) > SHOWN_MAX ? shown + "..." : shown.toString();
    }

    /** As it is written: the compiler calls {@code a > b} {@code _>_}. */
    private static String operator(String function) {
        return switch (function) {
            case "_?_:_" -> "? :";
            case "_[_]" -> "[ ]";
            case "@in" -> "in";
            default ->
                    function.startsWith("_") || function.endsWith("_")
                            ? function.replace("_", "")
                            : function;
        };
    }

    /** The types between parentheses, in words. */
    private static String given(String types) {
        List<String> words =
                TYPE.matcher(types.substring(1, types.length() - 1))
                        .results()
                        .map(ExpressionFault::word)
                        .toList();
        return switch (words.size()) {
            case 0 -> "nothing";
            case 1 -> words.getFirst();
            default ->
                    String.join(", ", words.subList(0, words.size() - 1))
                            + " and "
                            + words.getLast();
        };
    }

    private static String word(MatchResult type) {
        return withArticle(type.group(1));
    }

    /** A type in words. */
    static String withArticle(CelType type) {
        return withArticle(type.name());
    }

    private static String withArticle(String type) {
        return switch (type.replaceFirst("\\(.*", "")) {
            case "int", "uint", "google.protobuf.Int64Value", "google.protobuf.UInt64Value" ->
                    "a whole number";
            case "double", "google.protobuf.DoubleValue" -> "a number";
            case "string" -> "a string";
            case "bytes" -> "bytes";
            case "bool" -> "true or false";
            case "list" -> "a list";
            case "map" -> "a map";
            case "null", "null_type" -> "null";
            case "dyn" -> "a value";
            case "google.protobuf.Timestamp" -> "a time";
            case "google.protobuf.Duration" -> "a duration";
            default -> "something else";
        };
    }
}
