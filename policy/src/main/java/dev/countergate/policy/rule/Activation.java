package dev.countergate.policy.rule;

import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What an expression sees: every declared name has a value in every situation. */
final class Activation {
    static final Map<String, CelType> RULE_VARIABLES =
            Map.of(
                    "tool", MapType.create(SimpleType.STRING, SimpleType.DYN),
                    "args", MapType.create(SimpleType.STRING, SimpleType.DYN),
                    "request", MapType.create(SimpleType.STRING, SimpleType.DYN),
                    "principal", MapType.create(SimpleType.STRING, SimpleType.DYN),
                    "environment", SimpleType.STRING,
                    "now", SimpleType.TIMESTAMP);

    private Activation() {}

    static Map<String, Object> of(Situation situation, Vocabulary vocabulary) {
        var guard = situation.tool().guard();
        Map<String, Object> labels = new HashMap<>();
        vocabulary.labels().forEach(label -> labels.put(label, ""));
        labels.putAll(guard.labels());
        Map<String, Object> arguments = new HashMap<>();
        vocabulary.parameters().forEach(name -> arguments.put(name, NullValue.NULL_VALUE));
        situation.arguments().asMap().forEach((name, value) -> arguments.put(name, value(value)));
        Facts facts = situation.facts();
        Map<String, Object> variables = new HashMap<>();
        variables.put(
                "tool",
                Map.of(
                        "name", situation.tool().name().value(),
                        "effect", situation.tool().effect().word(),
                        "risk", guard.risk().name().toLowerCase(Locale.ROOT),
                        "reversible", Boolean.TRUE.equals(guard.reversible()),
                        "labels", labels));
        variables.put("args", arguments);
        variables.put(
                "request",
                Map.of(
                        "kind", facts.kind(),
                        "method", facts.method(),
                        "host", facts.host(),
                        "path", facts.path(),
                        "document", facts.document(),
                        "targets", facts.targets()));
        String person = situation.person();
        variables.put(
                "principal",
                Map.of(
                        "id",
                        situation.principal().value(),
                        "person",
                        person == null ? "" : person));
        variables.put("environment", situation.environment());
        variables.put("now", situation.now());
        return variables;
    }

    /**
     * A JSON value as CEL has it. A number that is not finite does not enter: {@code NaN > 1} would be true.
     *
     * @throws IllegalArgumentException for such a number
     */
    static Object value(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> node.stringValue();
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> number(node);
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                node.forEach(item -> items.add(value(item)));
                yield items;
            }
            case OBJECT -> {
                Map<String, Object> members = new HashMap<>();
                node.properties()
                        .forEach(member -> members.put(member.getKey(), value(member.getValue())));
                yield members;
            }
            case NULL, MISSING, BINARY, POJO -> NullValue.NULL_VALUE;
        };
    }

    private static Object number(JsonNode node) {
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return node.longValue();
        }
        double value = node.doubleValue();
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("a number that is not finite");
        }
        return value;
    }
}
