package dev.countergate.policy.parameter;

import java.util.regex.Pattern;

/** The names that Prometheus and Loki take unquoted. */
public final class PrometheusName {
    static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*";
    static final String METRIC = "[a-zA-Z_:][a-zA-Z0-9_:]*";

    private static final Pattern IS_LABEL = Pattern.compile(LABEL);
    private static final Pattern IS_METRIC = Pattern.compile(METRIC);

    private PrometheusName() {}

    /** Whether {@code text} is a label's name. */
    public static boolean isLabel(String text) {
        return IS_LABEL.matcher(text).matches();
    }

    /** Whether {@code text} is a metric's name. */
    public static boolean isMetric(String text) {
        return IS_METRIC.matcher(text).matches();
    }
}
