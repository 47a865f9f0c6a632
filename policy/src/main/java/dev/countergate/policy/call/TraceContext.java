package dev.countergate.policy.call;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The trace a call belongs to (W3C Trace Context, level 1), passed on as it came: this program makes no spans. What does
 * not follow the grammar is as if it were not there.
 *
 * @param parent the {@code traceparent} in the form of version 00
 * @param state the {@code tracestate}; empty where there is none
 */
public record TraceContext(String parent, String state) {
    private static final String NO_TRACE = "0".repeat(32);
    private static final String NO_SPAN = "0".repeat(16);
    private static final int PARENT_LENGTH = 55;

    /** Longer than any version's so far, so that nobody makes us read on. */
    private static final int PARENT_LENGTH_MAX = 256;

    private static final int STATE_LENGTH_MAX = 512;
    private static final int STATE_MEMBERS_MAX = 32;

    private static final Pattern PARENT =
            Pattern.compile(
                    "(?!ff)[0-9a-f]{2}-(?!"
                            + NO_TRACE
                            + ")[0-9a-f]{32}-(?!"
                            + NO_SPAN
                            + ")[0-9a-f]{16}-[0-9a-f]{2}");

    private static final Pattern STATE_KEY =
            Pattern.compile(
                    "[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}");

    private static final Pattern STATE_VALUE =
            Pattern.compile("[ !-+\\--<>-~]{0,255}[!-+\\--<>-~]");

    public TraceContext {
        if (!PARENT.matcher(parent).matches() || !parent.startsWith("00") || !isState(state)) {
            throw new IllegalArgumentException("not a trace context");
        }
    }

    /** The trace of what came as {@code traceparent} and {@code tracestate}; a faulty state alone is left out. */
    public static Optional<TraceContext> parse(@Nullable String parent, @Nullable String state) {
        if (parent == null || !isParent(parent)) {
            return Optional.empty();
        }
        boolean isPlain = parent.startsWith("00");
        String flags = isPlain ? parent.substring(53) : knownFlags(parent.charAt(54));
        return Optional.of(
                new TraceContext(
                        "00" + parent.substring(2, 53) + flags,
                        state != null && isState(state) ? state : ""));
    }

    /** The id of the whole trace: 32 lower-case hexadecimal digits. */
    public String traceId() {
        return parent.substring(3, 35);
    }

    /** A later version may say more after what version 00 says, and is understood as far as that. */
    private static boolean isParent(String text) {
        if (text.length() < PARENT_LENGTH || text.length() > PARENT_LENGTH_MAX) {
            return false;
        }
        boolean ends =
                text.length() == PARENT_LENGTH
                        || (!text.startsWith("00") && text.charAt(PARENT_LENGTH) == '-');
        return ends && PARENT.matcher(text.substring(0, PARENT_LENGTH)).matches();
    }

    /** Of a later version's flags only the sampled one is known to mean the same. */
    private static String knownFlags(char lastDigit) {
        return (Character.digit(lastDigit, 16) & 1) == 1 ? "01" : "00";
    }

    private static boolean isState(String text) {
        if (text.length() > STATE_LENGTH_MAX) {
            return false;
        }
        Set<String> keys = new HashSet<>();
        return Stream.of(text.split(",", -1))
                .map(TraceContext::trimmed)
                .filter(member -> !member.isEmpty())
                .allMatch(member -> isMember(member, keys));
    }

    private static boolean isMember(String member, Set<String> keys) {
        int equals = member.indexOf('=');
        return equals > 0
                && STATE_KEY.matcher(member.substring(0, equals)).matches()
                && STATE_VALUE.matcher(member.substring(equals + 1)).matches()
                && keys.add(member.substring(0, equals))
                && keys.size() <= STATE_MEMBERS_MAX;
    }

    /** Without the blanks and tabs that may stand around a member. */
    private static String trimmed(String member) {
        int from = 0;
        int to = member.length();
        while (from < to && isBlank(member.charAt(from))) {
            from++;
        }
        while (from < to && isBlank(member.charAt(to - 1))) {
            to--;
        }
        return member.substring(from, to);
    }

    private static boolean isBlank(char letter) {
        return letter == ' ' || letter == '\t';
    }
}
