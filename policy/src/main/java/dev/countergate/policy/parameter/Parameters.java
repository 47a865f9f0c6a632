package dev.countergate.policy.parameter;

import dev.countergate.policy.call.Checked;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The parameters a tool declares, in order, names distinct. Immutable. */
@SuppressWarnings("DoNotCallSuggester")
public final class Parameters {
    private final Map<String, Parameter> byName;

    private Parameters(Map<String, Parameter> byName) {
        this.byName = byName;
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
     * in for what is not given.
     *
     * @param arguments the call's {@code arguments} member; an absent one is an empty object
     */
    public Checked<Arguments> bind(JsonNode arguments) {
        throw dev.countergate.policy.call.Unwritten.yet();
    }

    /** The JSON Schema (2020-12) an agent sees: an object of these properties and no others. */
    public JsonNode inputSchema() {
        throw dev.countergate.policy.call.Unwritten.yet();
    }
}
