package dev.countergate.policy.template;

/**
 * A word or operator of a command line, quotes and all.
 *
 * @param isOperator whether it separates words: {@code ;}, {@code |}, {@code >} and the like, or a line break
 * @param text as written; a placeholder in it shows as U+FFFC
 * @param start the index of its first symbol
 * @param end the index after its last symbol
 */
record ShellWord(boolean isOperator, String text, int start, int end) {
    /** Whether what follows is where input comes from or output goes. */
    boolean redirects() {
        return isOperator && (text.startsWith("<") || text.startsWith(">"));
    }

    /** Whether this is the number of what {@code operator} redirects: {@code 2} in {@code 2>file}. */
    boolean isDescriptorOf(ShellWord operator) {
        return end == operator.start() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** The word as a program gets it, as far as quotes go. */
    String unquoted() {
        return text.replaceAll("['\"\\\\]", "");
    }

    /** The name of the program that it would be, without its folder. */
    String program() {
        String name = unquoted();
        return name.substring(name.lastIndexOf('/') + 1);
    }
}
