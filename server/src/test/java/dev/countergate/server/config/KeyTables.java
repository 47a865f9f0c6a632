package dev.countergate.server.config;

import dev.countergate.server.docs.MarkdownPage;
import dev.countergate.server.yaml.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ValueNode;

/** Writes the tables of keys between {@code <!-- keys: NAME -->} and {@code <!-- /keys -->} of a page. */
final class KeyTables {
    private static final Pattern PLACE =
            Pattern.compile("<!-- keys: (\\w+) -->\n[\\s\\S]*?<!-- /keys -->");

    private final Map<String, String> anchors;

    private KeyTables(Map<String, String> anchors) {
        this.anchors = anchors;
    }

    /** The blocks that the page has a table of, in its order. */
    static List<String> named(MarkdownPage page) {
        return PLACE.matcher(page.text()).results().map(found -> found.group(1)).toList();
    }

    /** The page with its tables as {@code blocks} say. */
    static String filled(MarkdownPage page, Map<String, Shape.Block> blocks) {
        Map<String, String> anchors =
                PLACE.matcher(page.text())
                        .results()
                        .collect(
                                Collectors.toMap(
                                        found -> found.group(1),
                                        found -> page.anchorBefore(found.start())));
        KeyTables tables = new KeyTables(anchors);
        return PLACE.matcher(page.text())
                .replaceAll(
                        found ->
                                Matcher.quoteReplacement(
                                        "<!-- keys: "
                                                + found.group(1)
                                                + " -->\n\n"
                                                + tables.table(blocks.get(found.group(1)))
                                                + "\n<!-- /keys -->"));
    }

    private String table(Shape.Block block) {
        StringBuilder table =
                new StringBuilder("| key | type | default | what it does |\n|---|---|---|---|\n");
        for (Shape.Key key : block.keys().values()) {
            table.append("| `").append(key.name()).append("` | ");
            table.append(type(key.shape())).append(" | ").append(otherwise(key)).append(" | ");
            table.append(escaped(key.meaning())).append(" |\n");
        }
        return table.toString();
    }

    private static String otherwise(Shape.Key key) {
        ValueNode fallback = key.fallback();
        if (fallback != null) {
            return "*" + fallback.asString() + "*";
        }
        return key.required() ? "**needed**" : "";
    }

    private String type(Shape shape) {
        return switch (shape) {
            case Shape.Text text -> text(text);
            case Shape.Whole(long min, long max) when max < Integer.MAX_VALUE ->
                    String.format(Locale.ROOT, "whole number, %,d to %,d", min, max);
            case Shape.Whole(long min, long _) ->
                    min > 0 ? "whole number of at least " + min : "whole number";
            case Shape.Numeric _ -> "number";
            case Shape.Flag _ -> "`true`, `false`";
            case Shape.True _ -> "`true`";
            case Shape.Words(List<String> words, boolean _) ->
                    words.stream().map(word -> "`" + word + "`").collect(Collectors.joining(", "));
            case Shape.Anything _ -> "any value";
            case Shape.ListOf list -> "list of " + type(list.item());
            case Shape.MapOf map -> "mapping to " + type(map.value());
            case Shape.Either either -> either(either);
            case Shape.Block block -> "[" + block.name() + "](#" + anchors.get(block.name()) + ")";
        };
    }

    private String either(Shape.Either either) {
        List<String> types = new ArrayList<>();
        either.alternatives().stream().map(this::type).distinct().forEach(types::add);
        return String.join(" or ", types);
    }

    private static String text(Shape.Text text) {
        if (text.equals(CommonShapes.NAME)) {
            return "name";
        }
        if (text.equals(CommonShapes.TOOL_NAME)) {
            return "tool name";
        }
        if (text.equals(CommonShapes.DURATION)) {
            return "duration";
        }
        if (text.equals(Shape.Text.ANY) || text.equals(Shape.Text.NOT_BLANK)) {
            return "text";
        }
        return escaped(text.wanted().replaceFirst("^an? ", ""));
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|");
    }
}
