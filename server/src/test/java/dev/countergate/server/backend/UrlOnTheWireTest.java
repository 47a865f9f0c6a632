package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.policy.template.UrlTemplate;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a rendered request shows must be what OkHttp sends, which encodes some characters by itself. */
class UrlOnTheWireTest {
    static Stream<Integer> characters() {
        return IntStream.concat(IntStream.range(1, 0x180), IntStream.of(0x20AC, 0xFFFD, 0x1F600))
                .boxed();
    }

    @ParameterizedTest
    @MethodSource("characters")
    void is_the_rendered_one_whatever_stands_in_it(int character) {
        String odd = Character.toString(character);
        for (String url :
                List.of(
                        "http://h.test/a" + odd + "b",
                        "http://h.test/a?x=a" + odd + "b&y",
                        "http://h.test/%" + odd + "?%" + odd + "=1")) {
            String rendered =
                    UrlTemplate.parse(SecretText.plain(url), Parameters.of(List.of()))
                                            .then(
                                                    template ->
                                                            template.render(
                                                                    Arguments.none(), Map.of()))
                                    instanceof Checked.Valid<SecretText>(SecretText text)
                            ? text.reveal()
                            : "";

            assertThat(HttpUrl.get(rendered).toString()).isEqualTo(rendered);
        }
    }
}
