package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Format;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.ParameterType;
import dev.countergate.policy.parameter.PrometheusDuration;
import dev.countergate.policy.parameter.PrometheusName;
import dev.countergate.policy.parameter.TimeText;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The places outside strings where a placeholder is one whole token, each with its own grammar. */
final class BareSlots {
    /** Words that are no name wherever PromQL's lexer meets them outside a selector. */
    private static final Set<String> PROMQL_STRUCTURE =
            Set.of(
                    "and",
                    "or",
                    "unless",
                    "atan2",
                    "bool",
                    "by",
                    "without",
                    "on",
                    "ignoring",
                    "group_left",
                    "group_right",
                    "offset",
                    "inf",
                    "nan",
                    "start",
                    "end",
                    "step",
                    "range",
                    "smoothed",
                    "anchored",
                    "fill",
                    "fill_left",
                    "fill_right");

    private static final Set<String> PROMQL_AGGREGATIONS =
            Set.of(
                    "sum",
                    "avg",
                    "count",
                    "min",
                    "max",
                    "group",
                    "stddev",
                    "stdvar",
                    "topk",
                    "bottomk",
                    "count_values",
                    "quantile",
                    "limitk",
                    "limit_ratio");

    private static final Set<String> LOGQL_WORDS =
            Set.of(
                    "and",
                    "or",
                    "unless",
                    "bool",
                    "by",
                    "without",
                    "on",
                    "ignoring",
                    "group_left",
                    "group_right",
                    "offset",
                    "ip",
                    "json",
                    "logfmt",
                    "pattern",
                    "regexp",
                    "unpack",
                    "unwrap",
                    "line_format",
                    "label_format",
                    "decolorize",
                    "drop",
                    "keep",
                    "rate",
                    "rate_counter",
                    "sum",
                    "avg",
                    "count",
                    "min",
                    "max",
                    "stddev",
                    "stdvar",
                    "topk",
                    "bottomk",
                    "sort",
                    "sort_desc",
                    "vector",
                    "label_replace",
                    "bytes",
                    "duration",
                    "duration_seconds",
                    "count_over_time",
                    "bytes_rate",
                    "bytes_over_time",
                    "avg_over_time",
                    "sum_over_time",
                    "min_over_time",
                    "max_over_time",
                    "stddev_over_time",
                    "stdvar_over_time",
                    "quantile_over_time",
                    "first_over_time",
                    "last_over_time",
                    "absent_over_time",
                    "approx_topk",
                    "variants",
                    "of");

    private BareSlots() {}

    static Slot metric(Parameter parameter, List<Fault> faults) {
        require(
                parameter,
                parameter.type() == ParameterType.STRING
                        && isOneOf(parameter, Format.METRIC_NAME, Format.LABEL_NAME),
                "a metric name stands here",
                "declare a string with `format: metric_name`",
                faults);
        return filling -> {
            String name = filling.text(parameter);
            boolean isName =
                    PrometheusName.isMetric(name)
                            && !isWord(name, PROMQL_STRUCTURE)
                            && !isWord(name, PROMQL_AGGREGATIONS);
            if (!isName) {
                filling.refuse(parameter, "is not a metric name", "give one, such as up");
            }
            return Slot.token(Token.Kind.NAME, name);
        };
    }

    static Slot label(Parameter parameter, boolean isLogql, List<Fault> faults) {
        require(
                parameter,
                parameter.type() == ParameterType.STRING && isOneOf(parameter, Format.LABEL_NAME),
                "a label name stands here",
                "declare a string with `format: label_name`",
                faults);
        return filling ->
                Slot.token(
                        Token.Kind.NAME,
                        labelName(parameter, filling.text(parameter), isLogql, filling));
    }

    static Slot labels(Parameter parameter, boolean isLogql, List<Fault> faults) {
        require(
                parameter,
                (parameter.type() == ParameterType.STRING
                                || parameter.type() == ParameterType.ARRAY)
                        && isOneOf(parameter, Format.LABEL_NAME),
                "label names stand here",
                "declare a string or an array with `format: label_name`",
                faults);
        return filling -> {
            List<Token> tokens = new ArrayList<>();
            for (String name : filling.texts(parameter)) {
                if (!tokens.isEmpty()) {
                    tokens.addAll(Slot.token(Token.Kind.OPERATOR, ","));
                }
                tokens.addAll(
                        Slot.token(Token.Kind.NAME, labelName(parameter, name, isLogql, filling)));
            }
            return tokens;
        };
    }

    private static String labelName(
            Parameter parameter, String name, boolean isLogql, Filling filling) {
        boolean isName =
                PrometheusName.isLabel(name)
                        && !isWord(name, isLogql ? LOGQL_WORDS : PROMQL_STRUCTURE);
        return isName
                ? name
                : filling.refuse(parameter, "is not a label name", "give one, such as job");
    }

    static Slot duration(Parameter parameter, List<Fault> faults) {
        requireDuration(parameter, faults);
        return filling -> {
            String text = filling.text(parameter);
            if (PrometheusDuration.parse(text).isEmpty()) {
                filling.refuse(parameter, "is not a duration", "give one, such as 5m");
            }
            // A bare 0 is a number to the lexer.
            return Slot.token(Token.Kind.DURATION, text.equals("0") ? "0s" : text);
        };
    }

    /** LogQL compares with Go's durations, which know no days. */
    static Slot goDuration(Parameter parameter, List<Fault> faults) {
        requireDuration(parameter, faults);
        return filling -> {
            String text = filling.text(parameter);
            Duration duration = PrometheusDuration.parse(text).orElse(null);
            if (duration == null) {
                filling.refuse(parameter, "is not a duration", "give one, such as 500ms");
                return List.of();
            }
            long millis = duration.toMillis();
            return Slot.token(
                    Token.Kind.DURATION, millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms");
        };
    }

    private static void requireDuration(Parameter parameter, List<Fault> faults) {
        require(
                parameter,
                parameter.type() == ParameterType.STRING && isOneOf(parameter, Format.DURATION),
                "a duration stands here",
                "declare a string with `format: duration`",
                faults);
    }

    /** After {@code @}: seconds since the epoch. */
    static Slot moment(Parameter parameter, List<Fault> faults) {
        boolean isTime =
                parameter.format() == Format.TIME && parameter.type() == ParameterType.STRING;
        boolean isNumber =
                parameter.type() == ParameterType.NUMBER
                        || parameter.type() == ParameterType.INTEGER;
        require(
                parameter,
                isTime || isNumber,
                "a point in time stands here",
                "declare a string with `format: time`, or a number",
                faults);
        return filling -> {
            String text = filling.text(parameter);
            Instant time = TimeText.parse(text).orElse(null);
            if (time == null) {
                filling.refuse(parameter, "is not a point in time", "give seconds since the epoch");
                return List.of();
            }
            BigDecimal seconds =
                    BigDecimal.valueOf(time.getEpochSecond())
                            .add(BigDecimal.valueOf(time.getNano(), 9))
                            .stripTrailingZeros();
            return Slot.token(Token.Kind.NUMBER, seconds.toPlainString());
        };
    }

    /**
     * A number.
     *
     * @param standsAlone whether a sign before it can only be its own; otherwise a negative number is put in parentheses,
     *     because {@code -1 ^ 2} is {@code -(1 ^ 2)}
     */
    static Slot number(Parameter parameter, boolean standsAlone) {
        return filling -> {
            String text = filling.text(parameter);
            if (!text.startsWith("-")) {
                return Slot.token(Token.Kind.NUMBER, text);
            }
            List<Token> tokens = new ArrayList<>();
            tokens.addAll(Slot.token(Token.Kind.OPERATOR, "-"));
            tokens.addAll(Slot.token(Token.Kind.NUMBER, text.substring(1)));
            if (!standsAlone) {
                tokens.addAll(0, Slot.token(Token.Kind.OPERATOR, "("));
                tokens.addAll(Slot.token(Token.Kind.OPERATOR, ")"));
            }
            return tokens;
        };
    }

    private static boolean isOneOf(Parameter parameter, Format... formats) {
        @Nullable Format format = parameter.format();
        return format == null || Arrays.asList(formats).contains(format);
    }

    private static boolean isWord(String name, Set<String> words) {
        return words.contains(name.toLowerCase(Locale.ROOT));
    }

    private static void require(
            Parameter parameter, boolean fits, String problem, String remedy, List<Fault> faults) {
        if (!fits) {
            faults.add(new Fault(parameter.name(), problem, remedy));
        }
    }
}
