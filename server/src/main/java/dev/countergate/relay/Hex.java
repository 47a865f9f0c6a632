package dev.countergate.relay;

/** Bytes as hexadecimal digits; a few lines in place of the classes {@code HexFormat} would bring to each start. */
final class Hex {
    private static final String DIGITS = "0123456789abcdef";

    private Hex() {}

    static String of(byte[] bytes) {
        StringBuilder text = new StringBuilder(2 * bytes.length);
        for (byte each : bytes) {
            text.append(DIGITS.charAt((each >> 4) & 15)).append(DIGITS.charAt(each & 15));
        }
        return text.toString();
    }
}
