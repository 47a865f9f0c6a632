package dev.countergate.demo.ssm;

/** How much of a script's output the service shows, and how its agent marks a cut. */
final class OutputLimits {
    static final int STANDARD_OUTPUT_CHARS_MAX = 24_000;
    static final int STANDARD_ERROR_CHARS_MAX = 8_000;
    static final int LISTED_CHARS_MAX = 2_500;
    private static final String CUT_MARK = "--output truncated--";
    private static final String ERROR_HEADING = "\n----------ERROR-------\n";

    private OutputLimits() {}

    static String cut(String text, int most) {
        return text.length() <= most
                ? text
                : text.substring(0, most - CUT_MARK.length()) + CUT_MARK;
    }

    /** Both streams as {@code ListCommandInvocations} shows them. */
    static String listed(String standardOutput, String standardError) {
        return cut(
                standardError.isEmpty()
                        ? standardOutput
                        : standardOutput + ERROR_HEADING + standardError,
                LISTED_CHARS_MAX);
    }
}
