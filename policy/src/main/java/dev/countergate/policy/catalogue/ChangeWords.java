package dev.countergate.policy.catalogue;

import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Words by which the path or the query of a URL names something that changes the world, whatever its method: {@code
 * /restart}, {@code /deleteAll}, {@code ?action=stop}, percent-encoded or not.
 *
 * <p>A word is a hint, not a proof: a request that names none may change the world all the same.
 */
final class ChangeWords {
    private static final Set<String> WORDS =
            Set.of(
                    "delete",
                    "remove",
                    "restart",
                    "reboot",
                    "reset",
                    "stop",
                    "start",
                    "kill",
                    "terminate",
                    "drain",
                    "cordon",
                    "scale",
                    "deploy",
                    "rollback",
                    "create",
                    "update",
                    "disable",
                    "enable",
                    "trigger",
                    "execute",
                    "purge",
                    "flush",
                    "shutdown",
                    "quit",
                    "reload");

    /** As names in a query these two bound a range of time. */
    private static final Set<String> BOUNDS = Set.of("start", "stop");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^{}]*}");
    private static final Pattern ESCAPE = Pattern.compile("%([0-9A-Fa-f]{2})");
    private static final Pattern LETTERS = Pattern.compile("[A-Za-z]+");
    private static final Pattern HUMP = Pattern.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+");

    private ChangeWords() {}

    /** Whether path or query of {@code url}, without its origin, name a change. */
    static boolean inUrl(String url) {
        String text = PLACEHOLDER.matcher(url).replaceAll("{}");
        int query = text.indexOf('?');
        return query < 0
                ? inText(text)
                : inText(text.substring(0, query)) || inQuery(text.substring(query + 1));
    }

    /** Whether {@code text} names a change. */
    static boolean inText(String text) {
        return inText(text, Set.of());
    }

    private static boolean inQuery(String query) {
        for (String pair : query.split("[&;]", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (inText(name, BOUNDS) || inText(pair.substring(name.length()))) {
                return true;
            }
        }
        return false;
    }

    private static boolean inText(String text, Set<String> harmless) {
        return LETTERS.matcher(decoded(text))
                .results()
                .map(MatchResult::group)
                .anyMatch(
                        run ->
                                isChange(run, harmless)
                                        || HUMP.matcher(run)
                                                .results()
                                                .anyMatch(
                                                        hump -> isChange(hump.group(), harmless)));
    }

    private static boolean isChange(String word, Set<String> harmless) {
        String lower = word.toLowerCase(Locale.ROOT);
        return WORDS.contains(lower) && !harmless.contains(lower);
    }

    /** Decoded until nothing is left to decode, because a proxy and what stands behind it may each do so once. */
    private static String decoded(String text) {
        String decoded = text;
        for (Matcher escape = ESCAPE.matcher(decoded);
                escape.find();
                escape = ESCAPE.matcher(decoded)) {
            decoded =
                    escape.replaceAll(
                            match ->
                                    Matcher.quoteReplacement(
                                            Character.toString(
                                                    Integer.parseInt(match.group(1), 16))));
        }
        return decoded;
    }
}
