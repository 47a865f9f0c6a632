package dev.countergate.server.backend.http;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/**
 * Finds a value in a JSON text and gives it in the backend's own characters: no tree is built, no number re-encoded.
 *
 * <p>A path is read as JavaScript reads {@code value["a"]["0"]}: numeric segments index arrays, of two members of one
 * name the last counts, numeric segments and {@code length} work on strings too. The whole text is checked to be JSON even where
 * the path ends early.
 */
final class JsonPick {
    /** How deep a text may nest; what is deeper is treated as if it were no JSON. */
    static final int DEPTH_MAX = 256;

    // Lengths are bounded with the answer as a whole, and no number is ever converted.
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEPTH_MAX)
                                    .maxNumberLength(Integer.MAX_VALUE)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .maxNameLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    private final char[] text;
    private final JsonParser parser;
    private final List<String> path;

    private JsonPick(char[] text, JsonParser parser, List<String> path) {
        this.text = text;
        this.parser = parser;
        this.path = path;
    }

    /** What was found. */
    sealed interface Found {
        /**
         * A value.
         *
         * @param text a string's content, or any other value as compact JSON
         * @param isString whether it is a string's content
         */
        record Value(String text, boolean isString) implements Found {
            /** The value as compact JSON. */
            String json() {
                return isString ? quoted(text) : text;
            }
        }

        /** JSON, but nothing there. */
        record Absent() implements Found {}

        /** No JSON. */
        record Invalid() implements Found {}
    }

    /** {@code text} as a JSON string. */
    static String quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 16).append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, json);
        return json.append('"').toString();
    }

    /** The value at {@code path}, dotted; the whole text when that is null. */
    static Found at(@Nullable String path, String json) {
        char[] text = json.toCharArray();
        List<String> segments = path == null ? List.of() : List.of(path.split("\\.", -1));
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                return new Found.Invalid();
            }
            Found.Value value = new JsonPick(text, parser, segments).value(0);
            if (parser.nextToken() != null) {
                return new Found.Invalid();
            }
            return value == null ? new Found.Absent() : value;
        } catch (JacksonException invalid) {
            return new Found.Invalid();
        }
    }

    private Found.@Nullable Value value(int depth) {
        if (depth == path.size()) {
            return whole();
        }
        String segment = path.get(depth);
        return switch (parser.currentToken()) {
            case START_OBJECT -> member(segment, depth);
            case START_ARRAY -> item(segment, depth);
            case VALUE_STRING -> inString(parser.getString(), depth);
            default -> null;
        };
    }

    private Found.@Nullable Value member(String name, int depth) {
        Found.Value found = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            boolean isIt = parser.currentName().equals(name);
            parser.nextToken();
            if (isIt) {
                found = value(depth + 1);
            } else {
                parser.skipChildren();
            }
        }
        return found;
    }

    private Found.@Nullable Value item(String segment, int depth) {
        Found.Value found = null;
        int wanted = index(segment);
        int count = 0;
        for (; parser.nextToken() != JsonToken.END_ARRAY; count++) {
            if (count == wanted) {
                found = value(depth + 1);
            } else {
                parser.skipChildren();
            }
        }
        return isLength(depth) ? number(count) : found;
    }

    private Found.@Nullable Value inString(String string, int depth) {
        if (depth == path.size()) {
            return new Found.Value(string, true);
        }
        if (isLength(depth)) {
            return number(string.length());
        }
        int index = index(path.get(depth));
        return index >= 0 && index < string.length()
                ? inString(string.substring(index, index + 1), depth + 1)
                : null;
    }

    // `01` and `+1` are names to JavaScript, and no array has them.
    private static int index(String segment) {
        try {
            int index = Integer.parseInt(segment);
            return Integer.toString(index).equals(segment) ? index : -1;
        } catch (NumberFormatException name) {
            return -1;
        }
    }

    private boolean isLength(int depth) {
        return depth == path.size() - 1 && path.get(depth).equals("length");
    }

    private static Found.Value number(int number) {
        return new Found.Value(Integer.toString(number), false);
    }

    private Found.Value whole() {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return new Found.Value(parser.getString(), true);
        }
        int from = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        int to = (int) parser.currentLocation().getCharOffset();
        return new Found.Value(compact(from, to), false);
    }

    // INVARIANT: text[from, to) is one well-formed value, so quotes and backslashes mean what they
    // seem to.
    private String compact(int from, int to) {
        char[] kept = new char[to - from];
        int length = 0;
        boolean inString = false;
        for (int at = from; at < to; at++) {
            char c = text[at];
            if (inString) {
                if (c == '\\') {
                    kept[length++] = c;
                    c = text[++at];
                } else if (c == '"') {
                    inString = false;
                }
            } else if (c == '"') {
                inString = true;
            } else if (c <= ' ') {
                continue;
            }
            kept[length++] = c;
        }
        return new String(kept, 0, length);
    }
}
