package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class CanonicalJsonTest {
    /** The forms of RFC 8785, worked out by hand. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            textBlock =
                    """
        { "b" : 1, "a" : [ ] , "": {} }                    | {"":{},"a":[],"b":1}
        {"\\u20ac":1,"\\r":2,"1":3,"\\ufb33":4,"\\ud83d\\ude02":5,"\\u0080":6} | {"\\r":2,"1":3,"\u0080":6,"€":1,"😂":5,"\ufb33":4}
        "\\u0000\\u000b\\u001f\\b\\f\\n\\r\\t\\"\\\\\\/\\u007f" | "\\u0000\\u000b\\u001f\\b\\f\\n\\r\\t\\"\\\\/\u007f"
        9007199254740991                                   | 9007199254740991
        -9007199254740991                                  | -9007199254740991
        [true,false,null,0]                                | [true,false,null,0]
        """)
    void writes_the_one_form_of_a_value(String given, String canonical) {
        byte[] bytes = written(JsonMapper.shared().readTree(given));

        assertThat(new String(bytes, UTF_8)).isEqualTo(canonical);
        assertThat(CanonicalJson.read(bytes)).isInstanceOf(Checked.Valid.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.5",
                "1e3",
                "9007199254740992",
                "-9007199254740992",
                "-9223372036854775808",
                "123456789012345678901234567890",
                "1.0",
                "\"\\ud800\"",
                "\"\\udc00x\"",
                "\"\\uffff\"",
                "\"\\ufdd0\"",
                "\"\\ud83f\\udffe\"",
                "{\"\\ud800\":1}",
                "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"
            })
    void refuses_what_could_be_read_in_two_ways(String given) {
        assertThat(CanonicalJson.write(JsonMapper.shared().readTree(given)).faultsFound())
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1",
                "1 ",
                "1\n",
                "{\"a\":1, \"b\":2}",
                "{\"b\":1,\"a\":2}",
                "{\"a\":1,\"a\":1}",
                "\"\\u0041\"",
                "\"\\/\"",
                "\"\\u000A\"",
                "\"\\u000a\"",
                "-0",
                "1.0",
                "01",
                "+1",
                "1e0",
                "NaN",
                "[1,]",
                "{}{}",
                "\ufeff{}",
                "'a'",
                "{a:1}",
                "//\n1",
                "\"\t\"",
                "tru",
                "\"\\ud83d\\ude02\"",
                "[1 ]",
                "\"a",
                "\u0000"
            })
    void reads_no_other_bytes_than_the_canonical_ones(String given) {
        assertThat(CanonicalJson.read(given.getBytes(UTF_8)).faultsFound()).as(given).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"22ff22", "22c0af22", "22eda08022", "22f4908080", "ff", "c3"})
    void reads_no_bytes_that_are_not_utf8(String hex) {
        assertThat(CanonicalJson.read(java.util.HexFormat.of().parseHex(hex)).faultsFound())
                .isNotEmpty();
    }

    @Test
    void refuses_more_than_the_most_bytes() {
        byte[] bytes = new byte[CanonicalJson.BYTES_MAX + 1];
        Arrays.fill(bytes, (byte) '1');
        JsonNode large =
                JsonNodeFactory.instance.stringNode("x".repeat(CanonicalJson.BYTES_MAX - 1));

        assertThat(CanonicalJson.read(bytes).faultsFound()).hasSize(1);
        assertThat(CanonicalJson.write(large).faultsFound()).hasSize(1);
    }

    @Test
    void every_value_comes_back_from_its_bytes_and_no_changed_byte_passes_for_it() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(11);
        for (int round = 0; round < 2_000; round++) {
            JsonNode value = value(random, 4);
            byte[] bytes = written(value);

            assertThat(CanonicalJson.read(bytes)).isEqualTo(Checked.valid(value));
            byte[] changed = bytes.clone();
            changed[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            if (CanonicalJson.read(changed) instanceof Checked.Valid<JsonNode>(JsonNode other)) {
                assertThat(other).isNotEqualTo(value);
                assertThat(written(other)).isEqualTo(changed);
            }
        }
    }

    private static JsonNode value(RandomGenerator random, int depth) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> nodes.stringNode(text(random));
            case 1 ->
                    nodes.numberNode(
                            java.math.BigInteger.valueOf(
                                    random.nextLong(-(1L << 53) + 1, 1L << 53)));
            case 2 -> nodes.booleanNode(random.nextBoolean());
            case 3 -> nodes.nullNode();
            case 4 -> {
                ArrayNode array = nodes.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(value(random, depth - 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = nodes.objectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(text(random), value(random, depth - 1));
                }
                yield object;
            }
        };
    }

    private static String text(RandomGenerator random) {
        String characters = "aZ\"\\/\u0000\u001f\n€😂é\u2028~";
        StringBuilder text = new StringBuilder();
        int[] points = characters.codePoints().toArray();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }

    private static byte[] written(JsonNode value) {
        return ((Checked.Valid<byte[]>) CanonicalJson.write(value)).value();
    }
}
