package dev.countergate.policy.parameter;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.NearestWord;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The parameters a tool declares, in order, names distinct. Immutable. */
public final class Parameters {
    /** The most all arguments of one call may weigh, as compact JSON. */
    static final int CALL_BYTES_MAX = 64 << 10;

    private final Map<String, Parameter> byName;
    private final List<ValueCheck> checks;

    private Parameters(Map<String, Parameter> byName) {
        this.byName = byName;
        this.checks = byName.values().stream().map(ValueCheck::new).toList();
    }

    /** These parameters, names distinct. */
    public static Parameters of(List<Parameter> parameters) {
        Map<String, Parameter> byName = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            if (byName.put(parameter.name(), parameter) != null) {
                throw new IllegalArgumentException("declared twice: `" + parameter.name() + "`");
            }
        }
        return new Parameters(Collections.unmodifiableMap(byName));
    }

    /** The parameter of that name. */
    public Optional<Parameter> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The names in the order of declaration. */
    public Set<String> names() {
        return byName.keySet();
    }

    /** The parameters in the order of declaration. */
    public List<Parameter> list() {
        return List.copyOf(byName.values());
    }

    /**
     * Binds a call's arguments: undeclared, missing and unfitting ones are faults, told all at once, of very many the first;
     * defaults stand in for what is not given. JSON null stands for "not given" said aloud: an optional parameter takes
     * it, and it is kept, because a {@code url} tool sends it as null.
     *
     * @param arguments the call's {@code arguments} member; an absent one is an empty object
     */
    public Checked<Arguments> bind(JsonNode arguments) {
        if (!(arguments.isObject() || arguments.isNull() || arguments.isMissingNode())) {
            return Checked.invalid(new Fault("arguments", "must be an object"));
        }
        Faults faults = new Faults();
        tellUndeclared(arguments, faults);
        ObjectNode sound = sound(arguments, faults);
        // Patterns and formats cost more than counting, so they meet nothing that is too heavy.
        boolean isLight = isLight(sound, faults);
        Map<String, JsonNode> values = new LinkedHashMap<>();
        for (ValueCheck check : checks) {
            Parameter parameter = check.parameter();
            String name = parameter.name();
            JsonNode given = sound.get(name);
            JsonNode standIn = parameter.defaultValue();
            if (given != null) {
                if (isLight) {
                    check.check(given, faults);
                }
                values.put(name, given);
            } else if (standIn != null) {
                values.put(name, standIn);
            } else if (parameter.required() && !arguments.has(name)) {
                faults.add(name, "is required", "give it, " + parameter.type().withArticle());
            }
        }
        return faults.isEmpty()
                ? Checked.valid(Arguments.of(values))
                : Checked.invalid(faults.list());
    }

    private void tellUndeclared(JsonNode arguments, Faults faults) {
        for (String name : arguments.propertyNames()) {
            if (!byName.containsKey(name)) {
                faults.add(
                        Unicode.shown(name),
                        "is not a parameter of this tool",
                        faults.hasRoom() ? choices(name) : "");
            }
        }
    }

    private ObjectNode sound(JsonNode arguments, Faults faults) {
        ObjectNode sound = JsonNodeFactory.instance.objectNode();
        for (ValueCheck check : checks) {
            String name = check.parameter().name();
            JsonNode given = arguments.get(name);
            if (given != null && check.isSound(given, faults)) {
                sound.set(name, given);
            }
        }
        return sound;
    }

    private static boolean isLight(JsonNode sound, Faults faults) {
        long bytes = Unicode.utf8Bytes(JsonText.compact(sound));
        if (bytes > CALL_BYTES_MAX) {
            faults.add(
                    "arguments",
                    "weigh " + bytes + " bytes together; the limit is " + CALL_BYTES_MAX,
                    "send less");
        }
        return bytes <= CALL_BYTES_MAX;
    }

    private String choices(String wanted) {
        return byName.isEmpty()
                ? "it takes none"
                : "it takes "
                        + byName.keySet().stream()
                                .map(name -> "`" + name + "`")
                                .collect(Collectors.joining(", "))
                        + NearestWord.question(wanted, byName.keySet());
    }

    /** The JSON Schema (2020-12) an agent sees: an object of these properties and no others. */
    public JsonNode inputSchema() {
        return InputSchema.of(list());
    }
}
