package dev.countergate.policy.template;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Arguments;
import dev.countergate.policy.parameter.JsonText;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON tree whose leaves may hold placeholders; a leaf that is nothing but one keeps its value's JSON type. Values
 * are put into the tree, not into text, so that its shape is its own whatever they are.
 */
public final class BodyTemplate {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Branch root;
    private final Set<String> parameters;

    /** A place in the tree. */
    private sealed interface Branch {
        /** A value without placeholders. */
        record Fixed(JsonNode value) implements Branch {}

        /** A leaf that is nothing but a placeholder. */
        record Whole(Parameter parameter) implements Branch {}

        /** A text with placeholders in it. */
        record Mixed(List<Part> parts) implements Branch {}

        /** An array. */
        record Items(List<Branch> items) implements Branch {}

        /** An object. */
        record Members(Map<String, Branch> members) implements Branch {}
    }

    private BodyTemplate(Branch root, Set<String> parameters) {
        this.root = root;
        this.parameters = Set.copyOf(parameters);
    }

    /** Parses a tree; member names are text, never placeholders. */
    public static Checked<BodyTemplate> parse(JsonNode tree, Parameters declared) {
        List<Fault> faults = new ArrayList<>();
        Set<String> parameters = new LinkedHashSet<>();
        Branch root = branch(tree, declared, parameters, faults);
        return faults.isEmpty()
                ? Checked.valid(new BodyTemplate(root, parameters))
                : Checked.invalid(faults);
    }

    private static Branch branch(
            JsonNode node, Parameters declared, Set<String> parameters, List<Fault> faults) {
        if (node.isObject()) {
            Map<String, Branch> members = new LinkedHashMap<>();
            node.properties()
                    .forEach(
                            member ->
                                    members.put(
                                            member.getKey(),
                                            branch(
                                                    member.getValue(),
                                                    declared,
                                                    parameters,
                                                    faults)));
            return new Branch.Members(members);
        }
        if (node.isArray()) {
            List<Branch> items = new ArrayList<>();
            node.forEach(item -> items.add(branch(item, declared, parameters, faults)));
            return new Branch.Items(items);
        }
        return node.isString() ? leaf(node, declared, parameters, faults) : new Branch.Fixed(node);
    }

    private static Branch leaf(
            JsonNode node, Parameters declared, Set<String> parameters, List<Fault> faults) {
        HoledText text = HoledText.parse(node.stringValue(), declared, faults);
        parameters.addAll(text.parameters());
        List<Part> parts = text.parts();
        if (text.holes().isEmpty()) {
            return new Branch.Fixed(node);
        }
        if (parts.size() == 1) {
            return new Branch.Whole(text.holes().getFirst().parameter());
        }
        text.holes().forEach(hole -> Placing.requireAlwaysThere(hole.parameter(), faults));
        return new Branch.Mixed(parts);
    }

    /** The names of the parameters its placeholders stand for. */
    public Set<String> parameters() {
        return parameters;
    }

    /**
     * The tree with its values put in; a member or item whose whole value is an absent optional is left out, one given as
     * null is null.
     */
    public Checked<JsonNode> render(Arguments arguments) {
        JsonNode tree = grow(root, arguments);
        return Checked.valid(tree == null ? JSON.nullNode() : tree);
    }

    /** The value of a branch; null where it is left out. */
    private static @Nullable JsonNode grow(Branch branch, Arguments arguments) {
        return switch (branch) {
            case Branch.Fixed(JsonNode value) -> value;
            case Branch.Whole(Parameter parameter) ->
                    arguments.value(parameter.name()).orElse(parameter.defaultValue());
            case Branch.Mixed(List<Part> parts) -> JSON.stringNode(text(parts, arguments));
            case Branch.Items(List<Branch> items) -> {
                ArrayNode array = JSON.arrayNode();
                for (Branch item : items) {
                    JsonNode value = grow(item, arguments);
                    if (value != null) {
                        array.add(value);
                    }
                }
                yield array;
            }
            case Branch.Members(Map<String, Branch> members) -> {
                ObjectNode object = JSON.objectNode();
                members.forEach(
                        (name, member) -> {
                            JsonNode value = grow(member, arguments);
                            if (value != null) {
                                object.set(name, value);
                            }
                        });
                yield object;
            }
        };
    }

    private static String text(List<Part> parts, Arguments arguments) {
        Filling filling = new Filling(arguments);
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            switch (part) {
                case Part.Literal(String literal) -> text.append(literal);
                case Part.Value(Parameter parameter) -> {
                    JsonNode value = filling.value(parameter);
                    text.append(value == null ? "" : JsonText.plain(value));
                }
            }
        }
        return text.toString();
    }
}
