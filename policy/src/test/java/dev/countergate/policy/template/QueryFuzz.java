package dev.countergate.policy.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.template.TemplateFuzz.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What {@link PromqlFuzz} and {@link LogqlFuzz} hold to. */
final class QueryFuzz {
    /** Blanks and comments; a string that breaks off ends what is read. */
    private static final String BETWEEN = "(?s)(?:[ \\t\\r\\n]|#[^\\n]*(?:\\n|$))*";

    private static final Set<String> WORDS =
            Set.of(
                    "and",
                    "or",
                    "unless",
                    "by",
                    "without",
                    "on",
                    "ignoring",
                    "group_left",
                    "group_right",
                    "offset",
                    "bool",
                    "atan2");

    private QueryFuzz() {}

    static void check(Language language, byte[] bytes) {
        boolean isLogql = language == Language.LOGQL;
        Input input = Input.of(bytes);
        HoledText text = HoledText.plain(input.template());
        List<Token> tokens = QueryLexer.lex(isLogql, text, new ArrayList<>());
        TemplateFuzz.assertWhole(
                text,
                tokens.stream().map(token -> new int[] {token.start(), token.end()}).toList(),
                BETWEEN);

        Optional<String> hostile = TemplateFuzz.rendered(language, input.template(), input.value());
        Optional<String> plain = TemplateFuzz.rendered(language, input.template(), "v");
        if (hostile.isPresent() && plain.isPresent()) {
            assertThat(shape(isLogql, hostile.get())).isEqualTo(shape(isLogql, plain.get()));
        }
    }

    /** The kinds of the tokens; of operators and of names that are words of the language, what they say too. */
    private static List<String> shape(boolean isLogql, String query) {
        List<Fault> faults = new ArrayList<>();
        List<Token> tokens = QueryLexer.lex(isLogql, HoledText.plain(query), faults);
        assertThat(faults).isEmpty();
        return tokens.stream()
                .map(
                        token ->
                                token.kind() == Token.Kind.OPERATOR
                                                || WORDS.contains(
                                                        token.text().toLowerCase(Locale.ROOT))
                                        ? token.text()
                                        : token.kind().name())
                .toList();
    }
}
