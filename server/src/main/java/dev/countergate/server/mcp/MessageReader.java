package dev.countergate.server.mcp;

import static dev.countergate.server.mcp.Message.Invalid.NO_ID;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.server.mcp.Message.Batch;
import dev.countergate.server.mcp.Message.Invalid;
import dev.countergate.server.mcp.Message.Notification;
import dev.countergate.server.mcp.Message.Request;
import dev.countergate.server.mcp.Message.Response;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes messages of lines. Refuses what is ambiguous and repairs nothing. Thread safe. */
final class MessageReader {
    /** The longest id, in characters. */
    static final int ID_LENGTH_MAX = 1024;

    /** What a character may take up, and what a token: an object with one member, as LinkedHashMap keeps it. */
    private static final int BYTES_OF_CHARACTER = 2;

    private static final int BYTES_OF_TOKEN = 100;

    /** A longer message is read by few threads at once. */
    private static final int SHORT_BYTES = 64 * 1024;

    private final TreeReader trees = new TreeReader();
    private final int batchMax;

    /**
     * So that no more large trees are there at once than processors to make them. Whoever waits here waits for work, which
     * ends by itself.
     */
    private final Semaphore longReads = new Semaphore(Runtime.getRuntime().availableProcessors());

    MessageReader(int batchMax) {
        this.batchMax = batchMax;
    }

    Message read(byte[] bytes, int from, int length) {
        if (length <= SHORT_BYTES) {
            return readNow(bytes, from, length);
        }
        longReads.acquireUninterruptibly();
        try {
            return readNow(bytes, from, length);
        } finally {
            longReads.release();
        }
    }

    private Message readNow(byte[] bytes, int from, int length) {
        try {
            return trees.line(bytes, from, length, this::message);
        } catch (MalformedException malformed) {
            return new Invalid(
                    readableId(bytes, from, length),
                    ProtocolError.PARSE_ERROR,
                    problemOf(malformed));
        }
    }

    /**
     * The one {@code id} of a request that is refused, as far as it can be read: else its client would wait for an answer
     * until its patience ends.
     */
    private String readableId(byte[] bytes, int from, int length) {
        String whole = NO_ID;
        try (JsonParser parser = trees.tokens(bytes, from, length)) {
            String latest = NO_ID;
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                // Only now: what is cut off behind a digit may have had more of them.
                whole = latest;
                String name = parser.getString();
                parser.nextToken();
                boolean isSecond = name.equals("id") && !latest.equals(NO_ID);
                if (isSecond || name.equals("result") || name.equals("error")) {
                    return NO_ID;
                }
                if (name.equals("id")) {
                    latest = id(parser).json();
                    whole = latest.startsWith("\"") ? latest : NO_ID;
                } else {
                    parser.skipChildren();
                }
            }
            return parser.currentToken() == JsonToken.END_OBJECT ? latest : whole;
        } catch (JacksonException | MalformedException endOfWhatCanBeRead) {
            return whole;
        }
    }

    private static String problemOf(MalformedException malformed) {
        String problem = malformed.getMessage();
        return problem == null ? "the message is not JSON" : problem;
    }

    private Message message(JsonParser parser) throws MalformedException {
        return parser.currentToken() == JsonToken.START_ARRAY ? batch(parser) : single(parser);
    }

    private Message batch(JsonParser parser) throws MalformedException {
        List<Message> messages = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Message next = single(parser);
            if (messages.size() <= batchMax) {
                messages.add(next);
            }
        }
        if (messages.isEmpty()) {
            return invalid(NO_ID, "an empty batch");
        }
        return messages.size() > batchMax
                ? invalid(NO_ID, "a batch of more than " + batchMax + " messages")
                : new Batch(messages);
    }

    private Message single(JsonParser parser) throws MalformedException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            trees.value(parser);
            return invalid(NO_ID, "a message is a JSON object");
        }
        long bytesBefore = parser.currentLocation().getByteOffset();
        long tokensBefore = parser.currentTokenCount();
        Members members = new Members();
        Set<String> names = HashSet.newHashSet(8);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = TreeReader.string(parser);
            if (!names.add(name)) {
                throw TreeReader.givenTwice(name);
            }
            parser.nextToken();
            switch (name) {
                case "id" -> members.id = id(parser);
                case "jsonrpc" -> members.version = trees.value(parser);
                case "method" -> members.method = trees.value(parser);
                case "params" -> members.params = trees.value(parser);
                case "result", "error" -> {
                    members.isResponse = true;
                    trees.value(parser);
                }
                // Unknown members are allowed, and read so that what they hold is well-formed too.
                default -> trees.value(parser);
            }
        }
        long bytes = parser.currentLocation().getByteOffset() - bytesBefore;
        long tokens = parser.currentTokenCount() - tokensBefore;
        return members.message(
                Math.toIntExact(BYTES_OF_CHARACTER * bytes + BYTES_OF_TOKEN * tokens));
    }

    /** The id as JSON, or what is wrong with it. */
    private Id id(JsonParser parser) throws MalformedException {
        boolean isString = parser.currentToken() == JsonToken.VALUE_STRING;
        boolean isNumber =
                parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                        || parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT;
        if (!isString && !isNumber) {
            trees.value(parser);
            return new Id(NO_ID, "`id` must be a string or a number");
        }
        // The characters as they came: an id is compared by its owner, not by us.
        String text = isString ? TreeReader.string(parser) : parser.getString();
        if (text.length() > ID_LENGTH_MAX) {
            return new Id(NO_ID, "`id` is longer than " + ID_LENGTH_MAX + " characters");
        }
        return new Id(isString ? quoted(text) : text, "");
    }

    static String quoted(String text) {
        return new String(new JsonLine().string(text).part(), UTF_8);
    }

    private static Invalid invalid(String id, String problem) {
        return new Invalid(id, ProtocolError.INVALID_REQUEST, problem);
    }

    /**
     * An id found.
     *
     * @param problem empty for a good one
     */
    private record Id(String json, String problem) {}

    /** The members of one message, as they turn up. */
    private static final class Members {
        private @Nullable Id id;
        private @Nullable JsonNode version;
        private @Nullable JsonNode method;
        private @Nullable JsonNode params;
        private boolean isResponse;

        Message message(int weightBytes) {
            String answerId = id == null ? NO_ID : id.json;
            if (id != null && !id.problem.isEmpty() && !isResponse) {
                return invalid(NO_ID, id.problem);
            }
            if (version == null || !version.isString() || !version.asString().equals("2.0")) {
                return invalid(answerId, "`jsonrpc` must be \"2.0\"");
            }
            if (method == null) {
                return isResponse ? new Response() : invalid(answerId, "`method` is missing");
            }
            if (!method.isString()) {
                return invalid(answerId, "`method` must be a string");
            }
            ObjectNode object = params instanceof ObjectNode given ? given : null;
            if (id == null) {
                return new Notification(method.asString(), object);
            }
            if (params != null && object == null) {
                return new Invalid(
                        answerId, ProtocolError.INVALID_PARAMS, "`params` must be an object");
            }
            return new Request(answerId, method.asString(), object, weightBytes);
        }
    }
}
