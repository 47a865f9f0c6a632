package dev.countergate.demo;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What the agent's reads found, in a few lines for the reader of the demo. */
final class Findings {
    private static final int VALUES_MAX = 9;

    private Findings() {}

    /** The alerts of {@code active_alerts}. */
    static List<String> alerts(JsonNode structured) {
        return structured
                .path("alerts")
                .valueStream()
                .map(
                        alert ->
                                alert.path("labels").path("alertname").asString("?")
                                        + ", "
                                        + alert.path("labels").path("severity").asString("?")
                                        + ": "
                                        + alert.path("annotations").path("summary").asString("?"))
                .toList();
    }

    /** The value of {@code error_ratio}. */
    static String failing(JsonNode structured) {
        return percent(structured.path("value").asDouble(Double.NaN)) + " of the requests fail";
    }

    /** The series of a read over a time, by their pod where they have one; not more than nine values each. */
    static List<String> series(JsonNode structured) {
        List<String> lines = new ArrayList<>();
        for (JsonNode series : structured.path("series").values()) {
            List<String> values =
                    series.path("samples")
                            .valueStream()
                            .map(each -> percent(Double.parseDouble(each.path(1).asString("NaN"))))
                            .toList();
            int every = Math.max(1, Math.ceilDiv(values.size(), VALUES_MAX));
            StringBuilder line = new StringBuilder(series.path("labels").path("pod").asString(""));
            for (int i = (values.size() - 1) % every; i < values.size(); i += every) {
                line.append(line.isEmpty() ? "" : "  ").append(values.get(i));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    /** The lines of {@code tail_logs}, each text once, the most frequent first, without what differs in each. */
    static List<String> log(JsonNode structured) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        structured
                .path("entries")
                .valueStream()
                .map(each -> each.path("line").asString("").replaceFirst(" order=\\d+$", ""))
                .forEach(text -> counts.merge(text, 1, Integer::sum));
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The deployments of {@code what_changed}. */
    static List<String> changes(JsonNode answer, Instant now) {
        return answer.path("deployments")
                .valueStream()
                .map(
                        each ->
                                each.path("version").asString("?")
                                        + ", "
                                        + ago(each.path("at").asString(""), now)
                                        + ", by "
                                        + each.path("by").asString("?")
                                        + ": "
                                        + each.path("change").asString("?"))
                .toList();
    }

    private static String ago(String at, Instant now) {
        try {
            Duration age = Duration.between(Instant.parse(at), now);
            return age.toDays() > 1 ? age.toDays() + " days ago" : age.toMinutes() + " minutes ago";
        } catch (DateTimeException unreadable) {
            return "at `" + at + "`";
        }
    }

    private static String percent(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%.1f%%", share * 100) : "?";
    }

    /** How a proposal stands, as {@code proposal_status} tells the agent. */
    static String standing(JsonNode structured) {
        JsonNode verification = structured.path("verification");
        return Stream.of(
                        structured.path("state").asString("?"),
                        structured.path("why").asString(""),
                        verification.path("why").asString(""))
                .filter(each -> !each.isEmpty())
                .collect(Collectors.joining(": "));
    }
}
