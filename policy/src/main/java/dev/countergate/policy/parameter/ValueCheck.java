package dev.countergate.policy.parameter;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Judges values against one parameter, its pattern compiled once. */
final class ValueCheck {
    static final int STRING_BYTES_MAX = 16 << 10;
    static final int DEPTH_MAX = 16;

    private final Parameter parameter;
    private final @Nullable Pattern pattern;

    ValueCheck(Parameter parameter) {
        this.parameter = parameter;
        this.pattern = parameter.pattern() == null ? null : Pattern.compile(parameter.pattern());
    }

    Parameter parameter() {
        return parameter;
    }

    /**
     * Whether {@code value} is one that some parameter could take; the first reason why not is a fault. Nothing but a sound
     * value can be written as JSON, or be looked at by {@link #check}.
     */
    boolean isSound(JsonNode value, Faults faults) {
        return isSound(value, 1, faults);
    }

    /** Tells what is wrong with a sound {@code value}; the first thing only, where one fault would beget others. */
    void check(JsonNode value, Faults faults) {
        if (value.isNull()) {
            if (parameter.required()) {
                fault(faults, "must not be null", "give it, " + parameter.type().withArticle());
            }
        } else if (!hasType(value)) {
            fault(
                    faults,
                    "must be " + parameter.type().withArticle() + ", not " + shownKind(value),
                    "");
        } else if (!parameter.allowed().isEmpty()) {
            checkAllowed(value, faults);
        } else {
            checkContent(value, faults);
        }
    }

    private boolean isSound(JsonNode value, int depth, Faults faults) {
        if (depth > DEPTH_MAX) {
            fault(faults, "is nested deeper than " + DEPTH_MAX + " levels", "send a flatter value");
            return false;
        }
        if (value.isString()) {
            return isSoundText(value.stringValue(), faults);
        }
        if (value.isNumber() && !isFinite(value)) {
            fault(faults, "is not a finite number", "");
            return false;
        }
        if (value.isObject()) {
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                if (!isSoundText(member.getKey(), faults)
                        || !isSound(member.getValue(), depth + 1, faults)) {
                    return false;
                }
            }
        }
        for (JsonNode item : value) {
            if (value.isArray() && !isSound(item, depth + 1, faults)) {
                return false;
            }
        }
        return true;
    }

    /** Jackson throws for a number that is written out but no double: {@code 1e400}. */
    private static boolean isFinite(JsonNode number) {
        boolean isBinary = number.isDouble() || number.isFloat();
        return Double.isFinite(
                isBinary ? number.doubleValue() : number.decimalValue().doubleValue());
    }

    private boolean isSoundText(String text, Faults faults) {
        if (Unicode.utf8Bytes(text) > STRING_BYTES_MAX) {
            fault(
                    faults,
                    "is a text of "
                            + Unicode.utf8Bytes(text)
                            + " bytes; the limit is "
                            + STRING_BYTES_MAX,
                    "send a shorter text");
            return false;
        }
        if (Unicode.hasLoneSurrogate(text)) {
            fault(
                    faults,
                    "holds a lone surrogate, which is no character",
                    "send well-formed Unicode");
            return false;
        }
        return true;
    }

    private boolean hasType(JsonNode value) {
        return switch (parameter.type()) {
            case STRING -> value.isString();
            case NUMBER -> value.isNumber();
            case INTEGER -> value.isNumber() && JsonEquality.isWhole(value);
            case BOOLEAN -> value.isBoolean();
            case ARRAY -> value.isArray();
            case OBJECT -> value.isObject();
        };
    }

    private void checkAllowed(JsonNode value, Faults faults) {
        boolean isAllowed =
                parameter.allowed().stream()
                        .anyMatch(allowed -> JsonEquality.equal(allowed, value));
        if (!isAllowed) {
            String choices =
                    parameter.allowed().stream()
                            .map(allowed -> "`" + Unicode.shown(JsonText.plain(allowed)) + "`")
                            .collect(Collectors.joining(", "));
            fault(faults, shown(value) + " is not one of its values", "use one of " + choices);
        }
    }

    private void checkContent(JsonNode value, Faults faults) {
        if (value.isString()) {
            checkText(value.stringValue(), "", faults);
        } else if (value.isNumber()) {
            checkBounds(value.decimalValue(), faults);
        } else if (value.isArray() && (pattern != null || parameter.format() != null)) {
            for (int i = 0; i < value.size(); i++) {
                String where = "item " + (i + 1) + " ";
                JsonNode item = value.get(i);
                if (item.isString()) {
                    checkText(item.stringValue(), where, faults);
                } else {
                    fault(faults, where + "must be a string, not " + shownKind(item), "");
                }
            }
        }
    }

    private void checkText(String text, String where, Faults faults) {
        if (pattern != null && !pattern.matches(text)) {
            fault(
                    faults,
                    where + "`" + Unicode.shown(text) + "` does not match its pattern",
                    "the whole value must match `" + pattern.pattern() + "`");
            return;
        }
        Format format = parameter.format();
        if (format == null) {
            return;
        }
        if (format == Format.REGEX && RegexSize.isTooLarge(text)) {
            fault(faults, where + RegexSize.problem(text), "write a simpler expression");
        } else if (!fits(format, text)) {
            fault(
                    faults,
                    where + "`" + Unicode.shown(text) + "` is not " + format.meaning(),
                    format.example());
        } else if (format == Format.PATH && !FolderPath.isWithin(text, parameter.within())) {
            fault(
                    faults,
                    where + "`" + Unicode.shown(text) + "` lies outside the folders allowed",
                    "use a path below " + quoted(parameter.within()));
        } else if (format == Format.DURATION) {
            PrometheusDuration.parse(text).ifPresent(duration -> checkBounds(duration, faults));
        }
    }

    private static boolean fits(Format format, String text) {
        return switch (format) {
            case PROMQL, LOGQL -> !text.isBlank() && text.indexOf('\0') < 0;
            case REGEX -> isRegex(text);
            case DURATION -> PrometheusDuration.parse(text).isPresent();
            case TIME -> TimeText.parse(text).isPresent();
            case LABEL_NAME -> PrometheusName.isLabel(text);
            case METRIC_NAME -> PrometheusName.isMetric(text);
            case CIDR -> Network.matches(text);
            case PATH -> FolderPath.isNormalised(text);
        };
    }

    private static boolean isRegex(String text) {
        try {
            Pattern.compile(text);
            return true;
        } catch (PatternSyntaxException malformed) {
            return false;
        }
    }

    private void checkBounds(BigDecimal number, Faults faults) {
        String minimum = parameter.minimum();
        String maximum = parameter.maximum();
        if (minimum != null && number.compareTo(new BigDecimal(minimum)) < 0) {
            fault(faults, "is below its minimum", "use " + minimum + " or more");
        }
        if (maximum != null && number.compareTo(new BigDecimal(maximum)) > 0) {
            fault(faults, "is above its maximum", "use " + maximum + " or less");
        }
    }

    private void checkBounds(Duration duration, Faults faults) {
        String minimum = parameter.minimum();
        String maximum = parameter.maximum();
        if (minimum != null && duration.compareTo(bound(minimum)) < 0) {
            fault(faults, "is shorter than its minimum", "use " + minimum + " or more");
        }
        if (maximum != null && duration.compareTo(bound(maximum)) > 0) {
            fault(faults, "is longer than its maximum", "use " + maximum + " or less");
        }
    }

    private static Duration bound(String text) {
        return PrometheusDuration.parse(text).orElseThrow();
    }

    private void fault(Faults faults, String problem, String remedy) {
        faults.add(parameter.name(), problem, remedy);
    }

    private static String quoted(List<String> texts) {
        return texts.stream().map(text -> "`" + text + "`").collect(Collectors.joining(", "));
    }

    private static String shown(JsonNode value) {
        return "`" + Unicode.shown(JsonText.plain(value)) + "`";
    }

    private static String shownKind(JsonNode value) {
        if (value.isObject() || value.isArray()) {
            return value.isObject() ? "an object" : "an array";
        }
        if (value.isString()) {
            return "the string " + shown(value);
        }
        return shown(value);
    }
}
