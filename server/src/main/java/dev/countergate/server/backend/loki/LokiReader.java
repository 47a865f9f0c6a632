package dev.countergate.server.backend.loki;

import dev.countergate.policy.request.LokiRequest;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Payload.LogEntry;
import dev.countergate.policy.result.Payload.Sample;
import dev.countergate.policy.result.Payload.TimeSeries;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.BackendWords;
import dev.countergate.server.backend.BoundedRows;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.JsonReader;
import dev.countergate.server.backend.PickedRow;
import dev.countergate.server.backend.SeriesReader;
import dev.countergate.server.backend.UnreadableAnswer;
import dev.countergate.server.backend.WireBody;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes sense of an answer of success. Its {@code stats}, several kilobytes of every answer, are dropped. */
final class LokiReader {
    private final LokiRequest request;
    private final Instant now;
    private final List<String> notes = new ArrayList<>();

    private LokiReader(LokiRequest request, Instant now) {
        this.request = request;
        this.now = now;
    }

    /**
     * What {@code body}, the answer to {@code request}, says, read by {@code deadline}.
     *
     * @param now when it was asked
     */
    static Reply read(LokiRequest request, WireBody body, Instant now, Deadline deadline) {
        try {
            LokiReader loki = new LokiReader(request, now);
            JsonReader reader = JsonReader.of(body, deadline);
            Payload payload =
                    request instanceof LokiRequest.Stats
                            ? loki.stats(reader)
                            : loki.envelope(reader);
            return new Reply.Answer(payload, loki.notes);
        } catch (UnreadableAnswer e) {
            return BackendWords.unreadable(request.backend().value(), body, e);
        }
    }

    /** An answer without {@code data} is how Loki says "none". */
    private Payload envelope(JsonReader reader) throws UnreadableAnswer {
        String status = "";
        Payload payload = null;
        reader.startObject();
        while (reader.nextMember()) {
            switch (reader.name()) {
                case "status" -> status = reader.string();
                case "data" -> payload = reader.isNull() ? null : data(reader);
                case "warnings" ->
                        reader.stringItems().stream()
                                .limit(BackendWords.NOTES_MAX)
                                .forEach(text -> notes.add("warning: " + BackendWords.line(text)));
                default -> reader.skip();
            }
        }
        reader.end();
        if (!status.equals("success")) {
            throw new UnreadableAnswer("its status is not success");
        }
        return payload == null ? nothing() : payload;
    }

    private Payload data(JsonReader reader) throws UnreadableAnswer {
        return switch (request) {
            case LokiRequest.Range range -> query(reader, range.forward());
            case LokiRequest.Instant _ -> query(reader, false);
            case LokiRequest.Labels _ -> rows("labels", reader, BoundedRows::string);
            case LokiRequest.LabelValues _ -> rows("values", reader, BoundedRows::string);
            case LokiRequest.Series _ -> rows("series", reader, BoundedRows::labels);
            case LokiRequest.Stats _ -> stats(reader);
        };
    }

    private Payload nothing() throws UnreadableAnswer {
        return switch (request) {
            case LokiRequest.Range range -> new Payload.Logs(List.of(), range.forward());
            case LokiRequest.Instant _ -> new Payload.Series("vector", List.of());
            case LokiRequest.Labels _ -> new Payload.Rows("labels", List.of());
            case LokiRequest.LabelValues _ -> new Payload.Rows("values", List.of());
            case LokiRequest.Series _ -> new Payload.Rows("series", List.of());
            case LokiRequest.Stats _ -> throw new UnreadableAnswer("it has no numbers");
        };
    }

    private Payload rows(String kind, JsonReader reader, BoundedRows.Item item)
            throws UnreadableAnswer {
        BoundedRows rows = new BoundedRows(kind);
        rows.readItems(reader, item);
        notes.addAll(rows.notes());
        return new Payload.Rows(kind, rows.rows());
    }

    private Payload query(JsonReader reader, boolean forward) throws UnreadableAnswer {
        String type = "";
        Payload payload = null;
        reader.startObject();
        while (reader.nextMember()) {
            switch (reader.name()) {
                case "resultType" -> type = reader.string();
                case "result" -> payload = result(type, reader, forward);
                default -> reader.skip();
            }
        }
        if (payload == null) {
            throw new UnreadableAnswer("it has no result");
        }
        return payload;
    }

    private Payload result(String type, JsonReader reader, boolean forward)
            throws UnreadableAnswer {
        return switch (type) {
            case "streams" -> logs(reader, forward);
            case "matrix", "vector" -> new Payload.Series(type, series(reader));
            case "scalar" -> new Payload.Series(type, asAsked(series(reader)));
            default -> throw new UnreadableAnswer("its result type is not known");
        };
    }

    private List<TimeSeries> series(JsonReader reader) throws UnreadableAnswer {
        SeriesReader series = new SeriesReader();
        series.read(reader);
        notes.addAll(series.notes());
        return series.series();
    }

    /** A scalar comes with a time that means nothing: it holds for the moment it was asked for. */
    private List<TimeSeries> asAsked(List<TimeSeries> scalar) {
        Instant asked =
                request instanceof LokiRequest.Instant(_, _, Instant time) && time != null
                        ? time
                        : now;
        return scalar.stream()
                .map(
                        each ->
                                new TimeSeries(
                                        each.labels(),
                                        each.samples().stream()
                                                .map(sample -> new Sample(asked, sample.value()))
                                                .toList()))
                .toList();
    }

    private Payload logs(JsonReader reader, boolean forward) throws UnreadableAnswer {
        int limit =
                request instanceof LokiRequest.Range range
                        ? LokiLimits.of(range)
                        : LokiLimits.ENTRIES_MAX;
        LogReader logs = new LogReader(limit);
        logs.read(reader);
        notes.addAll(logs.notes());
        List<LogEntry> entries = logs.entries(forward);
        if (request instanceof LokiRequest.Range && entries.size() >= limit) {
            notes.add(limitReached(limit, entries.getLast().time(), forward));
        }
        return new Payload.Logs(entries, forward);
    }

    /** Loki has no cursor: the next page begins at the last entry's time, which repeats the entries of that moment. */
    private static String limitReached(int limit, Instant last, boolean forward) {
        return "the limit of "
                + limit
                + " was reached and "
                + (forward ? "later" : "earlier")
                + " entries are left out: narrow the query, raise the limit, or go on with "
                + (forward ? "start " + last : "end " + last.plusNanos(1))
                + ", where entries of that moment come again";
    }

    /** {@code index/stats} has no envelope. */
    private Payload stats(JsonReader reader) throws UnreadableAnswer {
        ObjectNode numbers =
                new PickedRow(reader.tree()).keep("streams", "chunks", "bytes", "entries").row();
        reader.end();
        if (numbers.isEmpty()) {
            throw new UnreadableAnswer("it has no numbers");
        }
        for (JsonNode number : numbers) {
            if (!number.isNumber()) {
                throw new UnreadableAnswer("a count is not a number");
            }
        }
        if (numbers.valueStream().allMatch(number -> number.decimalValue().signum() == 0)) {
            notes.add(
                    "all zero may mean that the data is too new to be counted: Loki counts what it has flushed from memory");
        }
        return new Payload.Thing("stats", numbers);
    }
}
