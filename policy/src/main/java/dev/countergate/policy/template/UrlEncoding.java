package dev.countergate.policy.template;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;

/** The percent-encodings of the WHATWG URL standard and of ECMA-262, so that URLs come out as JavaScript makes them. */
final class UrlEncoding {
    private static final String HEX = "0123456789ABCDEF";

    private UrlEncoding() {}

    /** ECMA-262 {@code encodeURIComponent}. */
    static String component(String text) {
        return encode(text, c -> isAlphanumeric(c) || "-_.!~*'()".indexOf(c) >= 0);
    }

    /** {@code encodeURIComponent}, and then what a URL parser does to a query: it encodes the apostrophe too. */
    static String queryComponent(String text) {
        return encode(text, c -> isAlphanumeric(c) || "-_.!~*()".indexOf(c) >= 0);
    }

    /**
     * What a URL parser does to a path: percent signs stay as they are. The bar, which browsers leave alone, is encoded
     * too (RFC 3986), because OkHttp would do it, and a request is what goes over the wire.
     */
    static String path(String text) {
        return encode(text, c -> c > ' ' && c < 0x7F && "\"#<>?`{}^|".indexOf(c) < 0);
    }

    /** What a URL parser does to a query of {@code http} or {@code https}. */
    static String query(String text) {
        return encode(text, c -> c > ' ' && c < 0x7F && "\"#<>'".indexOf(c) < 0);
    }

    /** The serialisation of {@code application/x-www-form-urlencoded}, which {@code URLSearchParams} writes. */
    static String form(String text) {
        return encode(text, c -> isAlphanumeric(c) || c == ' ' || "*-._".indexOf(c) >= 0)
                .replace(' ', '+');
    }

    /** The parsing of {@code application/x-www-form-urlencoded}: what is no escape means itself. */
    static String decodeForm(String text) {
        return decode(text.replace('+', ' '));
    }

    /** Undoes percent-encoding. */
    static String decode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (bytes[i] == '%' && high >= 0 && low >= 0) {
                decoded.write(high << 4 | low);
                i += 2;
            } else {
                decoded.write(bytes[i]);
            }
        }
        return decoded.toString(StandardCharsets.UTF_8);
    }

    private static String encode(String text, IntPredicate stays) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            int c = octet & 0xFF;
            if (stays.test(c)) {
                encoded.append((char) c);
            } else {
                encoded.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
        return encoded.toString();
    }

    private static boolean isAlphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
