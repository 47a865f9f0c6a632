package dev.countergate.policy.parameter;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The schema an agent sees: mcp-http-tools' own members as it writes them, and ours only where a parameter uses them. */
final class InputSchema {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private InputSchema() {}

    static ObjectNode of(List<Parameter> parameters) {
        ObjectNode properties = JSON.objectNode();
        ArrayNode required = JSON.arrayNode();
        for (Parameter parameter : parameters) {
            properties.set(parameter.name(), property(parameter));
            if (parameter.required()) {
                required.add(parameter.name());
            }
        }
        ObjectNode schema = JSON.objectNode();
        schema.put("type", "object");
        schema.set("properties", properties);
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        schema.put("additionalProperties", false);
        return schema;
    }

    private static ObjectNode property(Parameter parameter) {
        ObjectNode property = JSON.objectNode();
        property.put("type", parameter.type().word());
        String description = description(parameter);
        if (!description.isEmpty()) {
            property.put("description", description);
        }
        if (!parameter.allowed().isEmpty()) {
            ArrayNode allowed = property.putArray("enum");
            parameter.allowed().forEach(allowed::add);
        }
        JsonNode standIn = parameter.defaultValue();
        if (standIn != null) {
            property.set("default", standIn);
        }
        String pattern = pattern(parameter);
        if (parameter.type() == ParameterType.ARRAY
                && (parameter.pattern() != null || parameter.format() != null)) {
            ObjectNode items = property.putObject("items");
            items.put("type", "string");
            describeText(items, parameter, pattern);
        } else {
            describeText(property, parameter, pattern);
        }
        if (isNumeric(parameter)) {
            if (parameter.minimum() != null) {
                property.put("minimum", new BigDecimal(parameter.minimum()));
            }
            if (parameter.maximum() != null) {
                property.put("maximum", new BigDecimal(parameter.maximum()));
            }
        }
        return property;
    }

    private static void describeText(
            ObjectNode text, Parameter parameter, @Nullable String pattern) {
        if (pattern != null) {
            text.put("pattern", pattern);
        }
        if (parameter.format() == Format.REGEX) {
            text.put("maxLength", RegexSize.LENGTH_MAX);
        }
    }

    private static boolean isNumeric(Parameter parameter) {
        return parameter.type() == ParameterType.NUMBER
                || parameter.type() == ParameterType.INTEGER;
    }

    /** An expression for clients that check arguments themselves; null where they would misread it. */
    private static @Nullable String pattern(Parameter parameter) {
        String pattern = parameter.pattern();
        if (pattern == null) {
            return parameter.format() == null ? null : parameter.format().advertisedPattern();
        }
        return PortablePattern.isPortable(pattern) ? "^(?:" + pattern + ")$" : null;
    }

    private static String description(Parameter parameter) {
        List<String> sentences = new ArrayList<>();
        if (!parameter.description().isEmpty()) {
            sentences.add(parameter.description());
        }
        Format format = parameter.format();
        if (format != null) {
            String among =
                    format == Format.PATH
                            ? " below "
                                    + parameter.within().stream()
                                            .collect(Collectors.joining(" or "))
                            : "";
            sentences.add("Must be " + format.meaning() + among + "; " + format.example() + ".");
            if (format == Format.REGEX) {
                sentences.add(
                        "At most "
                                + RegexSize.LENGTH_MAX
                                + " characters, and "
                                + RegexSize.EXPANDED_MAX
                                + " with counted repetitions written out.");
            }
        }
        String pattern = parameter.pattern();
        if (pattern != null && !PortablePattern.isPortable(pattern)) {
            sentences.add("Must as a whole match the RE2 expression " + pattern + " .");
        }
        if (!isNumeric(parameter)) {
            if (parameter.minimum() != null) {
                sentences.add("At least " + parameter.minimum() + ".");
            }
            if (parameter.maximum() != null) {
                sentences.add("At most " + parameter.maximum() + ".");
            }
        }
        return String.join(" ", sentences);
    }
}
