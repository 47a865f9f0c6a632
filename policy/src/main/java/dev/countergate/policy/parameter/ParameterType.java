package dev.countergate.policy.parameter;

import java.util.Locale;

/** The JSON type a parameter's value must have; the names are JSON Schema's. */
public enum ParameterType {
    STRING,
    NUMBER,
    INTEGER,
    BOOLEAN,
    ARRAY,
    OBJECT;

    /** The name in JSON Schema and in a catalogue, such as {@code string}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
