package dev.countergate.policy.parameter;

/**
 * Tells whether an RE2 expression means the same in ECMA-262's dialect with the {@code u} flag, which is what JSON
 * Schema's {@code pattern} is. A client whose compiler chokes on a schema loses the whole tool, so doubt means no.
 */
final class PortablePattern {
    /** After a backslash, outside and inside a class. */
    private static final String ESCAPES = "dDwWsSbBfnrtv.*+?()[]{}^$|/\\";

    private PortablePattern() {}

    static boolean isPortable(String pattern) {
        boolean inClass = false;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            char next = i + 1 < pattern.length() ? pattern.charAt(i + 1) : '\0';
            if (c == '\\') {
                if (ESCAPES.indexOf(next) < 0 && !(inClass && next == '-')) {
                    return false;
                }
                i++;
            } else if (inClass) {
                if (c == '[') {
                    return false;
                }
                inClass = c != ']';
            } else if (c == '[') {
                inClass = true;
                int first = next == '^' ? i + 2 : i + 1;
                if (pattern.startsWith("]", first)) {
                    return false;
                }
            } else if (c == '(' && next == '?') {
                if (!pattern.startsWith("(?:", i)) {
                    return false;
                }
            } else if (c == '{') {
                int end = quantifierEnd(pattern, i);
                if (end < 0) {
                    return false;
                }
                i = end;
            } else if (c == '}' || c == ']') {
                return false;
            }
        }
        return true;
    }

    /** The index of the brace that closes the quantifier beginning at {@code start}, or -1. */
    private static int quantifierEnd(String pattern, int start) {
        int end = pattern.indexOf('}', start);
        return end > 0 && pattern.substring(start, end + 1).matches("\\{[0-9]+(?:,[0-9]*)?}")
                ? end
                : -1;
    }
}
