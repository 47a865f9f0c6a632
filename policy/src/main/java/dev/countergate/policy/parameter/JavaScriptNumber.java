package dev.countergate.policy.parameter;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Numbers as JavaScript writes them (ECMA-262, Number::toString with radix 10): {@code 1e+21}, {@code 0.1}, {@code 0}
 * for minus zero. Catalogues written for mcp-http-tools expect their numbers in this form.
 */
final class JavaScriptNumber {
    private JavaScriptNumber() {}

    /** The text of {@code value}, which must be finite. */
    static String text(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("not a finite number");
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        int count = digits.length();
        int point = count - shortest.scale();
        String sign = value < 0 ? "-" : "";
        if (count <= point && point <= 21) {
            return sign + digits + "0".repeat(point - count);
        }
        if (0 < point && point <= 21) {
            return sign + digits.substring(0, point) + "." + digits.substring(point);
        }
        if (-6 < point && point <= 0) {
            return sign + "0." + "0".repeat(-point) + digits;
        }
        int exponent = point - 1;
        String mantissa = count == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + Math.abs(exponent);
    }

    /** The decimal with the fewest digits that reads back as {@code value}. */
    private static BigDecimal shortest(double value) {
        BigDecimal twoDigitsOrMore = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        // Java never goes below two digits, and so writes 4.9E-324 where JavaScript writes 5e-324.
        BigDecimal one = twoDigitsOrMore.round(new MathContext(1)).stripTrailingZeros();
        return one.doubleValue() == value ? one : twoDigitsOrMore;
    }
}
