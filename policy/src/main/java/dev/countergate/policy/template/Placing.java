package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Parameter;
import java.util.List;

/** What every position demands of a parameter. */
final class Placing {
    private Placing() {}

    /** Whether a call always has a value for it. */
    static boolean isAlwaysThere(Parameter parameter) {
        return parameter.required() || parameter.defaultValue() != null;
    }

    static void requireAlwaysThere(Parameter parameter, List<Fault> faults) {
        if (!isAlwaysThere(parameter)) {
            faults.add(
                    new Fault(
                            parameter.name(),
                            "may be missing, and nothing can stand here in its place",
                            "make it required or give it a default"));
        }
    }
}
