package dev.countergate.server.backend.loki;

import dev.countergate.policy.result.Payload.LogEntry;
import dev.countergate.server.backend.BackendTime;
import dev.countergate.server.backend.JsonReader;
import dev.countergate.server.backend.UnreadableAnswer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads streams into one log. An entry's own metadata stands in its stream's labels, which makes a stream of each entry,
 * or beside the line where Loki was asked to categorize; both are read. Not thread safe.
 */
final class LogReader {
    private final List<LogEntry> entries = new ArrayList<>();

    /** Reads the array of streams that {@code reader} stands on. */
    void read(JsonReader reader) throws UnreadableAnswer {
        reader.startArray();
        while (reader.nextItem()) {
            stream(reader);
        }
    }

    /** All entries by time; those of one moment in Loki's order. */
    List<LogEntry> entries(boolean forward) {
        Comparator<LogEntry> byTime = Comparator.comparing(LogEntry::time);
        entries.sort(forward ? byTime : byTime.reversed());
        return entries;
    }

    private void stream(JsonReader reader) throws UnreadableAnswer {
        Map<String, String> labels = Map.of();
        List<LogEntry> own = new ArrayList<>();
        reader.startObject();
        while (reader.nextMember()) {
            switch (reader.name()) {
                case "stream" -> labels = reader.strings();
                case "values" -> {
                    reader.startArray();
                    while (reader.nextItem()) {
                        own.add(entry(reader));
                    }
                }
                default -> reader.skip();
            }
        }
        for (LogEntry entry : own) {
            entries.add(new LogEntry(entry.time(), labels, entry.metadata(), entry.line()));
        }
    }

    private static LogEntry entry(JsonReader reader) throws UnreadableAnswer {
        reader.startArray();
        reader.demandItem();
        Instant time = BackendTime.ofNanos(reader.string());
        reader.demandItem();
        String line = reader.string();
        Map<String, String> metadata = new LinkedHashMap<>();
        if (reader.nextItem()) {
            metadata(reader, metadata);
            reader.skipItems();
        }
        return new LogEntry(time, Map.of(), metadata, line);
    }

    /** What stands beside a line: {@code structuredMetadata} and {@code parsed}, in either order or neither. */
    private static void metadata(JsonReader reader, Map<String, String> metadata)
            throws UnreadableAnswer {
        reader.startObject();
        while (reader.nextMember()) {
            switch (reader.name()) {
                case "structuredMetadata", "parsed" -> metadata.putAll(reader.strings());
                default -> reader.skip();
            }
        }
    }
}
