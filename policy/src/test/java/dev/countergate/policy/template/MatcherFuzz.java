package dev.countergate.policy.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.template.TemplateFuzz.Input;

/** Alertmanager's matchers: a value changes the value alone, and what a matcher writes is read as the same matcher. */
public final class MatcherFuzz {
    private MatcherFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        Input input = Input.of(bytes);
        TemplateFuzz.valid(MatcherTemplate.parse(input.template(), Try.DECLARED))
                .ifPresent(template -> check(template, input.value()));
    }

    private static void check(MatcherTemplate template, String value) {
        TemplateFuzz.arguments(value)
                .flatMap(given -> TemplateFuzz.valid(template.render(given)))
                .ifPresent(matcher -> checkRendered(template, matcher));
    }

    private static void checkRendered(MatcherTemplate template, Matcher matcher) {
        assertThat(matcher.name()).matches("[A-Za-z_:][A-Za-z0-9_:]*");
        TemplateFuzz.arguments("v")
                .flatMap(given -> TemplateFuzz.valid(template.render(given)))
                .ifPresent(
                        plain -> {
                            assertThat(matcher.name()).isEqualTo(plain.name());
                            assertThat(matcher.isRegex()).isEqualTo(plain.isRegex());
                            assertThat(matcher.isEqual()).isEqualTo(plain.isEqual());
                        });
        // A value that looks like a placeholder would be one in a catalogue.
        if (matcher.value().indexOf('{') < 0) {
            assertThat(
                            TemplateFuzz.valid(MatcherTemplate.parse(matcher.text(), Try.DECLARED))
                                    .flatMap(
                                            again ->
                                                    TemplateFuzz.arguments("v")
                                                            .flatMap(
                                                                    given ->
                                                                            TemplateFuzz.valid(
                                                                                    again.render(
                                                                                            given)))))
                    .contains(matcher);
        }
    }
}
