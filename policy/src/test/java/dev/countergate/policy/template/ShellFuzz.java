package dev.countergate.policy.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.template.TemplateFuzz.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shell: no character is lost, and no value gives a command another shape than a plain one does. */
public final class ShellFuzz {
    private static final String BETWEEN = "(?s)(?:[ \\t]|\\\\\\n|#[^\\n]*)*";

    private ShellFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        Input input = Input.of(bytes);
        HoledText text = HoledText.plain(input.template());
        List<ShellWord> words = ShellLexer.lex(text, new ArrayList<>());
        TemplateFuzz.assertWhole(
                text,
                words.stream().map(word -> new int[] {word.start(), word.end()}).toList(),
                BETWEEN);

        Optional<String> hostile =
                TemplateFuzz.rendered(Language.SHELL, input.template(), input.value());
        Optional<String> plain = TemplateFuzz.rendered(Language.SHELL, input.template(), "v");
        if (input.template().contains("{") && hostile.isPresent() && plain.isPresent()) {
            assertThat(shape(hostile.get())).isEqualTo(shape(plain.get()));
        }
    }

    /** The operators, of words only that they are there. */
    private static List<String> shape(String command) {
        return ShellLexer.lex(HoledText.plain(command), new ArrayList<>()).stream()
                .map(word -> word.isOperator() ? word.text() : "word")
                .toList();
    }
}
