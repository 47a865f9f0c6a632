package dev.countergate.server.backend;

import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import java.util.Locale;

/**
 * What backends say when they refuse, and how it is passed on: one line, bounded, in backticks, so that nobody takes a
 * backend's words for ours.
 */
public final class BackendWords {
    /** How much of a backend's words is passed on. */
    public static final int CHARACTERS_MAX = 500;

    /** How many of a backend's warnings are passed on. */
    public static final int NOTES_MAX = 20;

    private BackendWords() {}

    /**
     * A failure in a backend's words.
     *
     * @param backend its name
     * @param did what it did: {@code refuses the request}
     * @param kind what it calls that: {@code 422 execution}
     * @param words its own, as they came; may be empty
     * @param hint what to do next
     */
    public static Reply.Failure failure(
            FailureCode code, String backend, String did, String kind, String words, String hint) {
        String line = line(words);
        return new Reply.Failure(
                code,
                "backend `"
                        + backend
                        + "` "
                        + did
                        + " ("
                        + kind
                        + ")"
                        + (line.isEmpty() ? "" : ": `" + line + "`"),
                hint);
    }

    /** What a status other than 2xx says it did, for want of a better word. */
    public static String did(FailureCode code) {
        return switch (code) {
            case BACKEND_UNAUTHORIZED -> "asks for other credentials";
            case BACKEND_RATE_LIMITED -> "asks to slow down";
            case BACKEND_TIMEOUT -> "ran out of time";
            case NOT_FOUND -> "has no such thing";
            case BACKEND_REFUSED, INVALID_ARGUMENT -> "refuses the request";
            case BACKEND_ERROR,
                    BACKEND_UNREACHABLE,
                    BACKEND_BUSY,
                    BACKEND_MALFORMED,
                    BACKEND_TOO_LARGE,
                    CANCELLED ->
                    "failed";
        };
    }

    /** What to do about a failure that is the same whatever the backend. */
    public static String hint(FailureCode code) {
        return switch (code) {
            case BACKEND_UNAUTHORIZED ->
                    "an operator must check this backend's credentials in the catalogue and their variables in the daemon's environment";
            case BACKEND_RATE_LIMITED -> "wait a little, then ask again, and ask for less";
            case BACKEND_TIMEOUT ->
                    "ask for less: a narrower selector, a shorter time span or a larger step";
            case NOT_FOUND ->
                    "an operator must check this backend's `url` and type in the catalogue: a path of its API is missing there";
            case BACKEND_REFUSED, INVALID_ARGUMENT -> "mend the request as the backend's words say";
            case BACKEND_ERROR,
                    BACKEND_UNREACHABLE,
                    BACKEND_BUSY,
                    BACKEND_MALFORMED,
                    BACKEND_TOO_LARGE,
                    CANCELLED ->
                    "try again in a moment; if it stays so, look at the backend's own log";
        };
    }

    /** A failure for an answer of success that cannot be read. */
    public static Reply.Failure unreadable(String backend, WireBody body, UnreadableAnswer why) {
        if (why.code() != FailureCode.BACKEND_MALFORMED) {
            return new Reply.Failure(
                    why.code(),
                    "the answer of backend `" + backend + "` is too much to read: " + why.what(),
                    "ask for less: a narrower selector, a shorter time span or a larger step");
        }
        return new Reply.Failure(
                FailureCode.BACKEND_MALFORMED,
                "backend `" + backend + "` gives an answer its API does not have: " + why.what(),
                isHtml(body)
                        ? "it is an HTML page, perhaps a proxy's login: an operator must check this backend's `url` and credentials in the catalogue"
                        : "try again; if it stays so, an operator must check that this backend's `url` and type in the catalogue are right");
    }

    /** The words of a body that is text; none where it is a page made for a browser. */
    public static String ofText(WireBody body) {
        String text = body.text().strip();
        return isHtml(body) || text.startsWith("<") ? "an html page" : text;
    }

    /** Whether {@code body} says it is JSON. */
    public static boolean isJson(WireBody body) {
        return body.contentType().toLowerCase(Locale.ROOT).contains("json");
    }

    private static boolean isHtml(WireBody body) {
        return body.contentType().toLowerCase(Locale.ROOT).contains("html");
    }

    /** {@code words} on one line, free of backticks, at most {@value #CHARACTERS_MAX} characters. */
    public static String line(String words) {
        String line = words.strip().replace('`', '\'').replaceAll("\\s+", " ");
        if (line.length() <= CHARACTERS_MAX) {
            return line;
        }
        int end = CHARACTERS_MAX - 3;
        return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end)
                + "...";
    }
}
