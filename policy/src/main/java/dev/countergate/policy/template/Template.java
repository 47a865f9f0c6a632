package dev.countergate.policy.template;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.Parameters;
import java.util.List;
import java.util.Set;

/** A text in some {@link Language} with placeholders, each known to stand where its value can be made safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class Template {
    private Template() {}

    /**
     * Parses {@code text}: every placeholder must name a declared parameter and stand where the language has a rule for
     * it. Placeholders are {@code {name}}; {@code {{.x}}}, {@code {8}} and {@code { x}} are text.
     */
    public static Checked<Template> parse(Language language, String text, Parameters declared) {
        throw dev.countergate.policy.call.Unwritten.yet();
    }

    /** The names of the parameters its placeholders stand for. */
    public Set<String> parameters() {
        throw dev.countergate.policy.call.Unwritten.yet();
    }

    /** The text with every placeholder's value put in, of the template's own shape. */
    public Checked<String> render(Arguments arguments) {
        throw dev.countergate.policy.call.Unwritten.yet();
    }

    /**
     * The texts of {@code templates} in order; one that is nothing but a placeholder of an array parameter gives one text
     * for each of its items.
     */
    public static Checked<List<String>> renderAll(List<Template> templates, Arguments arguments) {
        throw dev.countergate.policy.call.Unwritten.yet();
    }
}
