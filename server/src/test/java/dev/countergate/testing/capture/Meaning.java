package dev.countergate.testing.capture;

import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Lays a reply out as an expectation is, to be compared with it. */
public final class Meaning {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Meaning() {}

    /** {@code {"kind", "rows"}} of an answer; a failure is none. */
    public static JsonNode of(Reply reply) {
        return switch (reply) {
            case Reply.Answer(Payload payload, _) -> of(payload);
            case Reply.Failure failure -> throw new AssertionError("failed: " + failure);
        };
    }

    private static JsonNode of(Payload payload) {
        ArrayNode rows = NODES.arrayNode();
        String kind =
                switch (payload) {
                    case Payload.Series(String type, var series) -> {
                        series.forEach(each -> rows.add(series(each)));
                        yield type;
                    }
                    case Payload.Logs(var entries, _) -> {
                        entries.forEach(each -> rows.add(entry(each)));
                        yield "logs";
                    }
                    case Payload.Rows(String name, var each) -> {
                        rows.addAll(each);
                        yield name;
                    }
                    case Payload.Thing(String name, JsonNode value) -> {
                        rows.add(value);
                        yield name;
                    }
                    case Payload.Text _, Payload.Commands _ ->
                            throw new AssertionError("not of these backends: " + payload);
                };
        ObjectNode meaning = NODES.objectNode();
        meaning.put("kind", kind);
        meaning.set("rows", rows);
        // Through text, so that numbers are compared by what is written, not by how they are held.
        return JsonMapper.shared().readTree(meaning.toString());
    }

    private static JsonNode series(Payload.TimeSeries series) {
        ObjectNode row = NODES.objectNode();
        row.set("labels", labels(series.labels()));
        ArrayNode samples = row.putArray("samples");
        series.samples()
                .forEach(
                        sample -> samples.addArray().add(nanos(sample.time())).add(sample.value()));
        return row;
    }

    private static JsonNode entry(Payload.LogEntry entry) {
        ObjectNode row = NODES.objectNode();
        row.put("time", nanos(entry.time()));
        row.set("labels", labels(entry.labels()));
        row.set("metadata", labels(entry.metadata()));
        row.put("line", entry.line());
        return row;
    }

    private static ObjectNode labels(Map<String, String> labels) {
        ObjectNode node = NODES.objectNode();
        labels.forEach(node::put);
        return node;
    }

    private static String nanos(Instant time) {
        return BigDecimal.valueOf(time.getEpochSecond())
                .movePointRight(9)
                .add(BigDecimal.valueOf(time.getNano()))
                .toPlainString();
    }

    /** {@code {"kind", "rows"}} as {@code capture} was read by another program. */
    public static JsonNode expected(Capture capture) {
        ObjectNode expectation =
                (ObjectNode) JsonMapper.shared().readTree(capture.expectation().toString());
        expectation.remove("capture");
        return expectation;
    }
}
