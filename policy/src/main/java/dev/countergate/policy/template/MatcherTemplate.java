package dev.countergate.policy.template;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.Parameters;
import java.util.Set;

/** An Alertmanager matcher, such as {@code alertname="{alertname}"}, whose value may hold placeholders. */
@SuppressWarnings("DoNotCallSuggester")
public final class MatcherTemplate {
    private MatcherTemplate() {}

    /** Parses a matcher: a label name, one of {@code = != =~ !~}, a value in double quotes or bare. */
    public static Checked<MatcherTemplate> parse(String text, Parameters declared) {
        throw dev.countergate.policy.call.Unwritten.yet();
    }

    /** The names of the parameters its placeholders stand for. */
    public Set<String> parameters() {
        throw dev.countergate.policy.call.Unwritten.yet();
    }

    /** The matcher with its values put in. */
    public Checked<Matcher> render(Arguments arguments) {
        throw dev.countergate.policy.call.Unwritten.yet();
    }
}
