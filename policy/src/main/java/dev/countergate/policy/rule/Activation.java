package dev.countergate.policy.rule;

import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelAttribute.Qualifier;
import dev.cel.runtime.CelAttributePattern;
import dev.cel.runtime.PartialVars;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.Tool;
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
        Map<String, Object> arguments = nullArguments(vocabulary);
        situation.arguments().asMap().forEach((name, value) -> arguments.put(name, value(value)));
        String person = situation.person();
        return Map.of(
                "tool", tool(situation.tool(), vocabulary),
                "args", arguments,
                "request", request(situation.facts()),
                "principal",
                        Map.of(
                                "id",
                                situation.principal().value(),
                                "person",
                                person == null ? "" : person),
                "environment", situation.environment(),
                "now", situation.now());
    }

    /** What is known of every call of {@code tool}, and that the rest is not. */
    static PartialVars ofAny(Tool tool, Vocabulary vocabulary) {
        List<CelAttributePattern> unknown = new ArrayList<>();
        unknown.add(CelAttributePattern.create("principal"));
        unknown.add(CelAttributePattern.create("environment"));
        unknown.add(CelAttributePattern.create("now"));
        tool.parameters().names().forEach(name -> unknown.add(member("args", name)));
        Facts.varying(tool.action()).forEach(name -> unknown.add(member("request", name)));
        return PartialVars.of(
                Map.of(
                        "tool", tool(tool, vocabulary),
                        "args", nullArguments(vocabulary),
                        "request", request(Facts.plain(Facts.kind(tool.action())))),
                unknown.toArray(CelAttributePattern[]::new));
    }

    private static CelAttributePattern member(String variable, String name) {
        return CelAttributePattern.create(variable).qualify(Qualifier.ofString(name));
    }

    private static Map<String, Object> nullArguments(Vocabulary vocabulary) {
        Map<String, Object> arguments = new HashMap<>();
        vocabulary.parameters().forEach(name -> arguments.put(name, NullValue.NULL_VALUE));
        return arguments;
    }

    private static Map<String, Object> tool(Tool tool, Vocabulary vocabulary) {
        Guard guard = tool.guard();
        Map<String, Object> labels = new HashMap<>();
        vocabulary.labels().forEach(label -> labels.put(label, ""));
        labels.putAll(guard.labels());
        return Map.of(
                "name", tool.name().value(),
                "effect", tool.effect().word(),
                "risk", guard.risk().name().toLowerCase(Locale.ROOT),
                "reversible", Boolean.TRUE.equals(guard.reversible()),
                "labels", labels);
    }

    private static Map<String, Object> request(Facts facts) {
        return Map.of(
                "kind", facts.kind(),
                "method", facts.method(),
                "host", facts.host(),
                "path", facts.path(),
                "document", facts.document(),
                "targets", facts.targets());
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
