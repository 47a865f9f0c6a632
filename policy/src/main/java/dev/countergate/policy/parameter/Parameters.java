package dev.countergate.policy.parameter;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.NearestWord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

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
     * Binds a call's arguments: every undeclared, missing and unfitting one is a fault, all told at once; defaults stand
     * in for what is not given. JSON null stands for "not given" said aloud: an optional parameter takes it, and it is
     * kept, because a {@code url} tool sends it as null.
     *
     * @param arguments the call's {@code arguments} member; an absent one is an empty object
     */
    public Checked<Arguments> bind(JsonNode arguments) {
        if (!(arguments.isObject() || arguments.isNull() || arguments.isMissingNode())) {
            return Checked.invalid(new Fault("arguments", "must be an object"));
        }
        List<Fault> faults = new ArrayList<>();
        for (String name : arguments.propertyNames()) {
            if (!byName.containsKey(name)) {
                faults.add(
                        new Fault(
                                Unicode.shown(name),
                                "is not a parameter of this tool",
                                choices(name)));
            }
        }
        Map<String, JsonNode> values = new LinkedHashMap<>();
        for (ValueCheck check : checks) {
            Parameter parameter = check.parameter();
            JsonNode given = arguments.get(parameter.name());
            JsonNode standIn = parameter.defaultValue();
            if (given != null) {
                faults.addAll(check.faults(given));
                values.put(parameter.name(), given);
            } else if (standIn != null) {
                values.put(parameter.name(), standIn);
            } else if (parameter.required()) {
                faults.add(
                        new Fault(
                                parameter.name(),
                                "is required",
                                "give it, " + parameter.type().withArticle()));
            }
        }
        if (faults.isEmpty()) {
            Arguments bound = Arguments.of(values);
            long bytes = Unicode.utf8Bytes(JsonText.compact(arguments));
            if (bytes <= CALL_BYTES_MAX) {
                return Checked.valid(bound);
            }
            faults.add(
                    new Fault(
                            "arguments",
                            "weigh " + bytes + " bytes together; the limit is " + CALL_BYTES_MAX,
                            "send less"));
        }
        return Checked.invalid(faults);
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
