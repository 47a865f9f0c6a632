package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.docs.KeyTables;
import dev.countergate.server.docs.MarkdownPage;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Shape;
import dev.countergate.server.yaml.YamlLimits;
import dev.countergate.server.yaml.YamlParser;
import dev.countergate.server.yaml.YamlValue;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The tables of the catalogue's reference are those the loader checks with, and every key stands in an example.
 * {@code -Dgolden=write} writes the tables anew.
 */
class CatalogueReferenceTest {
    private static final MarkdownPage PAGE = MarkdownPage.read("docs/catalogue.md");
    private static final KeyTables TABLES =
            new KeyTables(
                    PAGE,
                    Map.of(
                            CommonShapes.NAME, "name",
                            CommonShapes.TOOL_NAME, "tool name",
                            CommonShapes.DURATION, "duration"));
    static final Map<String, Shape.Block> BLOCKS = blocks();

    private static Map<String, Shape.Block> blocks() {
        Map<String, Shape.Block> blocks = new LinkedHashMap<>();
        gather(CatalogueKeys.CATALOGUE, blocks);
        return blocks;
    }

    private static void gather(Shape shape, Map<String, Shape.Block> blocks) {
        switch (shape) {
            case Shape.Block block -> {
                if (blocks.putIfAbsent(block.name(), block) == null) {
                    block.keys().values().forEach(key -> gather(key.shape(), blocks));
                }
            }
            case Shape.ListOf list -> gather(list.item(), blocks);
            case Shape.MapOf map -> gather(map.value(), blocks);
            case Shape.Either either -> either.alternatives().forEach(one -> gather(one, blocks));
            case Shape.Text _, Shape.Whole _, Shape.Numeric _, Shape.Flag _ -> {}
            case Shape.True _, Shape.Words _, Shape.Anything _ -> {}
        }
    }

    @Test
    void the_tables_are_those_of_the_loader() throws IOException {
        String text = TABLES.filled(BLOCKS);
        if ("write".equals(System.getProperty("golden"))) {
            Files.writeString(PAGE.file(), text);
        }
        assertThat(PAGE.file()).as("rewritten by -Dgolden=write").hasContent(text);
    }

    @Test
    void every_block_has_its_table_once() {
        assertThat(TABLES.named()).containsExactlyInAnyOrderElementsOf(BLOCKS.keySet());
    }

    @Test
    void every_key_stands_in_an_example() {
        Set<String> missing = new TreeSet<>();
        BLOCKS.forEach(
                (name, block) ->
                        block.keys().keySet().forEach(key -> missing.add(name + "." + key)));
        for (MarkdownPage.Fence fence : PAGE.fences("yaml")) {
            strikeOut(parse(fence.text()), CatalogueKeys.CATALOGUE, missing);
        }
        assertThat(missing).isEmpty();
    }

    private static YamlValue parse(String text) {
        return new YamlParser(YamlLimits.DEFAULT).parse("f.yaml", text, new Report()).orElseThrow();
    }

    private static void strikeOut(YamlValue value, Shape shape, Set<String> missing) {
        switch (shape) {
            case Shape.Block block -> {
                if (value instanceof YamlValue.Mapping(var entries, var _)) {
                    entries.forEach(
                            (name, entry) -> {
                                Shape.Key key = block.keys().get(name);
                                if (key != null) {
                                    missing.remove(block.name() + "." + name);
                                    strikeOut(entry.value(), key.shape(), missing);
                                }
                            });
                }
            }
            case Shape.ListOf list -> {
                if (value instanceof YamlValue.Sequence(List<YamlValue> items, var _)) {
                    items.forEach(item -> strikeOut(item, list.item(), missing));
                }
            }
            case Shape.MapOf map -> {
                if (value instanceof YamlValue.Mapping(var entries, var _)) {
                    entries.values()
                            .forEach(entry -> strikeOut(entry.value(), map.value(), missing));
                }
            }
            case Shape.Either either ->
                    either.alternatives().forEach(one -> strikeOut(value, one, missing));
            case Shape.Text _, Shape.Whole _, Shape.Numeric _, Shape.Flag _ -> {}
            case Shape.True _, Shape.Words _, Shape.Anything _ -> {}
        }
    }
}
