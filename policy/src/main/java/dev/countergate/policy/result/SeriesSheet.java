package dev.countergate.policy.result;

import dev.countergate.policy.result.Payload.Sample;
import dev.countergate.policy.result.Payload.TimeSeries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Lays metric results out in rows, one a series, each with a summary that can stand for it. */
final class SeriesSheet {
    private SeriesSheet() {}

    static Sheet of(Payload.Series payload, VisibleText visible) {
        List<Row> rows = new ArrayList<>();
        List<Row> summaries = new ArrayList<>();
        for (TimeSeries series : payload.series()) {
            rows.add(whole(series, visible));
            summaries.add(summary(series, visible));
        }
        ObjectNode head = Sheets.NODES.objectNode();
        String type = visible.of(payload.type());
        head.put("resultType", type);
        soleNumber(payload, visible).ifPresent(value -> head.put("value", value));
        return new Sheet(
                head,
                "series",
                Sheets.inRow(type) + " of " + Sheets.count(rows.size(), "series", "series"),
                rows,
                payload.type().equals("matrix") ? summaries : List.of(),
                Sheet.Keep.FIRST,
                "aggregate (sum by, topk), add a label matcher, shorten the window or widen the step");
    }

    /** The result's number when it is exactly one finite sample: what an expectation calls {@code value}. */
    private static OptionalDouble soleNumber(Payload.Series payload, VisibleText visible) {
        if (payload.series().size() != 1 || payload.series().getFirst().samples().size() != 1) {
            return OptionalDouble.empty();
        }
        // Of the text that is shown: a secret is no number.
        double value = number(visible.of(payload.series().getFirst().samples().getFirst().value()));
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    private static Row whole(TimeSeries series, VisibleText visible) {
        ObjectNode data = Sheets.NODES.objectNode();
        data.set("labels", Sheets.labels(series.labels(), visible));
        ArrayNode samples = data.putArray("samples");
        for (Sample sample : series.samples()) {
            samples.addArray().add(Sheets.time(sample.time())).add(visible.of(sample.value()));
        }
        return new Row(
                data,
                Sheets.braces(series.labels(), visible)
                        + " "
                        + samplesText(series.samples(), visible));
    }

    private static String samplesText(List<Sample> samples, VisibleText visible) {
        Sample first = samples.getFirst();
        if (samples.size() == 1) {
            return Sheets.inRow(visible.of(first.value())) + " @ " + Sheets.time(first.time());
        }
        StringBuilder text = new StringBuilder();
        Duration step = Duration.between(first.time(), samples.get(1).time());
        if (isEven(samples, step)) {
            text.append("from ")
                    .append(Sheets.time(first.time()))
                    .append(" every ")
                    .append(seconds(step))
                    .append(':');
            samples.forEach(
                    sample -> text.append(' ').append(Sheets.inRow(visible.of(sample.value()))));
        } else {
            samples.forEach(
                    sample ->
                            text.append("\n  ")
                                    .append(Sheets.time(sample.time()))
                                    .append(' ')
                                    .append(Sheets.inRow(visible.of(sample.value()))));
        }
        return text.toString();
    }

    private static boolean isEven(List<Sample> samples, Duration step) {
        for (int i = 1; i < samples.size(); i++) {
            if (!Duration.between(samples.get(i - 1).time(), samples.get(i).time()).equals(step)) {
                return false;
            }
        }
        return true;
    }

    private static String seconds(Duration step) {
        return step.toMillis() % 1000 == 0 ? step.toSeconds() + "s" : step.toMillis() + "ms";
    }

    private static Row summary(TimeSeries series, VisibleText visible) {
        List<Sample> samples = series.samples();
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        boolean seen = false;
        for (Sample sample : samples) {
            double value = number(visible.of(sample.value()));
            if (!Double.isNaN(value)) {
                min = Math.min(min, value);
                max = Math.max(max, value);
                seen = true;
            }
        }
        Sample first = samples.getFirst();
        Sample last = samples.getLast();
        ObjectNode data = Sheets.NODES.objectNode();
        data.set("labels", Sheets.labels(series.labels(), visible));
        ObjectNode summary = data.putObject("summary");
        summary.put("count", samples.size());
        summary.putArray("first").add(Sheets.time(first.time())).add(visible.of(first.value()));
        summary.putArray("last").add(Sheets.time(last.time())).add(visible.of(last.value()));
        String range = "";
        if (seen) {
            summary.put("min", text(min)).put("max", text(max));
            range = ", min " + text(min) + ", max " + text(max);
        }
        return new Row(
                data,
                Sheets.braces(series.labels(), visible)
                        + " "
                        + samples.size()
                        + " samples: first "
                        + Sheets.inRow(visible.of(first.value()))
                        + " @ "
                        + Sheets.time(first.time())
                        + ", last "
                        + Sheets.inRow(visible.of(last.value()))
                        + " @ "
                        + Sheets.time(last.time())
                        + range);
    }

    /** The number a backend wrote, NaN for what is none (a string result). */
    private static double number(String value) {
        return switch (value) {
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> parsed(value);
        };
    }

    private static double parsed(String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException notANumber) {
            return Double.NaN;
        }
    }

    private static String text(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
