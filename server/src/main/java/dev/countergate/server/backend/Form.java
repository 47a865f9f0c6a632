package dev.countergate.server.backend;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parameters as a URL's query or a body of type {@code application/x-www-form-urlencoded} has them. */
public final class Form {
    private final StringBuilder text = new StringBuilder();

    /** Adds a parameter, unless its value is null. */
    public Form add(String name, @Nullable String value) {
        if (value != null) {
            text.append(text.isEmpty() ? "" : "&")
                    .append(encode(name))
                    .append('=')
                    .append(encode(value));
        }
        return this;
    }

    /** Adds a parameter once for each of {@code values}. */
    public Form addAll(String name, List<String> values) {
        values.forEach(value -> add(name, value));
        return this;
    }

    /** {@code path} with these parameters as its query. */
    public String after(String path) {
        return text.isEmpty() ? path : path + "?" + text;
    }

    /** The parameters, encoded. */
    @Override
    public String toString() {
        return text.toString();
    }

    /** {@code text} as one segment of a path. */
    public static String segment(String text) {
        return encode(text).replace("+", "%20");
    }

    /** Whether {@code text} can be a segment: dots alone move to another path, and a slash divides, even encoded. */
    public static boolean isSegment(String text) {
        return !text.isEmpty() && !text.equals(".") && !text.equals("..") && !text.contains("/");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
