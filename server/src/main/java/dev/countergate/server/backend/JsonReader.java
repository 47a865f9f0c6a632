package dev.countergate.server.backend;

import dev.countergate.policy.result.FailureCode;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a backend's JSON once, from front to back, so that a large answer costs what is kept of it.
 *
 * <p>It stands on a value; every reading method takes that value whole. Objects and arrays are read by
 *
 * <pre>{@code
 * reader.startObject();
 * while (reader.nextMember()) {
 *     switch (reader.name()) {
 *         case "status" -> status = reader.string();
 *         default -> reader.skip();
 *     }
 * }
 * }</pre>
 *
 * <p>Bytes that are no UTF-8 become U+FFFD: a log line with a torn character is still worth reading. Numbers keep their
 * text. Not thread safe.
 *
 * <p>What {@link #strings}, {@link #stringItems} and {@link #tree} build is bounded over the whole answer, since brackets take
 * a byte on the wire and a hundred in memory; what is passed over is not.
 */
public final class JsonReader {
    /** How deep an answer may nest; the deepest of the APIs read here is nine. */
    static final int DEPTH_MAX = 32;

    /** How long a number may be; the longest a backend writes is some 25 characters. */
    static final int NUMBER_CHARACTERS_MAX = 100;

    /** The largest power of ten of a number that is kept: a double ends at 308. */
    private static final int POWER_MAX = 400;

    /**
     * How many values are built of one answer: as many rows as are read at once, of fifty values each. An alert with a dozen
     * labels and annotations has thirty.
     */
    static final int VALUES_MAX = 50 * BoundedRows.ROWS_MAX;

    /** After how many tokens the deadline is looked at again, less one; a power of two less one. */
    private static final int LOOK_MASK = 0xFFF;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEPTH_MAX)
                                    .maxNumberLength(NUMBER_CHARACTERS_MAX)
                                    .build())
                    .build();

    private final JsonParser parser;
    private final @Nullable Deadline deadline;
    private String name = "";
    private int tokens;
    private int values;

    private JsonReader(JsonParser parser, @Nullable Deadline deadline) {
        this.parser = parser;
        this.deadline = deadline;
    }

    /**
     * Stands on the one value that {@code body} is, the answer to a read.
     *
     * @param deadline of the call: an answer that is not read by then is unreadable
     */
    public static JsonReader of(WireBody body, Deadline deadline) throws UnreadableAnswer {
        return reader(body, deadline);
    }

    /** The same, however long it takes: for what became of something that was sent, and for a backend's error. */
    public static JsonReader of(WireBody body) throws UnreadableAnswer {
        return reader(body, null);
    }

    private static JsonReader reader(WireBody body, @Nullable Deadline deadline)
            throws UnreadableAnswer {
        JsonReader reader =
                new JsonReader(
                        JSON.createParser(
                                ObjectReadContext.empty(),
                                new InputStreamReader(body.stream(), StandardCharsets.UTF_8)),
                        deadline);
        if (reader.advance() == null) {
            throw new UnreadableAnswer("it is empty");
        }
        return reader;
    }

    /** Whether it stands on {@code null}, which needs no reading. */
    public boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    /** Whether it stands on an object. */
    public boolean isObject() {
        return parser.currentToken() == JsonToken.START_OBJECT;
    }

    /** Whether it stands on a string. */
    public boolean isString() {
        return parser.currentToken() == JsonToken.VALUE_STRING;
    }

    /** Goes into the object it stands on. */
    public void startObject() throws UnreadableAnswer {
        demand(JsonToken.START_OBJECT, "an object");
    }

    /** Goes to the next member's value; false at the end of the object, which is read whole then. */
    public boolean nextMember() throws UnreadableAnswer {
        if (advanceWithin() == JsonToken.END_OBJECT) {
            return false;
        }
        name = parser.currentName();
        advanceWithin();
        return true;
    }

    /** The name of the member last gone to. */
    public String name() {
        return name;
    }

    /** Goes into the array it stands on. */
    public void startArray() throws UnreadableAnswer {
        demand(JsonToken.START_ARRAY, "an array");
    }

    /** Goes to the next item; false at the end of the array, which is read whole then. */
    public boolean nextItem() throws UnreadableAnswer {
        return advanceWithin() != JsonToken.END_ARRAY;
    }

    /** Goes to an item that must be there. */
    public void demandItem() throws UnreadableAnswer {
        if (!nextItem()) {
            throw unreadable("an item is missing");
        }
    }

    /** Passes over what is left of the array it is in. */
    public void skipItems() throws UnreadableAnswer {
        while (nextItem()) {
            skip();
        }
    }

    /** The string it stands on. */
    public String string() throws UnreadableAnswer {
        demand(JsonToken.VALUE_STRING, "a string");
        return text();
    }

    /** The text of the number it stands on. */
    public String number() throws UnreadableAnswer {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
            throw unreadable("a number is expected");
        }
        return text();
    }

    /** The object of strings it stands on, in its order. */
    public Map<String, String> strings() throws UnreadableAnswer {
        Map<String, String> strings = new LinkedHashMap<>();
        startObject();
        while (nextMember()) {
            String member = name;
            countValue();
            strings.put(member, string());
        }
        return strings;
    }

    /** The array of strings it stands on; none where it stands on {@code null}. */
    public List<String> stringItems() throws UnreadableAnswer {
        List<String> items = new ArrayList<>();
        if (isNull()) {
            return items;
        }
        startArray();
        while (nextItem()) {
            countValue();
            items.add(string());
        }
        return items;
    }

    /** The value it stands on, whole; numbers are exact. */
    public JsonNode tree() throws UnreadableAnswer {
        countValue();
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                ObjectNode object = NODES.objectNode();
                startObject();
                while (nextMember()) {
                    String member = name;
                    object.set(member, tree());
                }
                yield object;
            }
            case START_ARRAY -> {
                ArrayNode array = NODES.arrayNode();
                startArray();
                while (nextItem()) {
                    array.add(tree());
                }
                yield array;
            }
            case VALUE_STRING -> NODES.stringNode(text());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> numberNode();
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                    throw unreadable("a value is expected");
        };
    }

    private JsonNode numberNode() throws UnreadableAnswer {
        try {
            BigDecimal number = new BigDecimal(number());
            if (Math.abs((long) number.precision() - number.scale()) > POWER_MAX) {
                throw unreadable("a number is out of range");
            }
            return number.scale() == 0 && number.precision() <= 18
                    ? NODES.numberNode(number.longValueExact())
                    : NODES.numberNode(number);
        } catch (NumberFormatException e) {
            throw unreadable("a number is out of range");
        }
    }

    /** Passes over the value it stands on. */
    public void skip() throws UnreadableAnswer {
        try {
            parser.skipChildren();
        } catch (JacksonException e) {
            throw unreadable("it is no JSON or is cut off");
        }
    }

    /** Makes sure that nothing follows. */
    public void end() throws UnreadableAnswer {
        if (advance() != null) {
            throw unreadable("something follows its end");
        }
    }

    /** The answer is unreadable where the reader stands. */
    public UnreadableAnswer unreadable(String what) {
        return new UnreadableAnswer(
                what + " at character " + parser.currentLocation().getCharOffset());
    }

    private void demand(JsonToken token, String what) throws UnreadableAnswer {
        if (parser.currentToken() != token) {
            throw unreadable(what + " is expected");
        }
    }

    private String text() throws UnreadableAnswer {
        try {
            return parser.getString();
        } catch (JacksonException e) {
            throw unreadable("it is no JSON or is cut off");
        }
    }

    private JsonToken advanceWithin() throws UnreadableAnswer {
        JsonToken token = advance();
        if (token == null) {
            throw unreadable("it is cut off");
        }
        return token;
    }

    private void countValue() throws UnreadableAnswer {
        values++;
        if (values > VALUES_MAX) {
            throw new UnreadableAnswer(
                    FailureCode.BACKEND_TOO_LARGE, "it has more than " + VALUES_MAX + " values");
        }
    }

    private @Nullable JsonToken advance() throws UnreadableAnswer {
        tokens++;
        if ((tokens & LOOK_MASK) == 0 && deadline != null && deadline.isOver()) {
            throw new UnreadableAnswer(
                    FailureCode.BACKEND_TIMEOUT,
                    "it was not read within " + deadline.given().toMillis() + " ms of the call");
        }
        try {
            return parser.nextToken();
        } catch (JacksonException e) {
            throw unreadable("it is no JSON or is cut off");
        }
    }
}
