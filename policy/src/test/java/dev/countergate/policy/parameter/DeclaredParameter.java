package dev.countergate.policy.parameter;

import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Builds parameters for tests, which seldom care about more than two of their components. */
@NullMarked
public final class DeclaredParameter {
    private final String name;
    private String description = "";
    private ParameterType type = ParameterType.STRING;
    private List<JsonNode> allowed = List.of();
    private boolean required;
    private @Nullable JsonNode byDefault;
    private @Nullable String pattern;
    private @Nullable Format format;
    private @Nullable String minimum;
    private @Nullable String maximum;
    private List<String> within = List.of();

    private DeclaredParameter(String name) {
        this.name = name;
    }

    public static DeclaredParameter named(String name) {
        return new DeclaredParameter(name);
    }

    public DeclaredParameter describedAs(String text) {
        description = text;
        return this;
    }

    public DeclaredParameter type(ParameterType type) {
        this.type = type;
        return this;
    }

    public DeclaredParameter allowed(JsonNode... values) {
        allowed = List.of(values);
        return this;
    }

    public DeclaredParameter required() {
        required = true;
        return this;
    }

    public DeclaredParameter byDefault(JsonNode value) {
        byDefault = value;
        return this;
    }

    public DeclaredParameter pattern(String expression) {
        pattern = expression;
        return this;
    }

    public DeclaredParameter format(Format format) {
        this.format = format;
        return this;
    }

    public DeclaredParameter minimum(String bound) {
        minimum = bound;
        return this;
    }

    public DeclaredParameter maximum(String bound) {
        maximum = bound;
        return this;
    }

    public DeclaredParameter within(String... folders) {
        within = List.of(folders);
        return this;
    }

    public Parameter build() {
        return new Parameter(
                name,
                description,
                type,
                allowed,
                required,
                byDefault,
                pattern,
                format,
                minimum,
                maximum,
                within);
    }
}
