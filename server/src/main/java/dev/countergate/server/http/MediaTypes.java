package dev.countergate.server.http;

import java.util.List;
import java.util.Locale;
import java.util.StringTokenizer;

/** What a client sends and takes (RFC 9110, sections 8.3 and 12.5.1). */
final class MediaTypes {
    static final String JSON = "application/json";
    static final String EVENTS = "text/event-stream";

    private MediaTypes() {}

    /** Whether a body is JSON in UTF-8, as its one {@code Content-Type} says. */
    static boolean isJson(List<String> contentTypes) {
        if (contentTypes.size() != 1) {
            return false;
        }
        String value = contentTypes.getFirst().strip().toLowerCase(Locale.ROOT);
        if (value.equals(JSON)) {
            return true;
        }
        StringTokenizer parts = new StringTokenizer(value, ";");
        if (!parts.hasMoreTokens() || !parts.nextToken().strip().equals(JSON)) {
            return false;
        }
        while (parts.hasMoreTokens()) {
            String parameter = parts.nextToken().strip().replace("\"", "");
            if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
                return false;
            }
        }
        return true;
    }

    /** Whether any of {@code accepted}, the values of all {@code Accept} headers, takes {@code type}; none takes nothing. */
    static boolean accept(List<String> accepted, String type) {
        String wildcard = type.substring(0, type.indexOf('/') + 1) + "*";
        for (String header : accepted) {
            StringTokenizer ranges = new StringTokenizer(header.toLowerCase(Locale.ROOT), ",");
            while (ranges.hasMoreTokens()) {
                String range = ranges.nextToken();
                StringTokenizer parts = new StringTokenizer(range, ";");
                String name = parts.hasMoreTokens() ? parts.nextToken().strip() : "";
                boolean matches = name.equals(type) || name.equals(wildcard) || name.equals("*/*");
                if (matches && !isRefused(parts)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A weight of zero says that this is not wanted. */
    private static boolean isRefused(StringTokenizer parameters) {
        while (parameters.hasMoreTokens()) {
            String parameter = parameters.nextToken().strip();
            if (parameter.matches("q=0(\\.0*)?")) {
                return true;
            }
        }
        return false;
    }
}
