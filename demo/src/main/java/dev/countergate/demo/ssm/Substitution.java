package dev.countergate.demo.ssm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Fills {@code {{ name }}} in a document's inputs, and {@code {{ssm:path}}} in the values of parameters. */
final class Substitution {
    private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*([A-Za-z0-9_.:/-]+)\\s*}}");

    private Substitution() {}

    /** An input's lines: a text that is one list parameter alone becomes that parameter's values. */
    static List<String> lines(JsonNode input, Map<String, List<String>> parameters) {
        List<String> lines = new ArrayList<>();
        if (input.isArray()) {
            input.forEach(member -> lines.addAll(lines(member, parameters)));
            return lines;
        }
        String text = input.asString("");
        Matcher alone = PLACE.matcher(text.strip());
        List<String> values = alone.matches() ? parameters.get(alone.group(1)) : null;
        return values != null ? values : List.of(text(text, parameters));
    }

    static String text(String template, Map<String, List<String>> parameters) {
        return fill(
                template,
                name ->
                        Optional.ofNullable(parameters.get(name))
                                .map(values -> String.join(",", values)));
    }

    /** The service resolves references to its parameter store inside parameter values before anything runs. */
    static String parameterReferences(String value, Function<String, String> read) {
        return fill(
                value,
                name ->
                        name.startsWith("ssm:")
                                ? Optional.of(read.apply(name.substring("ssm:".length())))
                                : Optional.empty());
    }

    private static String fill(String template, Function<String, Optional<String>> value) {
        return PLACE.matcher(template)
                .replaceAll(
                        match ->
                                Matcher.quoteReplacement(
                                        value.apply(match.group(1)).orElse(match.group())));
    }
}
