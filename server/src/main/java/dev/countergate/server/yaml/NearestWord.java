package dev.countergate.server.yaml;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word somebody probably meant. */
public final class NearestWord {
    /** Two slips of the hand are forgiven; more is another word. */
    public static final int EDITS_MAX = 2;

    private NearestWord() {}

    /** The word nearest to {@code text}, at most {@link #EDITS_MAX} edits away and not longer than what they change. */
    public static Optional<String> of(String text, Collection<String> words) {
        String wanted = text.toLowerCase(Locale.ROOT);
        return words.stream()
                .filter(
                        word ->
                                edits(wanted, word.toLowerCase(Locale.ROOT))
                                        <= Math.min(EDITS_MAX, Math.max(1, wanted.length() - 2)))
                .min(Comparator.comparingInt(word -> edits(wanted, word.toLowerCase(Locale.ROOT))));
    }

    /** The remedy for an unknown word: the one probably meant, or all there are. */
    public static String remedy(String text, Collection<String> words) {
        return of(text, words)
                .map(word -> "did you mean `" + word + "`?")
                .orElseGet(
                        () ->
                                words.isEmpty()
                                        ? "there are none"
                                        : "there are `"
                                                + String.join(
                                                        "`, `", words.stream().limit(40).toList())
                                                + "`");
    }

    /** Insertions, deletions, substitutions and swaps of neighbours from {@code a} to {@code b}; capped beyond 3. */
    private static int edits(String a, String b) {
        if (Math.abs(a.length() - b.length()) > EDITS_MAX) {
            return EDITS_MAX + 1;
        }
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int substitution = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] =
                        Math.min(
                                Math.min(cost[i - 1][j], cost[i][j - 1]) + 1,
                                cost[i - 1][j - 1] + substitution);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
