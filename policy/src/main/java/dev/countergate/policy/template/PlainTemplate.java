package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.ParameterType;
import dev.countergate.policy.parameter.PrometheusDuration;
import dev.countergate.policy.parameter.PrometheusName;
import dev.countergate.policy.parameter.TimeText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A text that is one value through and through: a name, a duration, a time, a number, or text without syntax. */
final class PlainTemplate implements Form {
    private final Language language;
    private final List<Part> parts;

    private PlainTemplate(Language language, List<Part> parts) {
        this.language = language;
        this.parts = parts;
    }

    static PlainTemplate of(Language language, HoledText text, List<Fault> faults) {
        List<Part> parts = text.parts();
        boolean isAlone = parts.size() == 1;
        for (HoledText.Hole hole : text.holes()) {
            Parameter parameter = hole.parameter();
            boolean isMany = parameter.type() == ParameterType.ARRAY;
            if (parameter.type() == ParameterType.OBJECT
                    || (isMany && !(isAlone && isFree(language)))) {
                faults.add(
                        new Fault(
                                parameter.name(),
                                "cannot stand here: it is " + parameter.type().word(),
                                "declare a string, number or boolean"));
            }
            if (!isAlone) {
                Placing.requireAlwaysThere(parameter, faults);
            }
        }
        if (text.holes().isEmpty()) {
            String problem = problem(language, text.text(0, text.length()));
            if (problem != null) {
                faults.add(new Fault("", problem));
            }
        }
        return new PlainTemplate(language, parts);
    }

    @Override
    public String render(Filling filling) {
        StringBuilder text = new StringBuilder();
        Parameter last = null;
        for (Part part : parts) {
            switch (part) {
                case Part.Literal(String literal) -> text.append(literal);
                case Part.Value(Parameter parameter) -> {
                    text.append(sound(parameter, filling.text(parameter), filling));
                    last = parameter;
                }
            }
        }
        return last == null ? text.toString() : judge(last, text.toString(), filling);
    }

    @Override
    public List<String> renderAll(Parameter parameter, Filling filling) {
        return filling.texts(parameter).stream()
                .map(text -> judge(parameter, sound(parameter, text, filling), filling))
                .toList();
    }

    private String judge(Parameter parameter, String text, Filling filling) {
        if (filling.hasFaults()) {
            return text;
        }
        String problem = problem(language, text);
        if (problem == null && language == Language.SSM_TEXT && opensReference(text)) {
            problem = "makes a `{{` with the text beside it, which Systems Manager would resolve";
        }
        return problem == null ? text : filling.refuse(parameter, problem, "");
    }

    private String sound(Parameter parameter, String value, Filling filling) {
        return language == Language.SSM_TEXT ? SsmValue.sound(parameter, value, filling) : value;
    }

    /** Whether {@code text} opens more double braces than the template's own text does. */
    private boolean opensReference(String text) {
        int own = 0;
        for (Part part : parts) {
            if (part instanceof Part.Literal(String literal)) {
                own += SsmValue.references(literal);
            }
        }
        return SsmValue.references(text) > own;
    }

    private static boolean isFree(Language language) {
        return language == Language.TEXT || language == Language.SSM_TEXT;
    }

    private static @Nullable String problem(Language language, String text) {
        return switch (language) {
            case LABEL_NAME ->
                    PrometheusName.isLabel(text) ? null : "is not a label name, such as `job`";
            case METRIC_NAME ->
                    PrometheusName.isMetric(text) ? null : "is not a metric name, such as `up`";
            case DURATION ->
                    PrometheusDuration.parse(text).isPresent()
                            ? null
                            : "is not a duration, such as `1h30m`";
            case TIME ->
                    TimeText.parse(text).isPresent()
                            ? null
                            : "is not a time, such as `2026-01-31T12:00:00Z` or seconds since the epoch";
            case INTEGER ->
                    text.matches("-?[0-9]{1,9}")
                            ? null
                            : "is not a whole number of at most 9 digits";
            case TEXT, SSM_TEXT, PROMQL, LOGQL, SHELL -> null;
        };
    }
}
