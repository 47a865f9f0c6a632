package dev.countergate.server.config;

import java.util.List;
import java.util.Random;

/** Breaks a text here and there, the way hands and half-written files do. */
final class Mutations {
    private static final List<String> PIECES =
            List.of(
                    "{",
                    "}",
                    "[",
                    "]",
                    ":",
                    ": ",
                    "- ",
                    ",",
                    "\"",
                    "'",
                    "\n",
                    "\n  ",
                    "#",
                    "&a",
                    "*a",
                    "!!str ",
                    "!x ",
                    "|",
                    ">",
                    "?",
                    "<<: ",
                    "~",
                    "null",
                    "true",
                    "0",
                    "-1",
                    "1e9",
                    "99999999999999999999",
                    "{x}",
                    "{{",
                    "${",
                    "${X}",
                    "${X:-",
                    "${file:",
                    "\\",
                    "\t",
                    "\u0000",
                    "\u202E",
                    "\uD83D",
                    "a: 1",
                    "%",
                    "@",
                    "tools: ",
                    "url: ",
                    "params: ",
                    "expect: ",
                    "when: ",
                    "pattern: \"(\"",
                    ".inf",
                    "2024-01-01",
                    "---\n");

    private Mutations() {}

    static String of(String text, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            int at = random.nextInt(mutated.length() + 1);
            int length = Math.min(random.nextInt(12), mutated.length() - at);
            switch (random.nextInt(5)) {
                case 0 -> mutated.delete(at, at + length);
                case 1 -> mutated.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 2 ->
                        mutated.replace(at, at + length, PIECES.get(random.nextInt(PIECES.size())));
                case 3 -> mutated.insert(at, mutated.substring(at, at + length));
                default -> replaceWord(mutated, random, at);
            }
        }
        return mutated.toString();
    }

    /** Words are what a shape is about: another one in a word's place keeps the YAML whole. */
    private static void replaceWord(StringBuilder text, Random random, int from) {
        int start = from;
        while (start < text.length() && !Character.isLetter(text.charAt(start))) {
            start++;
        }
        int end = start;
        while (end < text.length()
                && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
            end++;
        }
        text.replace(
                start,
                end,
                List.of("5", "x", "true", "[]", "{}", "null", "tool", "name", "-1", "1.5", "''")
                        .get(random.nextInt(11)));
    }
}
