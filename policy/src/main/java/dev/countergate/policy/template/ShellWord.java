package dev.countergate.policy.template;

/**
 * A word or operator of a command line, quotes and all.
 *
 * @param isOperator whether it separates words: {@code ;}, {@code |}, {@code >} and the like, or a line break
 * @param text as written; a placeholder in it shows as U+FFFC
 * @param start the index of its first symbol
 * @param end the index after its last symbol
 */
record ShellWord(boolean isOperator, String text, int start, int end) {}
