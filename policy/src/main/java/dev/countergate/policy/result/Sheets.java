package dev.countergate.policy.result;

import dev.countergate.policy.result.Payload.Invocation;
import dev.countergate.policy.result.Payload.LogEntry;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Lays payloads out in rows; {@link SeriesSheet} does the metric ones. */
final class Sheets {
    static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Begins a line of foreign text; none of ours begins so. */
    private static final String FOREIGN_LINE = "\n  | ";

    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter NANOS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private Sheets() {}

    /** A time as all of ours are written: RFC 3339, UTC, milliseconds. */
    static String time(Instant instant) {
        return MILLIS.format(instant);
    }

    static Sheet logs(Payload.Logs logs, VisibleText visible) {
        List<Row> rows = new ArrayList<>();
        for (LogEntry entry : logs.entries()) {
            String time = NANOS.format(entry.time());
            String line = visible.of(entry.line());
            ObjectNode data = NODES.objectNode();
            data.put("time", time);
            data.set("labels", labels(entry.labels(), visible));
            if (!entry.metadata().isEmpty()) {
                data.set("metadata", labels(entry.metadata(), visible));
            }
            data.put("line", line);
            rows.add(
                    new Row(
                            data,
                            time + " " + braces(entry.labels(), visible) + " " + inRow(line)));
        }
        ObjectNode head = NODES.objectNode();
        head.put("direction", logs.forward() ? "forward" : "backward");
        String order = logs.forward() ? "oldest first" : "newest first";
        return new Sheet(
                head,
                "entries",
                count(rows.size(), "log entry", "log entries") + ", " + order,
                rows,
                List.of(),
                Sheet.Keep.ENDS,
                "shorten the time span, add a line filter, or lower the limit");
    }

    static Sheet rows(Payload.Rows payload, VisibleText visible) {
        List<Row> rows = new ArrayList<>();
        for (JsonNode row : payload.rows()) {
            JsonNode data = visible.of(row);
            boolean isPlain = data.isString() && !soundsLikeUs(data.stringValue());
            rows.add(new Row(data, isPlain ? inRow(data.stringValue()) : data.toString()));
        }
        return new Sheet(
                NODES.objectNode(),
                payload.kind(),
                payload.kind() + ": " + rows.size(),
                rows,
                List.of(),
                Sheet.Keep.FIRST,
                "ask with a narrower selector, matcher or filter");
    }

    static Sheet commands(Payload.Commands commands, VisibleText visible) {
        List<Row> rows = new ArrayList<>();
        for (Invocation invocation : commands.invocations()) {
            String instance = visible.of(invocation.instance());
            String status = visible.of(invocation.status());
            String output = visible.of(invocation.output());
            String errorOutput = visible.of(invocation.errorOutput());
            ObjectNode data = NODES.objectNode();
            data.put("instance", instance);
            data.put("status", status);
            if (invocation.exitCode() != null) {
                data.put("exitCode", invocation.exitCode());
            }
            data.put("output", output);
            data.put("errorOutput", errorOutput);
            data.put("truncated", invocation.truncated());
            String exit =
                    invocation.exitCode() == null ? "" : ", exit code " + invocation.exitCode();
            String cut = invocation.truncated() ? " (cut by the backend)" : "";
            String errors = errorOutput.isEmpty() ? "" : "\nstandard error:" + block(errorOutput);
            String head = "== " + inRow(instance) + ": " + inRow(status) + exit + cut;
            rows.add(new Row(data, head + (output.isEmpty() ? "\n" : block(output)) + errors));
        }
        ObjectNode head = NODES.objectNode();
        String commandId = visible.of(commands.commandId());
        head.put("commandId", commandId);
        return new Sheet(
                head,
                "invocations",
                "command "
                        + inRow(commandId)
                        + " on "
                        + count(rows.size(), "instance", "instances"),
                rows,
                List.of(),
                Sheet.Keep.FIRST,
                "have the command print less, or ask fewer instances");
    }

    /** Foreign text within a row: what follows a line break passes for no other row and no word of ours. */
    static String inRow(String visible) {
        // What ends the last line begins no other.
        String lines =
                visible.endsWith("\n") ? visible.substring(0, visible.length() - 1) : visible;
        return lines.replace("\n", FOREIGN_LINE);
    }

    /** Foreign text as lines of its own below a row's first. */
    private static String block(String visible) {
        return FOREIGN_LINE + inRow(visible);
    }

    /** Whether a row of that text would pass for what we say between and below rows. */
    private static boolean soundsLikeUs(String text) {
        return text.startsWith("cut: ") || text.startsWith("note: ") || text.startsWith("... ");
    }

    static ObjectNode labels(Map<String, String> labels, VisibleText visible) {
        ObjectNode node = NODES.objectNode();
        labels.forEach((name, value) -> node.put(visible.of(name), visible.of(value)));
        return node;
    }

    /** Labels as Prometheus writes them: {@code {job="api", pod="a"}}. */
    static String braces(Map<String, String> labels, VisibleText visible) {
        StringBuilder text = new StringBuilder("{");
        for (Map.Entry<String, String> label : labels.entrySet()) {
            if (text.length() > 1) {
                text.append(", ");
            }
            String value = visible.of(label.getValue()).replace("\\", "\\\\").replace("\"", "\\\"");
            text.append(inRow(visible.of(label.getKey())))
                    .append("=\"")
                    .append(value.replace("\n", "\\n"))
                    .append('"');
        }
        return text.append('}').toString();
    }

    static String count(int count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }
}
