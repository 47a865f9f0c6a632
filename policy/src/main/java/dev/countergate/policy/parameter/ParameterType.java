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

    /** The name in a sentence: {@code a string}, {@code an integer}. */
    String withArticle() {
        return switch (this) {
            case STRING, NUMBER, BOOLEAN -> "a " + word();
            case INTEGER, ARRAY, OBJECT -> "an " + word();
        };
    }
}
