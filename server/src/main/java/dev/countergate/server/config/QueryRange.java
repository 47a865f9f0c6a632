package dev.countergate.server.config;

import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Text;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells how far back the query of a tool looks, as far as the file and the arguments say. */
final class QueryRange {
    /** Strings are stepped over, so that brackets inside them are not taken for ranges. */
    private static final Pattern RANGE =
            Pattern.compile(
                    "\"(?:[^\"\\\\]|\\\\.)*+\"|'(?:[^'\\\\]|\\\\.)*+'|`[^`]*+`|\\[\\s*([0-9][0-9a-z]*|\\{[A-Za-z0-9_-]+})\\s*[:\\]]");

    private QueryRange() {}

    /**
     * The longest range of the tool in {@code block}; zero when it has none.
     *
     * @param argument the value of a parameter, or null where it is not known
     */
    static Duration of(Block block, Function<String, @Nullable String> argument) {
        Duration prometheus =
                longest(
                        block.block("prometheus", ActionKeys.PROMETHEUS),
                        List.of("instant", "range"),
                        argument);
        Duration loki = longest(block.block("loki", ActionKeys.LOKI), List.of("query"), argument);
        return prometheus.compareTo(loki) > 0 ? prometheus : loki;
    }

    private static Duration longest(
            @Nullable Block action,
            List<String> queries,
            Function<String, @Nullable String> argument) {
        Duration longest = Duration.ZERO;
        if (action == null) {
            return longest;
        }
        for (String key : queries) {
            Text query = action.text(key);
            Matcher ranges = RANGE.matcher(query == null ? "" : query.value());
            while (ranges.find()) {
                if (ranges.group(1) != null) {
                    longest = longer(longest, written(ranges.group(1), argument));
                }
            }
        }
        return longest;
    }

    private static String written(String range, Function<String, @Nullable String> argument) {
        if (!range.startsWith("{")) {
            return range;
        }
        String value = argument.apply(range.substring(1, range.length() - 1));
        return value == null ? "" : value;
    }

    private static Duration longer(Duration longest, String text) {
        if (!text.matches(CommonShapes.DURATION.pattern())) {
            return longest;
        }
        Duration range = Durations.parse(text);
        return range.compareTo(longest) > 0 ? range : longest;
    }
}
