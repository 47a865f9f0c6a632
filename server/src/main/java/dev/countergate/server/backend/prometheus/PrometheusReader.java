package dev.countergate.server.backend.prometheus;

import dev.countergate.policy.request.PrometheusRequest;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.BackendWords;
import dev.countergate.server.backend.BoundedRows;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.JsonReader;
import dev.countergate.server.backend.PickedRow;
import dev.countergate.server.backend.SeriesReader;
import dev.countergate.server.backend.UnreadableAnswer;
import dev.countergate.server.backend.WireBody;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Makes sense of an answer of success: the envelope with {@code data}, {@code warnings} and {@code infos} around what was
 * asked for.
 */
final class PrometheusReader {
    private final PrometheusRequest request;
    private final List<String> notes = new ArrayList<>();

    private PrometheusReader(PrometheusRequest request) {
        this.request = request;
    }

    /** What {@code body}, the answer to {@code request}, says, read by {@code deadline}. */
    static Reply read(PrometheusRequest request, WireBody body, Deadline deadline) {
        try {
            return new PrometheusReader(request).envelope(JsonReader.of(body, deadline));
        } catch (UnreadableAnswer e) {
            return BackendWords.unreadable(request.backend().value(), body, e);
        }
    }

    private Reply envelope(JsonReader reader) throws UnreadableAnswer {
        String status = "";
        Payload payload = null;
        List<String> said = new ArrayList<>();
        reader.startObject();
        while (reader.nextMember()) {
            switch (reader.name()) {
                case "status" -> status = reader.string();
                case "data" -> payload = reader.isNull() ? null : data(reader);
                case "warnings" -> addNotes("warning: ", reader.stringItems(), said);
                case "infos" -> addNotes("info: ", reader.stringItems(), said);
                default -> reader.skip();
            }
        }
        reader.end();
        if (!status.equals("success")) {
            throw new UnreadableAnswer("its status is not success");
        }
        said.addAll(notes);
        return new Reply.Answer(payload == null ? nothing() : payload, said);
    }

    private static void addNotes(String kind, List<String> texts, List<String> notes) {
        texts.stream()
                .limit(BackendWords.NOTES_MAX)
                .forEach(text -> notes.add(kind + BackendWords.line(text)));
    }

    private Payload data(JsonReader reader) throws UnreadableAnswer {
        return switch (request) {
            case PrometheusRequest.Instant _ -> query(reader);
            case PrometheusRequest.Range _ -> query(reader);
            case PrometheusRequest.Series _ -> items(reader, BoundedRows::labels);
            case PrometheusRequest.Labels _ -> items(reader, BoundedRows::string);
            case PrometheusRequest.LabelValues _ -> items(reader, BoundedRows::string);
            case PrometheusRequest.Metadata _ -> metadata(reader);
            case PrometheusRequest.Targets _ -> targets(reader);
            case PrometheusRequest.Rules _ -> rules(reader);
            case PrometheusRequest.Alerts _ -> alerts(reader);
        };
    }

    /** The kind of rows a request gives, empty for a query. */
    private static String kind(PrometheusRequest request) {
        return switch (request) {
            case PrometheusRequest.Instant _ -> "";
            case PrometheusRequest.Range _ -> "";
            case PrometheusRequest.Series _ -> "series";
            case PrometheusRequest.Labels _ -> "labels";
            case PrometheusRequest.LabelValues _ -> "values";
            case PrometheusRequest.Metadata _ -> "metadata";
            case PrometheusRequest.Targets _ -> "targets";
            case PrometheusRequest.Rules _ -> "rules";
            case PrometheusRequest.Alerts _ -> "alerts";
        };
    }

    private Payload nothing() throws UnreadableAnswer {
        if (kind(request).isEmpty()) {
            throw new UnreadableAnswer("it has no data");
        }
        return new Payload.Rows(kind(request), List.of());
    }

    private Payload query(JsonReader reader) throws UnreadableAnswer {
        String type = "";
        SeriesReader series = new SeriesReader();
        reader.startObject();
        while (reader.nextMember()) {
            switch (reader.name()) {
                case "resultType" -> type = reader.string();
                case "result" -> series.read(reader);
                default -> reader.skip();
            }
        }
        notes.addAll(series.notes());
        return new Payload.Series(resultType(type), series.series());
    }

    private static String resultType(String type) throws UnreadableAnswer {
        return switch (type) {
            case "vector", "matrix", "scalar", "string" -> type;
            default -> throw new UnreadableAnswer("its result type is not known");
        };
    }

    private Payload items(JsonReader reader, BoundedRows.Item item) throws UnreadableAnswer {
        BoundedRows rows = newRows();
        rows.readItems(reader, item);
        return done(rows);
    }

    private BoundedRows newRows() {
        return new BoundedRows(kind(request));
    }

    private Payload done(BoundedRows rows) {
        notes.addAll(rows.notes());
        return new Payload.Rows(kind(request), rows.rows());
    }

    private Payload metadata(JsonReader reader) throws UnreadableAnswer {
        BoundedRows rows = newRows();
        reader.startObject();
        while (reader.nextMember()) {
            String metric = reader.name();
            rows.readItems(
                    reader,
                    each ->
                            new PickedRow(each.tree())
                                    .put("metric", metric)
                                    .keep("type", "help", "unit")
                                    .row());
        }
        return done(rows);
    }

    private Payload targets(JsonReader reader) throws UnreadableAnswer {
        BoundedRows rows = newRows();
        reader.startObject();
        while (reader.nextMember()) {
            switch (reader.name()) {
                case "activeTargets" -> rows.readItems(reader, PrometheusReader::activeTarget);
                case "droppedTargets" ->
                        rows.readItems(
                                reader,
                                each ->
                                        new PickedRow(each.tree())
                                                .put("state", "dropped")
                                                .keep("discoveredLabels", "scrapePool")
                                                .row());
                default -> reader.skip();
            }
        }
        return done(rows);
    }

    /** Without {@code discoveredLabels}: a page of what service discovery knew, before relabelling. */
    private static JsonNode activeTarget(JsonReader reader) throws UnreadableAnswer {
        return new PickedRow(reader.tree())
                .put("state", "active")
                .keep("labels", "health", "lastError")
                .keepTimes("lastScrape")
                .keep(
                        "lastScrapeDuration",
                        "scrapePool",
                        "scrapeUrl",
                        "scrapeInterval",
                        "scrapeTimeout")
                .row();
    }

    /** One row a rule, without groups: 2.x lists groups that a filter emptied, 3.x does not. */
    private Payload rules(JsonReader reader) throws UnreadableAnswer {
        BoundedRows rows = newRows();
        reader.startObject();
        while (reader.nextMember()) {
            if (reader.name().equals("groups")) {
                reader.startArray();
                while (reader.nextItem()) {
                    group(reader, rows);
                }
            } else {
                reader.skip();
            }
        }
        return done(rows);
    }

    /** Without {@code file}: a path on the server is nobody's business. */
    private static void group(JsonReader reader, BoundedRows rows) throws UnreadableAnswer {
        JsonNode group = reader.tree();
        for (JsonNode rule : group.path("rules")) {
            rows.add(rule(group, rule));
        }
    }

    private static JsonNode rule(JsonNode group, JsonNode rule) throws UnreadableAnswer {
        PickedRow row =
                new PickedRow(rule)
                        .put("group", group.path("name"))
                        .keep("name", "type", "state", "query", "duration", "keepFiringFor")
                        .keep("labels", "annotations", "health", "lastError")
                        .keepTimes("lastEvaluation");
        if (rule.path("alerts").isArray()) {
            row.put("alerts", alertsOf(rule.path("alerts")));
        }
        return row.row();
    }

    private Payload alerts(JsonReader reader) throws UnreadableAnswer {
        BoundedRows rows = newRows();
        reader.startObject();
        while (reader.nextMember()) {
            if (reader.name().equals("alerts")) {
                rows.readItems(reader, each -> alert(each.tree()));
            } else {
                reader.skip();
            }
        }
        return done(rows);
    }

    private static JsonNode alertsOf(JsonNode alerts) throws UnreadableAnswer {
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        for (JsonNode alert : alerts) {
            rows.add(alert(alert));
        }
        return rows;
    }

    private static JsonNode alert(JsonNode alert) throws UnreadableAnswer {
        return new PickedRow(alert)
                .keep("labels", "annotations", "state")
                .keepTimes("activeAt", "keepFiringSince")
                .keep("value")
                .row();
    }
}
