package dev.countergate.policy.result;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a backend said, in one of few shapes, so that cutting it can know what it cuts. */
public sealed interface Payload {
    /**
     * A body passed on as text.
     *
     * @param text exactly what is passed on
     */
    record Text(String text) implements Payload {}

    /**
     * The result of a metric query.
     *
     * @param type as the backend named it: {@code vector}, {@code matrix}, {@code scalar} or {@code string}
     * @param series in the backend's order; exactly one, without labels, for a scalar or a string
     */
    record Series(String type, List<TimeSeries> series) implements Payload {
        public Series {
            series = List.copyOf(series);
        }
    }

    /**
     * Log entries of all streams, merged.
     *
     * @param entries in the order asked for
     * @param forward whether the oldest come first
     */
    record Logs(List<LogEntry> entries, boolean forward) implements Payload {
        public Logs {
            entries = List.copyOf(entries);
        }
    }

    /**
     * A list of things of one kind.
     *
     * @param kind what they are, a plural noun that names the member holding them: {@code alerts}, {@code labels}
     * @param rows each an object or a string, in the backend's order
     */
    record Rows(String kind, List<JsonNode> rows) implements Payload {
        public Rows {
            rows = List.copyOf(rows);
        }
    }

    /**
     * One thing.
     *
     * @param kind what it is, a noun: {@code status}
     * @param value an object
     */
    record Thing(String kind, JsonNode value) implements Payload {}

    /**
     * What a command did on each instance.
     *
     * @param commandId as the backend names it
     * @param invocations one an instance, sorted by instance id
     */
    record Commands(String commandId, List<Invocation> invocations) implements Payload {
        public Commands {
            invocations = List.copyOf(invocations);
        }
    }

    /**
     * One series.
     *
     * @param labels in the backend's order
     * @param samples in time order, at least one
     */
    record TimeSeries(Map<String, String> labels, List<Sample> samples) {
        public TimeSeries {
            labels = Collected.ordered(labels);
            samples = List.copyOf(samples);
        }
    }

    /**
     * One sample.
     *
     * @param time of the sample
     * @param value as the backend wrote it: {@code NaN}, {@code +Inf} and {@code -Inf} are values too
     */
    record Sample(Instant time, String value) {}

    /**
     * One log entry.
     *
     * @param time to the nanosecond
     * @param labels the stream's, in the backend's order
     * @param metadata the entry's own, such as {@code trace_id}
     * @param line as the backend gave it
     */
    record LogEntry(
            Instant time, Map<String, String> labels, Map<String, String> metadata, String line) {
        public LogEntry {
            labels = Collected.ordered(labels);
            metadata = Collected.ordered(metadata);
        }
    }

    /**
     * What a command did on one instance.
     *
     * @param instance the instance's id
     * @param status as the backend names it, spaces removed: {@code Success}, {@code ExecutionTimedOut}
     * @param exitCode or null where it did not run to an end
     * @param output standard output as far as the backend kept it
     * @param errorOutput standard error likewise
     * @param truncated whether the backend cut either
     */
    record Invocation(
            String instance,
            String status,
            @Nullable Integer exitCode,
            String output,
            String errorOutput,
            boolean truncated) {}
}
