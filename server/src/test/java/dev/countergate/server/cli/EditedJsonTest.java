package dev.countergate.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class EditedJsonTest {
    private static final JsonMapper READER =
            JsonMapper.builder()
                    .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                    .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build();

    private static final ObjectNode ENTRY =
            JsonNodeFactory.instance.objectNode().put("command", "x");

    private static String put(String text) {
        return EditedJson.parse(text.replace("~", "\n"), true)
                .with(List.of("servers", "ours"), ENTRY)
                .text()
                .replace("\n", "~");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = true,
            quoteCharacter = '`',
            value = {
                // before | after, ~ for the end of a line
                "`` | {~  \"servers\": {~    \"ours\": {~      \"command\": \"x\"~    }~  }~}~",
                "`{}` | {~  \"servers\": {~    \"ours\": {~      \"command\": \"x\"~    }~  }~}",
                "`{~}` | {~  \"servers\": {~    \"ours\": {~      \"command\": \"x\"~    }~  }~}",
                "`{\"a\":1}` | {\"a\":1, \"servers\": {\"ours\":{\"command\":\"x\"}}}",
                "`{\"a\":1,\"servers\":{}}` | {\"a\":1,\"servers\":{\"ours\": {\"command\":\"x\"}}}",
                "`{\"servers\":{\"b\":2}}` | {\"servers\":{\"b\":2, \"ours\": {\"command\":\"x\"}}}",
                // as its neighbours are indented
                "`{~    \"a\": 1~}~` | `{~    \"a\": 1,~    \"servers\": {~        \"ours\": {~            \"command\": \"x\"~        }~    }~}~`",
                "`{~\t\"servers\": {~\t\t\"b\": 2~\t}~}` | `{~\t\"servers\": {~\t\t\"b\": 2,~\t\t\"ours\": {~\t\t\t\"command\": \"x\"~\t\t}~\t}~}`",
                // comments and commas stay where they are
                "`{~  \"a\": 1 // one~}` | `{~  \"a\": 1, // one~  \"servers\": {~    \"ours\": {~      \"command\": \"x\"~    }~  }~}`",
                "`{~  \"a\": 1, // one, two~}` | `{~  \"a\": 1, // one, two~  \"servers\": {~    \"ours\": {~      \"command\": \"x\"~    }~  }~}`",
                "`{~  \"a\": 1 /* , */~}` | `{~  \"a\": 1, /* , */~  \"servers\": {~    \"ours\": {~      \"command\": \"x\"~    }~  }~}`",
                "`{ // none yet~}` | `{ // none yet~  \"servers\": {~    \"ours\": {~      \"command\": \"x\"~    }~  }~}`",
                "`{ /* } */ }` | `{ /* } */~  \"servers\": {~    \"ours\": {~      \"command\": \"x\"~    }~  }~}`",
                "`{\"a\": 1 // x~}` | `{\"a\": 1, // x~  \"servers\": {~    \"ours\": {~      \"command\": \"x\"~    }~  }~}`",
                "`// head~{~  \"a\": [1, 2,],~}~// tail~` | `// head~{~  \"a\": [1, 2,],~  \"servers\": {~    \"ours\": {~      \"command\": \"x\"~    }~  }~}~// tail~`",
                // text that looks like what it is not
                "`{\"a\": \"} // , {\"}` | `{\"a\": \"} // , {\", \"servers\": {\"ours\":{\"command\":\"x\"}}}`",
                "`{\"a\": \"\\\"\"}` | `{\"a\": \"\\\"\", \"servers\": {\"ours\":{\"command\":\"x\"}}}`",
                // an older value goes, nothing beside it does
                "`{\"servers\": {\"ours\": [1,~2], \"b\": 1e400}}` | `{\"servers\": {\"ours\": {~  \"command\": \"x\"~}, \"b\": 1e400}}`",
                "`{\"servers\": {\"ours\": 0 /* was */, \"b\": 2}}` | `{\"servers\": {\"ours\": {\"command\":\"x\"} /* was */, \"b\": 2}}`",
                "`{\"servers\":{\"ours\":{ \"command\" : \"x\" }}}` | `{\"servers\":{\"ours\":{ \"command\" : \"x\" }}}`",
            })
    void puts_it_in_as_its_neighbours_are_written(String before, String after) {
        assertThat(put(before)).isEqualTo(after);
        assertThat(put(after)).isEqualTo(after);
    }

    @Test
    void keeps_the_line_ends_of_other_systems() {
        String text =
                EditedJson.parse("{\r\n  \"a\": 1\r\n}\r\n", false)
                        .with(List.of("servers", "ours"), ENTRY)
                        .text();
        assertThat(text.replace("\r\n", "")).doesNotContain("\n", "\r");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "1",
                "\"{}\"",
                "{\"servers\": []}",
                "{\"servers\": null}",
                "{\"servers\": \"x\"}",
            })
    void refuses_what_cannot_hold_it(String text) {
        assertThatThrownBy(() -> put(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{} {}",
                "{'a': 1}",
                "{a: 1}",
                "{\"a\": 1,, \"b\": 2}",
                "{\"a\": 1, \"a\": 2}",
                "{\"x\": {\"a\": 1, \"a\": 2}}",
                "{\"x\": [{\"a\": 1, \"a\": 2}]}",
                "{\"a\": .5}",
                "{\"a\": NaN}",
                "{\"a\": \"\t\"}",
                "{ /* }",
                "\uFEFF{}",
            })
    void refuses_what_is_not_understood_whole(String text) {
        assertThatThrownBy(() -> EditedJson.parse(text, true)).isInstanceOf(JacksonException.class);
    }

    @Test
    void refuses_a_depth_nobody_writes() {
        assertThatThrownBy(
                        () ->
                                EditedJson.parse(
                                        "{\"a\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}",
                                        true))
                .isInstanceOf(JacksonException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{ // x\n}", "{ /* x */ }", "{\"a\": 1,}"})
    void refuses_comments_where_the_client_does(String text) {
        assertThat(EditedJson.parse(text, true).text()).isEqualTo(text);
        assertThatThrownBy(() -> EditedJson.parse(text, false))
                .isInstanceOf(JacksonException.class);
    }

    @Test
    void adds_to_an_array_what_is_missing_of_it() {
        EditedJson edited =
                EditedJson.parse(
                                "{\n  \"permissions\": {\"deny\": [\n    \"Read(.env)\" // mine\n  ]}\n}",
                                true)
                        .withAll(List.of("permissions", "deny"), List.of("a", "Read(.env)", "b"))
                        .withAll(List.of("permissions", "allow"), List.of("c"));
        assertThat(edited.text())
                .isEqualTo(
                        "{\n  \"permissions\": {\"deny\": [\n    \"Read(.env)\", // mine\n    \"a\",\n"
                                + "    \"b\"\n  ],\n    \"allow\": [\n      \"c\"\n    ]}\n}");
        assertThatThrownBy(
                        () ->
                                EditedJson.parse("{\"permissions\": {\"deny\": {}}}", true)
                                        .withAll(List.of("permissions", "deny"), List.of("a")))
                .hasMessageContaining("`deny` is not an array");
    }

    /** Whatever a document holds and however it is laid out, an edit adds its own and takes nothing. */
    @Test
    void keeps_everything_else_of_any_document() {
        Random random = new Random(20_261_121);
        for (int round = 0; round < 3_000; round++) {
            String text = new Scribe(random).document();
            ObjectNode before = (ObjectNode) READER.readTree(text);
            boolean holds = !before.has("servers") || before.get("servers").isObject();
            if (!holds) {
                assertThatThrownBy(() -> put(text))
                        .as(text)
                        .isInstanceOf(IllegalArgumentException.class);
                continue;
            }
            String after =
                    EditedJson.parse(text, true).with(List.of("servers", "ours"), ENTRY).text();
            ObjectNode expected = before.deepCopy();
            expected.withObject("/servers").set("ours", ENTRY);
            JsonNode read = READER.readTree(after);
            assertThat(read).as(text).isEqualTo(expected);
            // Order too, which nodes do not compare.
            assertThat(read.toString()).as(text).isEqualTo(expected.toString());
            if (before.path("servers").path("ours").isMissingNode()) {
                assertThat(isWithin(text, after)).as(text + "\n---\n" + after).isTrue();
            }
            assertThat(EditedJson.parse(after, true).with(List.of("servers", "ours"), ENTRY).text())
                    .isEqualTo(after);
        }
    }

    /** Whether one text is another with characters put in, blanks within a line aside. */
    private static boolean isWithin(String text, String edited) {
        String before = text.replaceAll("[ \t]", "");
        String after = edited.replaceAll("[ \t]", "");
        int at = 0;
        for (int i = 0; i < after.length() && at < before.length(); i++) {
            if (after.charAt(i) == before.charAt(at)) {
                at++;
            }
        }
        return at == before.length();
    }

    /** Writes documents the way no two people would. */
    private static final class Scribe {
        private static final List<String> NAMES =
                List.of(
                        "servers", "ours", "a", "b", "c d", "é", "\\u0000", "//", "/*", "\\\"",
                        "🚀");

        private static final List<String> SCALARS =
                List.of(
                        "1",
                        "-0.50",
                        "1e400",
                        "12345678901234567890.123",
                        "true",
                        "null",
                        "\"\"",
                        "\"}\"",
                        "\"// ,\"",
                        "\"/* \\\" */\"",
                        "\"\\ud83d\\ude80\"",
                        "\"é🚀\"");

        private final Random random;
        private final boolean comments;
        private final String lineEnd;

        Scribe(Random random) {
            this.random = random;
            this.comments = random.nextBoolean();
            this.lineEnd = random.nextInt(4) == 0 ? "\r\n" : "\n";
        }

        String document() {
            return gap() + object(0) + gap();
        }

        private String gap() {
            StringBuilder gap = new StringBuilder();
            for (int i = random.nextInt(3); i > 0; i--) {
                gap.append(
                        switch (random.nextInt(comments ? 6 : 4)) {
                            case 0 -> " ";
                            case 1 -> lineEnd;
                            case 2 -> lineEnd + "  ";
                            case 3 -> "\t";
                            case 4 -> "// } , \" {" + lineEnd;
                            default -> "/* ] , // */";
                        });
            }
            return gap.toString();
        }

        private String object(int depth) {
            List<String> names = new ArrayList<>(NAMES);
            StringBuilder text = new StringBuilder("{");
            int size = random.nextInt(4);
            for (int i = 0; i < size; i++) {
                String name = names.remove(random.nextInt(names.size()));
                text.append(i == 0 ? gap() : "," + gap());
                text.append('"').append(name).append('"').append(gap()).append(':').append(gap());
                text.append(value(depth + 1)).append(gap());
            }
            return text.append(trailing(size)).append(gap()).append('}').toString();
        }

        private String trailing(int size) {
            return comments && size > 0 && random.nextInt(4) == 0 ? "," : "";
        }

        private String value(int depth) {
            int kind = depth > 4 ? 0 : random.nextInt(4);
            if (kind == 1 || kind == 2) {
                return object(depth);
            }
            if (kind == 3) {
                StringBuilder text = new StringBuilder("[");
                int size = random.nextInt(3);
                for (int i = 0; i < size; i++) {
                    text.append(i == 0 ? gap() : "," + gap())
                            .append(value(depth + 1))
                            .append(gap());
                }
                return text.append(trailing(size)).append(gap()).append(']').toString();
            }
            return SCALARS.get(random.nextInt(SCALARS.size()));
        }
    }
}
