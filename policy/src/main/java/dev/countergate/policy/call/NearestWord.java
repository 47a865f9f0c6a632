package dev.countergate.policy.call;

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

    /** What goes on from a remedy: {@code : did you mean `word`?}; empty where no word is near. */
    public static String question(String text, Collection<String> words) {
        return of(text, words).map(word -> ": did you mean `" + word + "`?").orElse("");
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

    /**
     * Insertions, deletions, substitutions and swaps of neighbours from {@code a} to {@code b}; more than {@link
     * #EDITS_MAX} are not counted, so that words of any length cost no more than their length.
     */
    private static int edits(String a, String b) {
        int beyond = EDITS_MAX + 1;
        if (Math.abs(a.length() - b.length()) > EDITS_MAX) {
            return beyond;
        }
        int[] secondLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            int[] oldest = secondLast;
            secondLast = last;
            last = row;
            row = oldest;
            int from = Math.max(0, i - EDITS_MAX);
            int to = Math.min(b.length(), i + EDITS_MAX);
            if (from > 0) {
                row[from - 1] = beyond;
            }
            if (to < b.length()) {
                row[to + 1] = beyond;
            }
            for (int j = from; j <= to; j++) {
                if (i == 0 || j == 0) {
                    row[j] = i + j;
                    continue;
                }
                int substitution = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(last[j], row[j - 1]) + 1, last[j - 1] + substitution);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], secondLast[j - 2] + 1);
                }
            }
        }
        return row[b.length()];
    }
}
