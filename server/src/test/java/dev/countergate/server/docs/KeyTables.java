package dev.countergate.server.docs;

import dev.countergate.server.yaml.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ValueNode;

/** Writes the tables of keys between {@code <!-- keys: NAME -->} and {@code <!-- /keys -->} of a page. */
public final class KeyTables {
    private static final Pattern PLACE =
            Pattern.compile("<!-- keys: (\\w+) -->\n[\\s\\S]*?<!-- /keys -->");

    private final MarkdownPage page;
    private final Map<Shape.Text, String> words;
    private final Map<String, String> anchors;

    /**
     * The tables of {@code page}.
     *
     * @param words what some texts are called there, in place of what is wanted of them
     */
    public KeyTables(MarkdownPage page, Map<Shape.Text, String> words) {
        this.page = page;
        this.words = Map.copyOf(words);
        this.anchors =
                PLACE.matcher(page.text())
                        .results()
                        .collect(
                                Collectors.toMap(
                                        found -> found.group(1),
                                        found -> page.anchorBefore(found.start())));
    }

    /** The blocks that the page has a table of, in its order. */
    public List<String> named() {
        return PLACE.matcher(page.text()).results().map(found -> found.group(1)).toList();
    }

    /** The page with its tables as {@code blocks} say. */
    public String filled(Map<String, Shape.Block> blocks) {
        return PLACE.matcher(page.text())
                .replaceAll(
                        found ->
                                Matcher.quoteReplacement(
                                        "<!-- keys: "
                                                + found.group(1)
                                                + " -->\n\n"
                                                + table(
                                                        Objects.requireNonNull(
                                                                blocks.get(found.group(1))))
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

    private String text(Shape.Text text) {
        if (text.equals(Shape.Text.ANY) || text.equals(Shape.Text.NOT_BLANK)) {
            return "text";
        }
        String wanted = text.wanted().replaceFirst("^an? ", "");
        return words.getOrDefault(text, escaped(wanted));
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|");
    }
}
