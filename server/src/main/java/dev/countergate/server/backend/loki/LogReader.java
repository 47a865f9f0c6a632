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
 * or beside the line where Loki was asked to categorize; both are read. Loki keeps to the limit it was given; what else
 * answers in its place may not, and what is beyond is passed over and counted. Not thread safe.
 */
final class LogReader {
    private final int entriesMax;
    private final List<LogEntry> entries = new ArrayList<>();
    private int passedOver;

    /** Keeps {@code entriesMax} entries. */
    LogReader(int entriesMax) {
        this.entriesMax = entriesMax;
    }

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

    /** What was left out, one line, or nothing. */
    List<String> notes() {
        return passedOver == 0
                ? List.of()
                : List.of(
                        "kept the first "
                                + entries.size()
                                + " of "
                                + (entries.size() + passedOver)
                                + " entries as they came, which are more than were asked for");
    }

    private void stream(JsonReader reader) throws UnreadableAnswer {
        Map<String, String> labels = Map.of();
        List<LogEntry> own = new ArrayList<>();
        reader.startObject();
        while (reader.nextMember()) {
            switch (reader.name()) {
                case "stream" -> {
                    if (entries.size() < entriesMax) {
                        labels = reader.strings();
                    } else {
                        reader.skip();
                    }
                }
                case "values" -> {
                    reader.startArray();
                    while (reader.nextItem()) {
                        if (entries.size() + own.size() < entriesMax) {
                            own.add(entry(reader));
                        } else {
                            reader.skip();
                            passedOver++;
                        }
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
