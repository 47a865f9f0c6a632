package dev.countergate.policy.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.DeclaredParameter;
import dev.countergate.policy.parameter.ParameterType;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.secret.SecretText;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * No hostile string changes the shape of a request. Each position is judged by somebody else's reading of the outcome: a
 * tokeniser written apart from the lexers, {@code java.net.URI}, a JSON parser, {@code java.util.regex}, a real shell.
 */
@NullMarked
class HostileValueTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> HOSTILE = HostileStrings.take(2_000);
    private static final Parameters DECLARED =
            Parameters.of(
                    List.of(
                            DeclaredParameter.named("x").build(),
                            DeclaredParameter.named("must").byDefault(text("d")).build(),
                            DeclaredParameter.named("any")
                                    .pattern("(?s).*")
                                    .byDefault(text("d"))
                                    .build(),
                            DeclaredParameter.named("many")
                                    .type(ParameterType.ARRAY)
                                    .pattern("(?s).*")
                                    .byDefault(JSON.createArrayNode().add("d"))
                                    .build()));

    /** A tokeniser of query languages in one expression; a gap between two matches is a token of its own. */
    private static final Pattern REFERENCE =
            Pattern.compile(
                    "(?<space>\\s+|#[^\\n]*)|(?<string>\"(?:[^\"\\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\\n]|\\\\.)*'|`[^`]*`)"
                            + "|(?<word>[\\p{L}_:][\\p{L}\\p{N}_:]*)|(?<number>[0-9][\\p{L}0-9_.]*)"
                            + "|(?<operator>[=!<>|]=|[=!|]~|[|!]>|.)",
                    Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "up{job=\"{must}\",env=\"prod\"} > 0 # end",
                "up{job='{must}',env!=`x {must}`}[5m]",
                "sum by (a) (up{job!=\"a {must} b\"})",
            })
    void stays_one_string_of_promql(String template) {
        staysOneString(Language.PROMQL, template);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{app=\"{must}\"} |= \"{must}\" != `{must}` | json | level=\"{must}\"",
                "{app=\"a\"} |= \"b\" or \"{must}\" | line_format \"{{.x}}\"",
            })
    void stays_one_string_of_logql(String template) {
        staysOneString(Language.LOGQL, template);
    }

    private static void staysOneString(Language language, String template) {
        Template parsed = valid(Template.parse(language, template, DECLARED));
        List<String> benign = shape(valid(parsed.render(valid(bind("must", text("zq"))))));
        forEachBindable(
                value -> text(value),
                "must",
                (value, arguments) -> {
                    String rendered = valid(parsed.render(arguments));
                    assertThat(shape(rendered)).isEqualTo(benign);
                    assertThat(strings(rendered)).anyMatch(literal -> literal.contains(value));
                });
    }

    @ParameterizedTest
    @CsvSource({
        "PROMQL, 'up{job=~\"a-{must}-b\"}', a-, -b",
        "LOGQL, '{app=\"x\"} |~ \"a-(?:{must})-b\"', a-, -b",
        "PROMQL, 'up{job!~\"{many}+\"}', '', ''"
    })
    void matches_itself_alone_in_an_expression(
            Language language, String template, String before, String after) {
        Template parsed = valid(Template.parse(language, template, DECLARED));
        boolean isMany = template.contains("many");
        forEachBindable(
                value -> isMany ? JSON.createArrayNode().add(value) : text(value),
                isMany ? "many" : "must",
                (value, arguments) -> {
                    Pattern expression =
                            Pattern.compile(strings(valid(parsed.render(arguments))).getLast());
                    assertThat(expression.matcher(before + value + after).matches()).isTrue();
                    assertThat(expression.matcher(before + value + "\u0001" + after).matches())
                            .isFalse();
                    assertThat(expression.matcher(before + "a" + after).matches())
                            .isEqualTo(value.equals("a"));
                });
    }

    @ParameterizedTest
    @CsvSource({
        "PROMQL, 'rate({must}[5m])', up",
        "PROMQL, 'up[{must}]', 5m",
        "PROMQL, 'up offset -{must}', 5m",
        "PROMQL, 'sum by ({must}, b) (up)', a",
        "PROMQL, 'up{ {must}=\"a\"}', a",
        "LOGQL, 'sum by ({must}) (rate({a=\"b\"}[1m]))', a",
        "LOGQL, '{a=\"b\"} | json | {must} > 5', a",
    })
    void is_one_token_or_refused_outside_strings(
            Language language, String template, String benign) {
        Template parsed = valid(Template.parse(language, template, DECLARED));
        List<String> shape = shape(valid(parsed.render(valid(bind("must", text(benign))))));
        forEachBindable(
                value -> text(value),
                "must",
                (value, arguments) -> {
                    if (parsed.render(arguments)
                            instanceof Checked.Valid<String>(String rendered)) {
                        assertThat(shape(rendered)).as(rendered).isEqualTo(shape);
                        assertThat(value).matches("[a-zA-Z0-9_:]+");
                    }
                });
    }

    @Test
    void stays_one_segment_and_one_value_of_a_url() {
        UrlTemplate template =
                valid(
                        UrlTemplate.parse(
                                SecretText.plain("http://host:8080/a/{x}/b-{x}?q={x}&r=1"),
                                DECLARED));
        forEachBindable(
                value -> text(value),
                "x",
                (value, arguments) -> {
                    Checked<SecretText> asWritten = template.render(arguments, Map.of());
                    if (Pattern.matches("(?:\\.|%(?:25)*2[eE]){1,2}", value)) {
                        assertThat(asWritten).isInstanceOf(Checked.Invalid.class);
                        return;
                    }
                    checkUrl(valid(asWritten).reveal(), value, 2);
                    checkUrl(
                            valid(template.render(arguments, Map.of("k", text(value)))).reveal(),
                            value,
                            3);
                });
    }

    private static void checkUrl(String rendered, String value, int pairs) {
        URI url = URI.create(rendered);
        assertThat(url.getScheme() + "://" + url.getRawAuthority()).isEqualTo("http://host:8080");
        assertThat(url.getRawFragment()).isNull();
        assertThat(rendered).matches("[!-~]+");
        List<String> segments =
                Arrays.stream(url.getRawPath().split("/", -1))
                        .map(segment -> decode(segment.replace("+", "%2B")))
                        .toList();
        assertThat(segments).containsExactly("", "a", value, "b-" + value);
        List<String> names = new ArrayList<>();
        for (String pair : url.getRawQuery().split("&", -1)) {
            String[] parts = pair.split("=", -1);
            assertThat(parts).hasSize(2);
            names.add(parts[0]);
            assertThat(decode(parts[1])).isEqualTo(parts[0].equals("r") ? "1" : value);
        }
        assertThat(names).hasSize(pairs).startsWith("q", "r");
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    @Test
    void stays_one_leaf_of_a_body() {
        BodyTemplate template =
                valid(
                        BodyTemplate.parse(
                                JSON.readTree(
                                        "{\"a\": \"{x}\", \"b\": [\"in {must}!\", 1], \"{x}\": null}"),
                                DECLARED));
        forEachBindable(
                value -> text(value),
                "x",
                (value, arguments) -> {
                    String body =
                            dev.countergate.policy.parameter.JsonText.compact(
                                    valid(template.render(arguments)));
                    JsonNode read = JSON.readTree(body);
                    assertThat(read.propertyNames()).containsExactly("a", "b", "{x}");
                    assertThat(read.get("a").stringValue()).isEqualTo(value);
                });
        forEachBindable(
                value -> text(value),
                "must",
                (value, arguments) ->
                        assertThat(valid(template.render(arguments)).get("b").get(0).stringValue())
                                .isEqualTo("in " + value + "!"));
    }

    @Test
    void stays_the_value_of_a_matcher() {
        MatcherTemplate equal = valid(MatcherTemplate.parse("job=\"a {must}\"", DECLARED));
        MatcherTemplate regex = valid(MatcherTemplate.parse("job =~ {must}.*", DECLARED));
        forEachBindable(
                value -> text(value),
                "must",
                (value, arguments) -> {
                    assertThat(valid(equal.render(arguments)))
                            .isEqualTo(
                                    new dev.countergate.policy.template.Matcher(
                                            "job", "a " + value, false, true));
                    String expression = valid(regex.render(arguments)).value();
                    assertThat(Pattern.compile(expression).matcher(value + "zz").matches())
                            .isTrue();
                    assertThat(Pattern.compile(expression).matcher("\u0001zz").matches()).isFalse();
                });
    }

    @Test
    void reaches_systems_manager_as_plain_text_or_not_at_all() {
        Template template = valid(Template.parse(Language.SSM_TEXT, "{a {must} b}", DECLARED));
        Template glued = valid(Template.parse(Language.SSM_TEXT, "{{must}:{must}-", DECLARED));
        forEachBindable(
                value -> text(value),
                "must",
                (value, arguments) -> {
                    if (template.render(arguments)
                            instanceof Checked.Valid<String>(String rendered)) {
                        assertThat(rendered)
                                .isEqualTo("{a " + value + " b}")
                                .doesNotContain("{{", "\n", "\0");
                    } else {
                        assertThat(value)
                                .containsPattern(
                                        "\\{\\{|[\\n\\r\\x00\\x0B\\f\\x{85}\\x{2028}\\x{2029}]");
                    }
                    if (glued.render(arguments) instanceof Checked.Valid<String>(String rendered)) {
                        assertThat(rendered).doesNotContain("{{");
                    }
                });
    }

    @Test
    void stays_one_word_of_a_real_shell(@TempDir Path folder)
            throws IOException, InterruptedException {
        Template template =
                valid(
                        Template.parse(
                                Language.SHELL,
                                "printf '%s\\0' start -- {any} pre-{any} x={any}' '{any} {many} ${UNSET_X} end",
                                DECLARED));
        StringBuilder script = new StringBuilder();
        List<String> expected = new ArrayList<>();
        forEachBindable(
                value -> text(value),
                "any",
                (value, arguments) -> {
                    if (template.render(arguments)
                            instanceof Checked.Valid<String>(String command)) {
                        assertThat(command).doesNotContain("\n", "\0", "{{");
                        script.append(command).append('\n');
                        expected.addAll(
                                List.of(
                                        "start",
                                        "--",
                                        value,
                                        "pre-" + value,
                                        "x=" + value + " " + value,
                                        "d",
                                        "end"));
                    } else {
                        assertThat(value)
                                .containsPattern(
                                        "\\{\\{|[\\n\\r\\x00\\x0B\\f\\x{85}\\x{2028}\\x{2029}]");
                    }
                });
        Path file = Files.writeString(folder.resolve("script"), script);
        Process shell =
                new ProcessBuilder("/bin/sh", file.toString())
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        shell.getOutputStream().close();
        try (InputStream output = shell.getInputStream()) {
            String[] words =
                    new String(output.readAllBytes(), StandardCharsets.UTF_8).split("\0", -1);
            assertThat(Arrays.asList(words).subList(0, words.length - 1)).isEqualTo(expected);
        }
        assertThat(shell.waitFor()).isZero();
        assertThat(expected.size()).isGreaterThan(7 * 1_000);
    }

    /** What one value must come to. */
    private interface Check {
        void on(String value, Arguments arguments);
    }

    private static void forEachBindable(Function<String, JsonNode> node, String name, Check check) {
        for (String value : HOSTILE) {
            Optional<Arguments> arguments =
                    bind(name, node.apply(value))
                                    instanceof Checked.Valid<Arguments>(Arguments bound)
                            ? Optional.of(bound)
                            : Optional.empty();
            assertThat(arguments.isPresent()).isNotEqualTo(HostileStrings.hasLoneSurrogate(value));
            arguments.ifPresent(bound -> check.on(value, bound));
        }
    }

    private static Checked<Arguments> bind(String name, JsonNode value) {
        ObjectNode arguments = JSON.createObjectNode();
        arguments.set(name, value);
        return DECLARED.bind(arguments);
    }

    private static JsonNode text(String value) {
        return JSON.getNodeFactory().stringNode(value);
    }

    private static <T> T valid(Checked<T> checked) {
        assertThat(checked.faultsFound()).isEmpty();
        return ((Checked.Valid<T>) checked).value();
    }

    /** Kinds of tokens, and the text of all but strings, words and numbers. */
    private static List<String> shape(String query) {
        List<String> shape = new ArrayList<>();
        Matcher matcher = REFERENCE.matcher(query);
        while (matcher.find()) {
            if (matcher.group("operator") != null) {
                shape.add(matcher.group());
            } else if (matcher.group("space") == null) {
                shape.add(
                        matcher.group("string") != null
                                ? "STRING"
                                : matcher.group("word") != null ? "WORD" : "NUMBER");
            }
        }
        return shape;
    }

    /** The strings of a query, as a JSON parser reads them where they are double-quoted. */
    private static List<String> strings(String query) {
        List<String> strings = new ArrayList<>();
        Matcher matcher = REFERENCE.matcher(query);
        while (matcher.find()) {
            String literal = matcher.group("string");
            if (literal != null && literal.startsWith("\"")) {
                String small =
                        Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*)\\\\U([0-9a-f]{8})")
                                .matcher(literal)
                                .replaceAll(
                                        found ->
                                                Matcher.quoteReplacement(
                                                        found.group(1)
                                                                + Character.toString(
                                                                        Integer.parseInt(
                                                                                found.group(2),
                                                                                16))));
                strings.add(JSON.readTree(small).stringValue());
            }
        }
        return strings;
    }
}
