package dev.countergate.server.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Format;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.ParameterType;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import dev.countergate.server.yaml.YamlValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the {@code params} of a tool or of one of its requests. */
final class ParametersReader {
    /** The longest pattern, in characters: the engine recurses over what it repeats, and a stack has an end. */
    private static final int PATTERN_LENGTH_MAX = 1_000;

    private final Report report;

    ParametersReader(Report report) {
        this.report = report;
    }

    Parameters read(List<Block> blocks) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        for (Block block : blocks) {
            Text name = block.text("name");
            if (name == null) {
                continue; // reported as missing
            }
            if (parameters.put(name.value(), parameter(block, name.value())) != null) {
                report.fault(
                        name.at(),
                        name.path(),
                        "`" + name.value() + "` is declared twice",
                        "remove one of the two");
            }
        }
        return Parameters.of(List.copyOf(parameters.values()));
    }

    private Parameter parameter(Block block, String name) {
        ParameterType type =
                ParameterType.valueOf(block.string("type", "string").toUpperCase(Locale.ROOT));
        Text formatText = block.text("format");
        Format format =
                formatText == null
                        ? null
                        : Format.valueOf(formatText.value().toUpperCase(Locale.ROOT));
        JsonNode given = block.json("default").orElse(null);
        boolean required = block.flag("required").orElse(false);
        if (required && given != null) {
            fault(
                    block,
                    "default",
                    "a parameter that is required has no default",
                    "remove one of the two");
        }
        Parameter parameter =
                new Parameter(
                        name,
                        description(block),
                        type,
                        allowed(block, type),
                        required,
                        required ? null : given,
                        pattern(block, type),
                        formatFits(block, type, format) ? format : null,
                        bound(block, "minimum", type, format),
                        bound(block, "maximum", type, format),
                        within(block, format));
        if (given != null && !required) {
            checkDefault(block, parameter, given);
        }
        return parameter;
    }

    static String description(Block block) {
        return block.json("description")
                .map(json -> json.isString() ? json.stringValue() : json.toString())
                .orElse("");
    }

    private List<JsonNode> allowed(Block block, ParameterType type) {
        List<JsonNode> allowed = new ArrayList<>();
        if (block.value("enum") instanceof YamlValue.Sequence sequence) {
            for (YamlValue item : sequence.items()) {
                if (isOf(type, item.json())) {
                    allowed.add(item.json());
                } else {
                    report.fault(
                            item.at(),
                            block.path("enum"),
                            "`" + shown(item.json()) + "` is not of type " + type.word(),
                            "mend it, or the type");
                }
            }
        }
        return allowed;
    }

    private @Nullable String pattern(Block block, ParameterType type) {
        Text text = block.text("pattern");
        if (text == null) {
            return null;
        }
        if (type != ParameterType.STRING && type != ParameterType.ARRAY) {
            fault(
                    block,
                    "pattern",
                    "a pattern is for strings and lists of strings, and this is of type "
                            + type.word(),
                    "remove it");
            return null;
        }
        if (text.value().length() > PATTERN_LENGTH_MAX) {
            fault(
                    block,
                    "pattern",
                    "longer than the " + PATTERN_LENGTH_MAX + " characters a pattern may have",
                    "shorten it, or use an `enum`");
            return null;
        }
        try {
            Pattern.compile(text.value());
            return text.value();
        } catch (PatternSyntaxException invalid) {
            fault(
                    block,
                    "pattern",
                    "not an RE2 expression: " + invalid.getDescription(),
                    "see github.com/google/re2/wiki/Syntax");
            return null;
        }
    }

    private boolean formatFits(Block block, ParameterType type, @Nullable Format format) {
        if (format != null && type != ParameterType.STRING && type != ParameterType.ARRAY) {
            fault(
                    block,
                    "format",
                    "a format is for strings and lists of strings, and this is of type "
                            + type.word(),
                    "remove it");
            return false;
        }
        return true;
    }

    private @Nullable String bound(
            Block block, String key, ParameterType type, @Nullable Format format) {
        Text text = block.text(key);
        if (text == null) {
            return null;
        }
        boolean isNumber = block.json(key).filter(JsonNode::isNumber).isPresent();
        boolean wantsNumber = type == ParameterType.NUMBER || type == ParameterType.INTEGER;
        if (format == Format.DURATION ? isNumber : !wantsNumber || !isNumber) {
            fault(
                    block,
                    key,
                    format == Format.DURATION
                            ? "bounds a duration, so it is one"
                            : wantsNumber
                                    ? "bounds a number, so it is one"
                                    : "bounds numbers and durations only",
                    format == Format.DURATION
                            ? "write it with a unit, such as `4h`"
                            : wantsNumber
                                    ? "write it without quotes and unit"
                                    : "give the type `integer` or `number`, or the format `duration`");
            return null;
        }
        return text.value();
    }

    private List<String> within(Block block, @Nullable Format format) {
        List<Text> folders = block.texts("within");
        if (format == Format.PATH && folders.isEmpty()) {
            fault(
                    block,
                    "format",
                    "a path needs folders it must lie in",
                    "give `within: [/some/folder]`");
        } else if (format != Format.PATH && !folders.isEmpty()) {
            fault(block, "within", "is for `format: path` only", "give the format, or remove it");
            return List.of();
        }
        for (Text folder : folders) {
            String path = folder.value();
            boolean normal =
                    path.startsWith("/")
                            && !(path + "/").contains("/./")
                            && !(path + "/").contains("/../")
                            && !path.contains("//");
            if (!normal) {
                report.fault(
                        folder.at(),
                        folder.path(),
                        "`" + folder.value() + "` is not an absolute, normalised folder",
                        "write it from the root, without . and ..");
            }
        }
        return folders.stream().map(Text::value).toList();
    }

    private void checkDefault(Block block, Parameter parameter, JsonNode given) {
        if (!isOf(parameter.type(), given)) {
            String remedy =
                    parameter.type() == ParameterType.STRING
                                    && given.isValueNode()
                                    && !given.isNull()
                            ? "quote it, or give the type"
                            : "mend it, or the type";
            fault(
                    block,
                    "default",
                    "`" + shown(given) + "` is not of type " + parameter.type().word(),
                    remedy);
            return;
        }
        switch (parameter.check(given)) {
            case Checked.Valid<JsonNode> valid -> {}
            case Checked.Invalid<JsonNode>(List<Fault> faults) ->
                    faults.forEach(
                            fault -> fault(block, "default", fault.problem(), fault.remedy()));
        }
    }

    private static boolean isOf(ParameterType type, JsonNode value) {
        return switch (type) {
            case STRING -> value.isString();
            case NUMBER -> value.isNumber();
            case INTEGER -> value.isIntegralNumber();
            case BOOLEAN -> value.isBoolean();
            case ARRAY -> value.isArray();
            case OBJECT -> value.isObject();
        };
    }

    private static String shown(JsonNode value) {
        String text = value.isString() ? value.stringValue() : value.toString();
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }

    private void fault(Block block, String key, String problem, String remedy) {
        YamlValue value = block.value(key);
        report.fault(value == null ? block.at() : value.at(), block.path(key), problem, remedy);
    }
}
