package dev.countergate.server.backend.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.backend.http.JsonPick.Found;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

class JsonPickTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a                | {\"a\": 1}                              | 1",
                "a.b              | {\"a\": {\"b\": [1, 2]}}                | [1,2]",
                "a.1              | {\"a\": [1, {\"c\": true}]}             | {\"c\":true}",
                "a.1.c            | {\"a\": [1, {\"c\": true}], \"z\": 0}   | true",
                "0                | [\"x y\"]                               | x y",
                "a                | {\"a\": null}                           | null",
                "a                | {\"a\": \"null\"}                       | null",
                "a                | {\"a\": 1763700000.000}                 | 1763700000.000",
                "a                | {\"a\": -1.50e+007 }                    | -1.50e+007",
                "a                | {\"a\": 123456789012345678901234567890} | 123456789012345678901234567890",
                "a                | {\"a\": {\"z\": 1, \"b\": 2, \"1\": 3}} | {\"z\":1,\"b\":2,\"1\":3}",
                "a                | {\"a\": {\"x\": \" { \\\" } \\\\\"}}    | {\"x\":\" { \\\" } \\\\\"}",
                "a                | {\"a\": 1, \"a\": 2}                    | 2",
                "a.b              | {\"a\": {\"b\": 1}, \"a\": {\"b\": 2}}  | 2",
                "''               | {\"''\": 1}                             | 1",
                "a.               | {\"a\": {\"\": 7}}                      | 7",
                "a.1              | {\"a\": \"four\"}                       | o",
                "a.0.length       | {\"a\": \"four\"}                       | 1",
                "length           | [1, 2, 3]                               | 3",
                "a.length         | {\"a\": \"four\"}                       | 4",
                "length           | {\"length\": 9}                         | 9",
                "a                | {\"\\u0061\": 1}                        | 1",
                "a                | {\"a\": \"\\u00e9\\t.\"}                | é\t.",
            })
    void finds(String path, String json, String expected) {
        assertThat(JsonPick.at(path, json))
                .isInstanceOfSatisfying(
                        Found.Value.class, value -> assertThat(value.text()).isEqualTo(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "b         | {\"a\": 1}",
                "a.b       | {\"a\": 1}",
                "a.b       | {\"a\": null}",
                "a.b.c     | {\"a\": {\"b\": \"x\"}}",
                "01        | [1, 2]",
                "+1        | [1, 2]",
                "-1        | [1, 2]",
                "2         | [1, 2]",
                "1.5       | [1, 2]",
                "4294967296| [1, 2]",
                "length.x  | [1, 2]",
                "length    | {}",
                "length    | 5",
                "a.4       | {\"a\": \"four\"}",
                "a.0.1     | {\"a\": \"four\"}",
                "a.b       | {\"a.b\": 1}",
                "a.b       | {\"a\": {\"b\": 1}, \"a\": 2}",
                "A         | {\"a\": 1}",
                "a         | []",
            })
    void finds_nothing(String path, String json) {
        assertThat(JsonPick.at(path, json)).isEqualTo(new Found.Absent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{\"a\": 1",
                "{\"a\": 1}}",
                "{\"a\": 1} x",
                "{\"a\": 1} {\"a\": 2}",
                "{\"a\": 01}",
                "{\"a\": .5}",
                "{\"a\": 5.}",
                "{\"a\": +5}",
                "{\"a\": 0x5}",
                "{\"a\": NaN}",
                "{\"a\": Infinity}",
                "{\"a\": 'x'}",
                "{'a': 1}",
                "{a: 1}",
                "{\"a\": 1,}",
                "{\"a\": [1,]}",
                "{\"a\": 1, \"b\": \"\\x\"}",
                "{\"a\": 1, \"b\": \"\\u12\"}",
                "{\"a\": 1, \"b\": \"line\nbreak\"}",
                "{\"a\": 1, \"b\": \"tab\tbed\"}",
                "{\"a\": 1 /* comment */}",
                "\u00a0{\"a\": 1}",
                "{\"a\": 1}\u0000",
                "{\"a\": tru}",
                "<html></html>",
            })
    void takes_what_javascript_would_not_parse_for_no_json(String text) {
        assertThat(JsonPick.at("a", text)).isEqualTo(new Found.Invalid());
        assertThat(JsonPick.at(null, text)).isEqualTo(new Found.Invalid());
    }

    @Test
    void ends_at_a_depth_and_not_with_the_stack() {
        assertThat(JsonPick.at(null, nested(JsonPick.DEPTH_MAX))).isInstanceOf(Found.Value.class);
        assertThat(JsonPick.at(null, nested(JsonPick.DEPTH_MAX + 1)))
                .isEqualTo(new Found.Invalid());
        assertThat(JsonPick.at("a.b", nested(4_000_000))).isEqualTo(new Found.Invalid());
    }

    @Test
    void takes_long_names_strings_and_numbers() {
        String name = "n".repeat(200_000);
        String number = "7".repeat(200_000);
        assertThat(JsonPick.at(name, "{\"" + name + "\": " + number + "}"))
                .isEqualTo(new Found.Value(number, false));
    }

    @Test
    void gives_the_same_value_as_a_tree_for_random_texts_and_paths() {
        Random random = new Random(20_260_101);
        for (int round = 0; round < 5_000; round++) {
            JsonNode tree = tree(random, 4);
            String json =
                    random.nextBoolean()
                            ? tree.toString()
                            : "\n " + tree.toPrettyString() + "\t\r\n";
            String path = path(random);
            assertThat(found(JsonPick.at(path, json)))
                    .as("`%s` in %s", path, json)
                    .isEqualTo(walk(tree, path));
        }
    }

    private static @Nullable JsonNode found(Found found) {
        return switch (found) {
            case Found.Value value -> MAPPER.readTree(value.json());
            case Found.Absent absent -> null;
            case Found.Invalid invalid -> throw new AssertionError("not JSON");
        };
    }

    private static @Nullable JsonNode walk(JsonNode tree, String path) {
        JsonNode at = tree;
        for (String segment : path.split("\\.", -1)) {
            at =
                    switch (at) {
                        case ArrayNode array when segment.matches("[0-9]") ->
                                array.get(Integer.parseInt(segment));
                        case ObjectNode object -> object.get(segment);
                        case StringNode string when segment.matches("[0-9]") ->
                                character(string, Integer.parseInt(segment));
                        case null, default -> null;
                    };
        }
        return at;
    }

    private static @Nullable JsonNode character(StringNode string, int index) {
        String text = string.stringValue();
        return index < text.length()
                ? MAPPER.getNodeFactory().stringNode(text.substring(index, index + 1))
                : null;
    }

    private static String path(Random random) {
        StringBuilder path = new StringBuilder(name(random));
        for (int i = random.nextInt(3); i > 0; i--) {
            path.append('.').append(name(random));
        }
        return path.toString();
    }

    private static String name(Random random) {
        return random.nextBoolean() ? "abc".charAt(random.nextInt(3)) + "" : random.nextInt(3) + "";
    }

    private static JsonNode tree(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 8)) {
            case 0 -> MAPPER.getNodeFactory().nullNode();
            case 1 -> MAPPER.getNodeFactory().numberNode(random.nextInt(100));
            case 2 -> MAPPER.getNodeFactory().booleanNode(random.nextBoolean());
            case 3 ->
                    MAPPER.getNodeFactory()
                            .stringNode("a\\ \"{}[],:é\u2028".substring(random.nextInt(6)));
            case 4, 5 -> {
                ArrayNode array = MAPPER.createArrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(tree(random, depth - 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = MAPPER.createObjectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(name(random), tree(random, depth - 1));
                }
                yield object;
            }
        };
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }
}
