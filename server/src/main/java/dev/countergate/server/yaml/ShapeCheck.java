package dev.countergate.server.yaml;

import dev.countergate.policy.call.NearestWord;
import dev.countergate.server.yaml.YamlValue.Entry;
import dev.countergate.server.yaml.YamlValue.Mapping;
import dev.countergate.server.yaml.YamlValue.Scalar;
import dev.countergate.server.yaml.YamlValue.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Holds values against their shape. What does not fit is reported and left out of the outcome, so that whoever reads that
 * finds only what fits, and reports nothing twice. Not thread safe.
 */
public final class ShapeCheck {
    private final Report report;
    private final boolean lenient;
    private final Map<String, Pattern> patterns = new HashMap<>();

    /**
     * A check.
     *
     * @param lenient whether unknown keys are warnings
     */
    public ShapeCheck(Report report, boolean lenient) {
        this.report = report;
        this.lenient = lenient;
    }

    /**
     * What of {@code value} fits {@code shape}.
     *
     * @param path the key it stands under, for reports
     */
    public Optional<YamlValue> check(YamlValue value, Shape shape, String path) {
        return switch (shape) {
            case Shape.Block block when value instanceof Mapping mapping ->
                    Optional.of(block(mapping, block, path));
            case Shape.MapOf map when value instanceof Mapping mapping ->
                    Optional.of(map(mapping, map, path));
            case Shape.ListOf list when value instanceof Sequence sequence ->
                    list(sequence, list, path);
            case Shape.Either either -> either(value, either, path);
            case Shape.Block block -> unfit(value, block, path);
            case Shape.MapOf map -> unfit(value, map, path);
            case Shape.ListOf list -> unfit(value, list, path);
            case Shape.Anything anything -> Optional.of(value);
            case Shape.Text text ->
                    fits(value, text) ? Optional.of(value) : unfit(value, text, path);
            case Shape.Whole whole ->
                    fits(value, whole) ? Optional.of(value) : unfit(value, whole, path);
            case Shape.Numeric number ->
                    fits(value, number) ? Optional.of(value) : unfit(value, number, path);
            case Shape.Flag flag ->
                    fits(value, flag) ? Optional.of(value) : unfit(value, flag, path);
            case Shape.True yes -> fits(value, yes) ? Optional.of(value) : unfit(value, yes, path);
            case Shape.Words words ->
                    fits(value, words) ? Optional.of(value) : unfit(value, words, path);
        };
    }

    private Optional<YamlValue> unfit(YamlValue value, Shape shape, String path) {
        String remedy =
                shape instanceof Shape.Words(List<String> words, boolean anyCase)
                                && value instanceof Scalar scalar
                        ? NearestWord.of(scalar.text(), words)
                                .map(word -> "did you mean `" + word + "`?")
                                .orElse("")
                        : shape instanceof Shape.Text
                                        && value instanceof Scalar scalar
                                        && !scalar.json().isString()
                                        && !scalar.json().isNull()
                                ? "quote it"
                                : "";
        report.fault(
                value.at(),
                path,
                "must be " + shape.wanted() + ", and is " + shown(value, shape),
                remedy);
        return Optional.empty();
    }

    private static String shown(YamlValue value, Shape shape) {
        if (shape instanceof Shape.Text text && !text.isShown()) {
            return "something else";
        }
        return value instanceof Scalar scalar
                        && scalar.json().isString()
                        && scalar.text().length() <= 60
                ? "`" + Printable.text(scalar.text()) + "`"
                : value instanceof Scalar scalar
                                && (scalar.json().isNumber() || scalar.json().isBoolean())
                        ? "the " + value.kind().substring(2) + " `" + scalar.text() + "`"
                        : value.kind();
    }

    private YamlValue block(Mapping mapping, Shape.Block block, String path) {
        Map<String, Entry> kept = new LinkedHashMap<>();
        mapping.entries()
                .forEach(
                        (name, entry) -> {
                            Shape.Key key = block.keys().get(name);
                            if (key == null) {
                                if (!block.open()) {
                                    unknownKey(name, entry, block, path);
                                }
                            } else if (entry.value() instanceof Scalar scalar
                                    && scalar.json().isNull()
                                    && !key.nullable()) {
                                // An empty value leaves the key out, as `headers:` and `params:` do
                                // in mcp-http-tools.
                            } else {
                                check(entry.value(), key.shape(), join(path, name))
                                        .ifPresent(
                                                value ->
                                                        kept.put(
                                                                name,
                                                                new Entry(entry.keyAt(), value)));
                            }
                        });
        for (Shape.Key key : block.keys().values()) {
            Entry given = mapping.entries().get(key.name());
            if (key.required() && (given == null || (isEmpty(given) && !key.nullable()))) {
                report.fault(
                        given == null ? mapping.at() : given.value().at(),
                        join(path, key.name()),
                        "is missing",
                        "give " + key.shape().wanted());
            }
        }
        return new Mapping(kept, mapping.at());
    }

    private static boolean isEmpty(Entry entry) {
        return entry.value() instanceof Scalar scalar && scalar.json().isNull();
    }

    private void unknownKey(String name, Entry entry, Shape.Block block, String path) {
        String problem = "there is no such key";
        String remedy = NearestWord.remedy(name, block.keys().keySet());
        String where = join(path, Printable.text(name));
        if (lenient) {
            report.warn(entry.keyAt(), where, problem + ", and it is ignored", remedy);
        } else {
            report.fault(entry.keyAt(), where, problem, remedy);
        }
    }

    private YamlValue map(Mapping mapping, Shape.MapOf shape, String path) {
        Map<String, Entry> kept = new LinkedHashMap<>();
        mapping.entries()
                .forEach(
                        (name, entry) -> {
                            if (!matches(name, shape.keys())) {
                                report.fault(
                                        entry.keyAt(),
                                        join(path, Printable.text(name)),
                                        "the key must be " + shape.keys().wanted(),
                                        "");
                            } else {
                                check(entry.value(), shape.value(), join(path, name))
                                        .ifPresent(
                                                value ->
                                                        kept.put(
                                                                name,
                                                                new Entry(entry.keyAt(), value)));
                            }
                        });
        return new Mapping(kept, mapping.at());
    }

    private Optional<YamlValue> list(Sequence sequence, Shape.ListOf shape, String path) {
        if (sequence.items().size() < shape.min()) {
            report.fault(sequence.at(), path, "must be " + shape.wanted() + ", and is empty", "");
            return Optional.empty();
        }
        List<YamlValue> kept = new ArrayList<>();
        for (int i = 0; i < sequence.items().size(); i++) {
            YamlValue item = sequence.items().get(i);
            check(item, shape.item(), named(item, path, i)).ifPresent(kept::add);
        }
        return Optional.of(new Sequence(kept, sequence.at()));
    }

    /** {@code tools.error_ratio} rather than {@code tools[3]}, where an item says its name. */
    public static String named(YamlValue item, String path, int index) {
        if (item instanceof Mapping mapping) {
            for (String key : List.of("name", "id", "key", "person")) {
                if (mapping.value(key) instanceof Scalar scalar
                        && scalar.json().isString()
                        && isShortWord(scalar.text())) {
                    return join(path, scalar.text());
                }
            }
        }
        return path + "[" + index + "]";
    }

    private static boolean isShortWord(String text) {
        if (text.isEmpty() || text.length() > 64) {
            return false;
        }
        return text.chars()
                .allMatch(c -> c == '_' || c == '-' || (c < 128 && Character.isLetterOrDigit(c)));
    }

    private Optional<YamlValue> either(YamlValue value, Shape.Either either, String path) {
        for (Shape alternative : either.alternatives()) {
            if (isOfKind(value, alternative)) {
                return check(value, alternative, path);
            }
        }
        return unfit(value, either, path);
    }

    private boolean isOfKind(YamlValue value, Shape shape) {
        return switch (shape) {
            case Shape.Block block -> value instanceof Mapping;
            case Shape.MapOf map -> value instanceof Mapping;
            case Shape.ListOf list -> value instanceof Sequence;
            case Shape.Either either ->
                    either.alternatives().stream()
                            .anyMatch(alternative -> isOfKind(value, alternative));
            case Shape.Anything anything -> true;
            case Shape.Text text -> value instanceof Scalar scalar && scalar.json().isString();
            case Shape.Words words -> value instanceof Scalar scalar && scalar.json().isString();
            case Shape.Whole whole -> value instanceof Scalar scalar && scalar.json().isNumber();
            case Shape.Numeric number -> value instanceof Scalar scalar && scalar.json().isNumber();
            case Shape.Flag flag -> value instanceof Scalar scalar && scalar.json().isBoolean();
            case Shape.True yes -> value instanceof Scalar scalar && scalar.json().isBoolean();
        };
    }

    private boolean fits(YamlValue value, Shape shape) {
        if (!(value instanceof Scalar(JsonNode json, Position at))) {
            return false;
        }
        return switch (shape) {
            case Shape.Text text -> json.isString() && matches(json.stringValue(), text);
            case Shape.Whole(long min, long max) ->
                    json.isIntegralNumber() && json.longValue() >= min && json.longValue() <= max;
            case Shape.Numeric(double min, boolean exclusive) ->
                    json.isNumber()
                            && (exclusive ? json.doubleValue() > min : json.doubleValue() >= min);
            case Shape.Flag flag -> json.isBoolean();
            case Shape.True yes -> json.isBoolean() && json.booleanValue();
            case Shape.Words(List<String> words, boolean anyCase) ->
                    json.isString()
                            && words.contains(
                                    anyCase
                                            ? json.stringValue().toUpperCase(Locale.ROOT)
                                            : json.stringValue());
            case Shape.Anything anything -> true;
            case Shape.Block block -> false;
            case Shape.MapOf map -> false;
            case Shape.ListOf list -> false;
            case Shape.Either either -> false;
        };
    }

    private boolean matches(String text, Shape.Text shape) {
        return shape.pattern().isEmpty()
                || patterns.computeIfAbsent(shape.pattern(), Pattern::compile)
                        .matcher(text)
                        .matches();
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
