package dev.countergate.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads JSON that means one thing only: strict UTF-8, no member twice, no lone surrogate, no number that a later step
 * could take for another or that grows when written out.
 *
 * <p>Numbers with a point or an exponent keep their digits, as {@link BigDecimal}. Thread safe.
 */
final class TreeReader {
    /** How deep objects and arrays may nest, the message itself counted. */
    static final int DEPTH_MAX = 64;

    /** The longest number, in characters. */
    static final int NUMBER_LENGTH_MAX = 400;

    /** Beyond this power of ten there is no double either. */
    static final int EXPONENT_MAX = 400;

    /**
     * How many tokens a message may be of: a bracket takes a byte on the wire and a hundred in memory. The largest call that
     * could be proposed, of 64 KiB, has fewer.
     */
    static final int TOKENS_MAX = 100_000;

    /** How deep a line may nest that is skipped through. */
    private static final int SKIPPED_DEPTH_MAX = 10_000;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final int tokensMax;
    private final JsonFactory factory;

    private final JsonFactory lenient =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(SKIPPED_DEPTH_MAX)
                                    .maxNumberLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    /** Reads messages of up to {@value #TOKENS_MAX} tokens. */
    TreeReader() {
        this(TOKENS_MAX);
    }

    TreeReader(int tokensMax) {
        this.tokensMax = tokensMax;
        this.factory =
                JsonFactory.builder()
                        .streamReadConstraints(
                                StreamReadConstraints.builder()
                                        .maxNestingDepth(DEPTH_MAX)
                                        .maxNumberLength(NUMBER_LENGTH_MAX)
                                        .maxTokenCount(tokensMax)
                                        .build())
                        .build();
    }

    /** What is read of a whole line. */
    @FunctionalInterface
    interface Body<T> {
        /** Reads the value whose first token is the current one, up to its last token. */
        T read(JsonParser parser) throws MalformedException;
    }

    /** Reads a line that holds exactly one value. */
    <T> T line(byte[] bytes, int from, int length, Body<T> body) throws MalformedException {
        checkUtf8(bytes, from, length);
        try (JsonParser parser =
                factory.createParser(ObjectReadContext.empty(), bytes, from, length)) {
            parser.nextToken();
            T value = body.read(parser);
            if (parser.nextToken() != null) {
                throw new MalformedException("more than one JSON value in the message");
            }
            return value;
        } catch (StreamConstraintsException tooMuch) {
            throw new MalformedException(
                    "JSON nested deeper than "
                            + DEPTH_MAX
                            + " levels, or with a number longer than "
                            + NUMBER_LENGTH_MAX
                            + " characters, or of more than "
                            + tokensMax
                            + " tokens, or with too long a name or string");
        } catch (JacksonException notJson) {
            throw new MalformedException("the message is not JSON");
        }
    }

    /** Tokens of a line that {@link #line} refused, without its bounds: only to be looked at, never to be built from. */
    JsonParser tokens(byte[] bytes, int from, int length) {
        return lenient.createParser(ObjectReadContext.empty(), bytes, from, length);
    }

    /** Reads the value whose first token is the parser's current one. */
    JsonNode value(JsonParser parser) throws MalformedException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> NODES.stringNode(string(parser));
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(decimal(parser));
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            case null, default -> throw new MalformedException("the message is not JSON");
        };
    }

    /** The current name or string. */
    static String string(JsonParser parser) throws MalformedException {
        String text = parser.getString();
        for (int at = 0; at < text.length(); at++) {
            if (!Character.isSurrogate(text.charAt(at))) {
                continue;
            }
            if (at + 1 < text.length()
                    && Character.isSurrogatePair(text.charAt(at), text.charAt(at + 1))) {
                at++;
            } else {
                throw new MalformedException("a string holds half a surrogate pair");
            }
        }
        return text;
    }

    private ObjectNode object(JsonParser parser) throws MalformedException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = string(parser);
            parser.nextToken();
            if (object.putIfAbsent(name, value(parser)) != null) {
                throw givenTwice(name);
            }
        }
        return object;
    }

    private ArrayNode array(JsonParser parser) throws MalformedException {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(parser));
        }
        return array;
    }

    static MalformedException givenTwice(String name) {
        return new MalformedException("member `" + ShownText.of(name, 64) + "` is given twice");
    }

    private static JsonNode integer(JsonParser parser) {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL ->
                    NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    private static BigDecimal decimal(JsonParser parser) throws MalformedException {
        try {
            BigDecimal number = new BigDecimal(parser.getString());
            if (Math.abs((long) number.scale()) <= EXPONENT_MAX) {
                return number;
            }
        } catch (NumberFormatException beyondInteger) {
            // An exponent too large even for BigDecimal: refused like the others.
        }
        throw new MalformedException("a number's exponent is beyond " + EXPONENT_MAX);
    }

    private static void checkUtf8(byte[] bytes, int from, int length) throws MalformedException {
        for (int at = from; at < from + length; at++) {
            if (bytes[at] <= 0) {
                decode(bytes, from, length);
                return;
            }
        }
    }

    private static void decode(byte[] bytes, int from, int length) throws MalformedException {
        try {
            // A zero byte would make the parser guess at UTF-16 or UTF-32; JSON has none.
            if (UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, length))
                    .chars()
                    .anyMatch(c -> c == 0)) {
                throw new MalformedException("the message holds a zero byte");
            }
        } catch (CharacterCodingException notUtf8) {
            throw new MalformedException("the message is not UTF-8");
        }
    }
}
