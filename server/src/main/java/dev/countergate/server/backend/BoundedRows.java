package dev.countergate.server.backend;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Rows of a list up to a limit; what is beyond it is passed over and counted. Not thread safe. */
public final class BoundedRows {
    /** How many rows are kept. */
    public static final int ROWS_MAX = 10_000;

    private final String kind;
    private final int rowsMax;
    private final List<JsonNode> rows = new ArrayList<>();
    private int passedOver;

    /**
     * At most {@value #ROWS_MAX} rows.
     *
     * @param kind what they are, a plural noun
     */
    public BoundedRows(String kind) {
        this(kind, ROWS_MAX);
    }

    BoundedRows(String kind, int rowsMax) {
        this.kind = kind;
        this.rowsMax = rowsMax;
    }

    /** Makes a row of each item of the array {@code reader} stands on; {@code null} is an array without items. */
    public void readItems(JsonReader reader, Item item) throws UnreadableAnswer {
        if (reader.isNull()) {
            return;
        }
        reader.startArray();
        while (reader.nextItem()) {
            read(reader, item);
        }
    }

    /** Makes a row of the value {@code reader} stands on. */
    public void read(JsonReader reader, Item item) throws UnreadableAnswer {
        if (rows.size() < rowsMax) {
            rows.add(item.read(reader));
        } else {
            reader.skip();
            passedOver++;
        }
    }

    /** Adds a row. */
    public void add(JsonNode row) {
        if (rows.size() < rowsMax) {
            rows.add(row);
        } else {
            passedOver++;
        }
    }

    /** The rows kept, in their order. */
    public List<JsonNode> rows() {
        return rows;
    }

    /** What was left out, one line, or nothing. */
    public List<String> notes() {
        return passedOver == 0
                ? List.of()
                : List.of(
                        "kept the first "
                                + rows.size()
                                + " of "
                                + (rows.size() + passedOver)
                                + " "
                                + kind
                                + ", as many as are read at once: ask for fewer");
    }

    /** A row that is a string. */
    public static JsonNode string(JsonReader reader) throws UnreadableAnswer {
        return StringNode.valueOf(reader.string());
    }

    /** A row that is a set of labels. */
    public static JsonNode labels(JsonReader reader) throws UnreadableAnswer {
        ObjectNode labels = JsonNodeFactory.instance.objectNode();
        reader.strings().forEach(labels::put);
        return labels;
    }

    /** Makes a row of a value. */
    @FunctionalInterface
    public interface Item {
        /** The row that the value {@code reader} stands on makes. */
        JsonNode read(JsonReader reader) throws UnreadableAnswer;
    }
}
