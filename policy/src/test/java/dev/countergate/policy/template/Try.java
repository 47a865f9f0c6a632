package dev.countergate.policy.template;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.DeclaredParameter;
import dev.countergate.policy.parameter.Format;
import dev.countergate.policy.parameter.ParameterType;
import dev.countergate.policy.parameter.Parameters;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Parses and renders in one line, over a set of parameters of every sort. */
@NullMarked
final class Try {
    private static final JsonMapper JSON = new JsonMapper();

    static final Parameters DECLARED =
            Parameters.of(
                    List.of(
                            DeclaredParameter.named("x").required().build(),
                            DeclaredParameter.named("y").required().build(),
                            DeclaredParameter.named("opt").build(),
                            DeclaredParameter.named("dflt").byDefault(json("'d'")).build(),
                            DeclaredParameter.named("many")
                                    .type(ParameterType.ARRAY)
                                    .required()
                                    .build(),
                            DeclaredParameter.named("obj")
                                    .type(ParameterType.OBJECT)
                                    .required()
                                    .build(),
                            DeclaredParameter.named("num")
                                    .type(ParameterType.NUMBER)
                                    .required()
                                    .build(),
                            DeclaredParameter.named("flag")
                                    .type(ParameterType.BOOLEAN)
                                    .required()
                                    .build(),
                            DeclaredParameter.named("re").format(Format.REGEX).required().build(),
                            DeclaredParameter.named("dur")
                                    .format(Format.DURATION)
                                    .required()
                                    .build(),
                            DeclaredParameter.named("when").format(Format.TIME).required().build(),
                            DeclaredParameter.named("net").format(Format.CIDR).required().build(),
                            DeclaredParameter.named("prom")
                                    .format(Format.PROMQL)
                                    .required()
                                    .build(),
                            DeclaredParameter.named("log").format(Format.LOGQL).required().build(),
                            DeclaredParameter.named("label")
                                    .format(Format.LABEL_NAME)
                                    .required()
                                    .build(),
                            DeclaredParameter.named("metric")
                                    .format(Format.METRIC_NAME)
                                    .required()
                                    .build(),
                            DeclaredParameter.named("path")
                                    .format(Format.PATH)
                                    .within("/var/log")
                                    .required()
                                    .build(),
                            DeclaredParameter.named("word").pattern("[a-z.]+").required().build(),
                            DeclaredParameter.named("any").pattern("(?s).*").required().build(),
                            DeclaredParameter.named("words")
                                    .type(ParameterType.ARRAY)
                                    .pattern("(?s).*")
                                    .required()
                                    .build(),
                            DeclaredParameter.named("enum")
                                    .allowed(json("'a'"), json("'b'"))
                                    .required()
                                    .build()));

    private Try() {}

    static JsonNode json(String text) {
        return JSON.readTree(text.replace("\"", "\\\"").replace('\'', '"'));
    }

    /** {@code text} rendered with {@code arguments}, or {@code parse:} or {@code render:} and the faults' problems. */
    static String render(Language language, String text, String arguments) {
        return switch (Template.parse(language, text, DECLARED)) {
            case Checked.Invalid<Template>(List<Fault> faults) -> "parse: " + told(faults);
            case Checked.Valid<Template>(Template template) -> render(template, arguments);
        };
    }

    private static String render(Template template, String arguments) {
        java.util.Map<String, JsonNode> values = new java.util.LinkedHashMap<>();
        json(arguments)
                .properties()
                .forEach(member -> values.put(member.getKey(), member.getValue()));
        return switch (template.render(Arguments.of(values))) {
            case Checked.Invalid<String>(List<Fault> faults) -> "render: " + told(faults);
            case Checked.Valid<String>(String rendered) -> rendered;
        };
    }

    private static String told(List<Fault> faults) {
        return faults.stream().map(Fault::problem).distinct().collect(Collectors.joining("; "));
    }
}
