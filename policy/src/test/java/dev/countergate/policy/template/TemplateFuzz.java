package dev.countergate.policy.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.parameter.Arguments;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the targets of this package share: an input is a template, a zero character and a value for its placeholders. */
final class TemplateFuzz {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private TemplateFuzz() {}

    record Input(String template, String value) {
        static Input of(byte[] bytes) {
            String text = new String(bytes, UTF_8);
            int zero = text.indexOf('\0');
            return zero < 0
                    ? new Input(text, "v")
                    : new Input(text.substring(0, zero), text.substring(zero + 1));
        }
    }

    /** Arguments that bind, with {@code value} wherever any text may stand; empty where it may not. */
    static Optional<Arguments> arguments(String value) {
        ObjectNode given = JSON.objectNode();
        given.put("x", value).put("y", value).put("any", value);
        given.putArray("many").add(value).add("b");
        given.putArray("words").add(value).add("b");
        given.putObject("obj").put("k", "v");
        given.put("num", 5).put("flag", true).put("re", "a.*").put("dur", "5m");
        given.put("when", "2026-01-01T00:00:00Z").put("net", "10.0.0.0/8");
        given.put("prom", "up").put("log", "{a=\"b\"}").put("label", "job").put("metric", "up");
        given.put("path", "/var/log/a").put("word", "abc").put("enum", "a");
        return valid(Try.DECLARED.bind(given));
    }

    static <T> Optional<T> valid(Checked<T> checked) {
        return checked instanceof Checked.Valid<T>(T value) ? Optional.of(value) : Optional.empty();
    }

    /** {@code text} with {@code value} put in; empty where either is refused. */
    static Optional<String> rendered(Language language, String text, String value) {
        return valid(Template.parse(language, text, Try.DECLARED))
                .flatMap(
                        template ->
                                arguments(value).flatMap(given -> valid(template.render(given))));
    }

    /** Whether what lies between the tokens of a text is nothing a language reads. */
    static void assertWhole(HoledText text, List<int[]> spans, String between) {
        int done = 0;
        for (int[] span : spans) {
            assertThat(span[0]).isGreaterThanOrEqualTo(done);
            assertThat(span[1]).isGreaterThan(span[0]);
            assertThat(text.text(done, span[0])).matches(between);
            done = span[1];
        }
        assertThat(done).isLessThanOrEqualTo(text.length());
        assertThat(text.text(done, text.length())).matches(between);
    }
}
