package dev.countergate.server.config;

import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Text;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells how far back the query of a tool looks, as far as the file writes it out. */
final class QueryRange {
    /** Strings are stepped over, so that brackets inside them are not taken for ranges. */
    private static final Pattern RANGE =
            Pattern.compile(
                    "\"(?:[^\"\\\\]|\\\\.)*+\"|'(?:[^'\\\\]|\\\\.)*+'|`[^`]*+`|\\[\\s*([0-9][0-9a-z]*)\\s*[:\\]]");

    private QueryRange() {}

    /** The longest range of the tool in {@code block}; zero when it has none. */
    static Duration of(Block block) {
        Duration prometheus =
                longest(
                        block.block("prometheus", ActionKeys.PROMETHEUS),
                        List.of("instant", "range"));
        Duration loki = longest(block.block("loki", ActionKeys.LOKI), List.of("query"));
        return prometheus.compareTo(loki) > 0 ? prometheus : loki;
    }

    private static Duration longest(@Nullable Block action, List<String> queries) {
        Duration longest = Duration.ZERO;
        if (action == null) {
            return longest;
        }
        for (String key : queries) {
            Text query = action.text(key);
            Matcher ranges = RANGE.matcher(query == null ? "" : query.value());
            while (ranges.find()) {
                if (ranges.group(1) != null) {
                    longest = longer(longest, ranges.group(1));
                }
            }
        }
        return longest;
    }

    private static Duration longer(Duration longest, String text) {
        if (!text.matches(CommonShapes.DURATION.pattern())) {
            return longest;
        }
        Duration range = Durations.parse(text);
        return range.compareTo(longest) > 0 ? range : longest;
    }
}
