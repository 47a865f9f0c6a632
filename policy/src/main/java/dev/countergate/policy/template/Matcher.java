package dev.countergate.policy.template;

/**
 * A rendered Alertmanager matcher (API v2, {@code matcher} object).
 *
 * @param name the label's name
 * @param value the text or expression to compare with
 * @param isRegex whether {@code value} is a regular expression, anchored by the Alertmanager
 * @param isEqual whether a match includes; false for {@code !=} and {@code !~}
 */
public record Matcher(String name, String value, boolean isRegex, boolean isEqual) {
    /** The matcher as a {@code filter} parameter takes it: {@code name="value"}, escaped. */
    public String text() {
        String operator = isRegex ? (isEqual ? "=~" : "!~") : (isEqual ? "=" : "!=");
        String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return name + operator + '"' + escaped + '"';
    }
}
