package dev.countergate.server.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON object as its text stands in a file. What is put into it goes in as its neighbours are written; every other
 * character stays where it is, comments among them.
 */
final class EditedJson {
    private static final JsonMapper STRICT = mapper(false);
    private static final JsonMapper COMMENTED = mapper(true);

    private final String text;
    private final JsonMapper mapper;
    private final Block root;

    /**
     * An object or array.
     *
     * @param start where it opens
     * @param end behind where it closes
     */
    private record Block(int start, int end, boolean isObject, List<Item> items) {
        Optional<Item> member(String name) {
            return items.stream().filter(each -> name.equals(each.name)).findFirst();
        }
    }

    /**
     * What stands in a block.
     *
     * @param name of a member
     * @param start where it begins, a member with its name
     * @param value where its value begins
     * @param end behind its value
     * @param block the value, where it is one
     */
    private record Item(
            @Nullable String name, int start, int value, int end, @Nullable Block block) {}

    /** A block that is being read. */
    private record Open(Block block, @Nullable String name, int start) {}

    private EditedJson(String text, JsonMapper mapper) {
        this.text = text;
        this.mapper = mapper;
        this.root = read(text, mapper);
    }

    private static JsonMapper mapper(boolean comments) {
        return JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .configure(JsonReadFeature.ALLOW_JAVA_COMMENTS, comments)
                .configure(JsonReadFeature.ALLOW_TRAILING_COMMA, comments)
                .build();
    }

    /**
     * Reads {@code text}; one of blanks alone is an empty object.
     *
     * @param comments whether it is JSON with comments and trailing commas
     * @throws tools.jackson.core.JacksonException where it is not
     * @throws IllegalArgumentException where it is something else than an object
     */
    static EditedJson parse(String text, boolean comments) {
        return new EditedJson(text.isBlank() ? "{}\n" : text, comments ? COMMENTED : STRICT);
    }

    /** The whole text. */
    String text() {
        return text;
    }

    /** What stands at {@code path}; missing where nothing does. */
    JsonNode at(List<String> path) {
        JsonNode here = mapper.readTree(text);
        for (String name : path) {
            here = here.path(name);
        }
        return here;
    }

    /**
     * Puts {@code value} at {@code path}; what stood there goes, and objects on the way there are made.
     *
     * @throws IllegalArgumentException naming what stands on the way and is no object
     */
    EditedJson with(List<String> path, JsonNode value) {
        if (at(path).equals(value)) {
            return this;
        }
        Block here = root;
        for (int depth = 0; depth < path.size() - 1; depth++) {
            Optional<Item> next = here.member(path.get(depth));
            if (next.isEmpty()) {
                return inserted(here, path.get(depth), nested(path, depth + 1, value));
            }
            Block block = next.get().block();
            if (block == null || !block.isObject()) {
                throw new IllegalArgumentException("`" + path.get(depth) + "` is not an object");
            }
            here = block;
        }
        Optional<Item> old = here.member(path.getLast());
        if (old.isEmpty()) {
            return inserted(here, path.getLast(), value);
        }
        Item item = old.get();
        return spliced(
                item.value(),
                item.end(),
                written(value, isSpread(here) ? indentOfLine(item.start()) : null));
    }

    /**
     * Adds what is missing of {@code values} to the array at {@code path}, which is made where there is none.
     *
     * @throws IllegalArgumentException naming what stands there and is no array
     */
    EditedJson withAll(List<String> path, Collection<String> values) {
        EditedJson edited = this;
        if (at(path).isMissingNode()) {
            edited = edited.with(path, JsonNodeFactory.instance.arrayNode());
        }
        for (String value : values) {
            JsonNode there = edited.at(path);
            if (!there.isArray()) {
                throw new IllegalArgumentException("`" + path.getLast() + "` is not an array");
            }
            if (there.valueStream()
                    .noneMatch(each -> each.isString() && each.asString().equals(value))) {
                edited =
                        edited.inserted(
                                edited.array(path),
                                null,
                                JsonNodeFactory.instance.stringNode(value));
            }
        }
        return edited;
    }

    private Block array(List<String> path) {
        Block here = root;
        for (String name : path) {
            here = Objects.requireNonNull(here.member(name).orElseThrow().block());
        }
        return here;
    }

    private static JsonNode nested(List<String> path, int from, JsonNode value) {
        JsonNode inner = value;
        for (int depth = path.size() - 1; depth >= from; depth--) {
            ObjectNode outer = JsonNodeFactory.instance.objectNode();
            outer.set(path.get(depth), inner);
            inner = outer;
        }
        return inner;
    }

    private EditedJson inserted(Block block, @Nullable String name, JsonNode value) {
        String head = name == null ? "" : JsonNodeFactory.instance.stringNode(name) + ": ";
        int close = block.end() - 1;
        if (block.items().isEmpty()) {
            boolean isInline = block.start() != root.start() && text.indexOf('\n') < 0;
            if (isInline) {
                return spliced(close, close, head + written(value, null));
            }
            String outer = indentOfLine(block.start());
            int at = behindLastInk(block.start() + 1, close);
            boolean isClosedBelow = text.substring(at, close).indexOf('\n') >= 0;
            return spliced(
                    at,
                    close,
                    lineEnd()
                            + outer
                            + unit()
                            + head
                            + written(value, outer + unit())
                            + (isClosedBelow ? text.substring(at, close) : lineEnd() + outer));
        }
        Item last = block.items().getLast();
        int at = behindLastInk(last.end(), close);
        String comma = hasComma(last.end(), close) ? "" : ",";
        String between = text.substring(last.end(), at);
        String indent =
                isSpread(block) ? lineEnd() + indentOf(block.items().getFirst(), block) : " ";
        return spliced(
                last.end(),
                at,
                comma
                        + between
                        + indent
                        + head
                        + written(
                                value,
                                isSpread(block)
                                        ? indentOf(block.items().getFirst(), block)
                                        : null));
    }

    private EditedJson spliced(int start, int end, String with) {
        return new EditedJson(text.substring(0, start) + with + text.substring(end), mapper);
    }

    /** {@code value} as it is written in a line indented by {@code indent}, or on that line alone. */
    private String written(JsonNode value, @Nullable String indent) {
        if (indent == null) {
            return value.toString();
        }
        DefaultIndenter indenter = new DefaultIndenter(unit(), lineEnd());
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter(
                                Separators.createDefaultInstance()
                                        .withObjectNameValueSpacing(Separators.Spacing.AFTER)
                                        .withObjectEmptySeparator("")
                                        .withArrayEmptySeparator(""))
                        .withObjectIndenter(indenter)
                        .withArrayIndenter(indenter);
        return STRICT.writer()
                .with(printer)
                .writeValueAsString(value)
                .replace(lineEnd(), lineEnd() + indent);
    }

    private boolean isSpread(Block block) {
        return text.substring(block.start(), block.end()).indexOf('\n') >= 0;
    }

    /** The indentation of {@code first}, where it begins a line; else one more than its block's. */
    private String indentOf(Item first, Block block) {
        int line = text.lastIndexOf('\n', first.start()) + 1;
        String before = text.substring(line, first.start());
        return before.isBlank() && line > block.start()
                ? before
                : indentOfLine(block.start()) + unit();
    }

    private String indentOfLine(int at) {
        int line = text.lastIndexOf('\n', at) + 1;
        int ink = line;
        while (ink < at && (text.charAt(ink) == ' ' || text.charAt(ink) == '\t')) {
            ink++;
        }
        return text.substring(line, ink);
    }

    /** What each level is indented by. */
    private String unit() {
        if (!root.items().isEmpty()) {
            int start = root.items().getFirst().start();
            int line = text.lastIndexOf('\n', start) + 1;
            String before = text.substring(line, start);
            if (line > root.start() && !before.isEmpty() && before.isBlank()) {
                return before;
            }
        }
        return "  ";
    }

    private String lineEnd() {
        return text.contains("\r\n") ? "\r\n" : "\n";
    }

    /** Behind the last character between two places that is no blank. */
    private int behindLastInk(int from, int to) {
        int at = to;
        while (at > from && Character.isWhitespace(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    /** Whether a comma stands between two places, outside the comments there. */
    private boolean hasComma(int from, int to) {
        for (int at = from; at < to; at++) {
            if (text.startsWith("//", at)) {
                int line = text.indexOf('\n', at);
                at = line < 0 ? to : line;
            } else if (text.startsWith("/*", at)) {
                at = text.indexOf("*/", at) + 1;
            } else if (text.charAt(at) == ',') {
                return true;
            }
        }
        return false;
    }

    private static Block read(String text, JsonMapper mapper) {
        // The parser's places say nothing of names given twice below what it skips: the tree does.
        if (!mapper.readTree(text).isObject()) {
            throw new IllegalArgumentException("it is not a JSON object");
        }
        Deque<Open> open = new ArrayDeque<>();
        try (JsonParser parser = mapper.createParser(text)) {
            String name = null;
            int named = -1;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                int start = offset(parser.currentTokenLocation().getCharOffset());
                int from = named < 0 ? start : named;
                if (token == JsonToken.PROPERTY_NAME) {
                    name = parser.currentName();
                    named = start;
                    continue;
                }
                if (token.isStructStart()) {
                    boolean isObject = token == JsonToken.START_OBJECT;
                    open.push(
                            new Open(
                                    new Block(start, -1, isObject, new ArrayList<>()), name, from));
                } else {
                    parser.finishToken();
                    int end = offset(parser.currentLocation().getCharOffset());
                    Item item;
                    if (token.isStructEnd()) {
                        Open closed = open.pop();
                        Block block =
                                new Block(
                                        closed.block().start(),
                                        end,
                                        closed.block().isObject(),
                                        List.copyOf(closed.block().items()));
                        if (open.isEmpty()) {
                            return block;
                        }
                        item = new Item(closed.name(), closed.start(), block.start(), end, block);
                    } else {
                        item = new Item(name, from, start, end, null);
                    }
                    open.element().block().items().add(item);
                }
                name = null;
                named = -1;
            }
        }
        throw new IllegalStateException("an object that does not end was read as one");
    }

    private static int offset(long place) {
        return Math.toIntExact(place);
    }
}
