package dev.countergate.policy.template;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.ParameterType;
import dev.countergate.policy.parameter.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A text in some {@link Language} with placeholders, each known to stand where its value can be made safe. Immutable
 * and safe for use by many threads.
 */
public final class Template {
    private final Language language;
    private final Set<String> parameters;
    private final Form form;
    private final @Nullable Parameter only;

    private Template(
            Language language, Set<String> parameters, Form form, @Nullable Parameter only) {
        this.language = language;
        this.parameters = Set.copyOf(parameters);
        this.form = form;
        this.only = only;
    }

    /**
     * Parses {@code text}: every placeholder must name a declared parameter and stand where the language has a rule for
     * it. Placeholders are {@code {name}}; {@code {{.x}}}, {@code {{x}}}, {@code ${x}}, {@code {8}} and {@code { x}} are
     * text.
     *
     * @return the template, or every misplaced placeholder, the faults' subjects naming the parameters
     */
    public static Checked<Template> parse(Language language, String text, Parameters declared) {
        List<Fault> faults = new ArrayList<>();
        HoledText holed = HoledText.parse(text, declared, faults);
        if (!faults.isEmpty()) {
            return Checked.invalid(faults);
        }
        Form form =
                switch (language) {
                    case PROMQL -> QueryTemplate.of(false, holed, faults);
                    case LOGQL -> QueryTemplate.of(true, holed, faults);
                    case SHELL -> ShellTemplate.of(holed, faults);
                    case LABEL_NAME, METRIC_NAME, DURATION, TIME, INTEGER, TEXT, SSM_TEXT ->
                            PlainTemplate.of(language, holed, faults);
                };
        Parameter only =
                holed.length() == 1 && holed.holes().size() == 1
                        ? holed.holes().getFirst().parameter()
                        : null;
        return faults.isEmpty()
                ? Checked.valid(new Template(language, holed.parameters(), form, only))
                : Checked.invalid(faults);
    }

    /** The language it is written in. */
    public Language language() {
        return language;
    }

    /** The names of the parameters its placeholders stand for. */
    public Set<String> parameters() {
        return parameters;
    }

    /**
     * Whether it is nothing but a placeholder of a parameter that a call may leave out: fit only where the whole text
     * may be left out with it.
     */
    public boolean mayBeAbsent() {
        return only != null && !Placing.isAlwaysThere(only);
    }

    /** Whether it is nothing but a placeholder of an array: fit only where several texts may stand. */
    public boolean isMany() {
        return only != null && only.type() == ParameterType.ARRAY;
    }

    /** Whether {@code arguments} leave it out; see {@link #mayBeAbsent()}. */
    public boolean isAbsent(Arguments arguments) {
        return only != null && new Filling(arguments).value(only) == null;
    }

    /** The text with every placeholder's value put in, of the template's own shape. */
    public Checked<String> render(Arguments arguments) {
        Filling filling = new Filling(arguments);
        return filling.outcome(form.render(filling));
    }

    /**
     * The texts of {@code templates} in order; one that is nothing but a placeholder of an array parameter gives one text
     * for each of its items, and one that is absent gives none.
     */
    public static Checked<List<String>> renderAll(List<Template> templates, Arguments arguments) {
        Filling filling = new Filling(arguments);
        List<String> texts = new ArrayList<>();
        for (Template template : templates) {
            Parameter only = template.only;
            if (only != null && template.isMany() && !template.isAbsent(arguments)) {
                texts.addAll(template.form.renderAll(only, filling));
            } else if (!template.isAbsent(arguments)) {
                texts.add(template.form.render(filling));
            }
        }
        return filling.outcome(List.copyOf(texts));
    }
}
