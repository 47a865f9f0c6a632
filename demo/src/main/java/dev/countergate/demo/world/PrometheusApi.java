package dev.countergate.demo.world;

import static tools.jackson.databind.node.JsonNodeFactory.instance;

import dev.countergate.demo.http.HttpAnswer;
import dev.countergate.demo.http.HttpCall;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What Prometheus would say of the service. It evaluates no PromQL: it knows the queries of the demo's catalogue by heart,
 * and refuses any other with an error of Prometheus' own shape that says so.
 */
final class PrometheusApi {
    /** What each answer carries beside its data. */
    static final String SIMULATED = "simulated by countergate demo";

    private static final int POINTS_MAX = 11_000;
    private static final String SERVICE = "\\{service=\"(?<service>[a-z0-9-]*)\"";

    private static final Map<Pattern, Known> KNOWN =
            Map.of(
                    Pattern.compile(
                            "sum\\(rate\\(http_requests_total"
                                    + SERVICE
                                    + ",status=~\"5\\.\\.\"}\\[(?<window>[1-9][0-9]?)s]\\)\\)"
                                    + " / sum\\(rate\\(http_requests_total\\{service=\"\\k<service>\"}"
                                    + "\\[\\k<window>s]\\)\\)"),
                    PrometheusApi::errorRatio,
                    Pattern.compile("max by \\(pod\\) \\(memory_used_ratio" + SERVICE + "}\\)"),
                    PrometheusApi::memory,
                    Pattern.compile(
                            "time\\(\\) - max\\(deployed_timestamp_seconds" + SERVICE + "}\\)"),
                    PrometheusApi::deployAge);

    private final InstantSource clock;
    private final Supplier<Checkout> checkout;

    PrometheusApi(InstantSource clock, Supplier<Checkout> checkout) {
        this.clock = clock;
        this.checkout = checkout;
    }

    /** A query it can answer. */
    private interface Known {
        List<Sample> at(Checkout checkout, Matcher query, Instant at);
    }

    private record Sample(Map<String, String> labels, double value) {}

    private static List<Sample> errorRatio(Checkout checkout, Matcher query, Instant at) {
        Duration window = Duration.ofSeconds(Long.parseLong(query.group("window")));
        return List.of(new Sample(Map.of(), checkout.failing(at, window)));
    }

    private static List<Sample> memory(Checkout checkout, Matcher query, Instant at) {
        double value = checkout.memory(at);
        return Checkout.PODS.stream().map(pod -> new Sample(Map.of("pod", pod), value)).toList();
    }

    private static List<Sample> deployAge(Checkout checkout, Matcher query, Instant at) {
        double seconds = Duration.between(checkout.newest().at(), at).toMillis() / 1000.0;
        return List.of(new Sample(Map.of(), seconds));
    }

    HttpAnswer answer(HttpCall call) {
        Query query = Query.of(call);
        try {
            return switch (query.path()) {
                case "/api/v1/query" -> instant(query);
                case "/api/v1/query_range" -> range(query);
                default -> failure(404, "not_found", "it answers query and query_range alone");
            };
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            return failure(400, "bad_data", "a time or a step cannot be read: give seconds");
        }
    }

    private HttpAnswer instant(Query query) {
        Optional<Asked> asked = asked(query);
        if (asked.isEmpty()) {
            return unknown(query);
        }
        Instant at = query.first("time").map(PrometheusApi::time).orElseGet(clock::instant);
        ObjectNode data = instance.objectNode().put("resultType", "vector");
        ArrayNode result = data.putArray("result");
        for (Sample sample : asked.get().at(checkout.get(), at)) {
            ObjectNode one = result.addObject();
            sample.labels().forEach(one.putObject("metric")::put);
            point(one.putArray("value"), at, sample);
        }
        return success(data);
    }

    private HttpAnswer range(Query query) {
        Optional<Asked> asked = asked(query);
        if (asked.isEmpty()) {
            return unknown(query);
        }
        Instant start = query.first("start").map(PrometheusApi::time).orElse(Instant.EPOCH);
        Instant end = query.first("end").map(PrometheusApi::time).orElse(Instant.EPOCH);
        Duration step = step(query.first("step").orElse(""));
        if (!step.isPositive() || end.isBefore(start)) {
            return failure(400, "bad_data", "a range needs a start, a later end and a step");
        }
        if (Duration.between(start, end).dividedBy(step) >= POINTS_MAX) {
            return failure(400, "bad_data", "exceeded maximum resolution of 11,000 points");
        }
        Map<Map<String, String>, ArrayNode> series = new LinkedHashMap<>();
        ObjectNode data = instance.objectNode().put("resultType", "matrix");
        ArrayNode result = data.putArray("result");
        for (Instant at = start; !at.isAfter(end); at = at.plus(step)) {
            for (Sample sample : asked.get().at(checkout.get(), at)) {
                ArrayNode values =
                        series.computeIfAbsent(
                                sample.labels(),
                                labels -> {
                                    ObjectNode one = result.addObject();
                                    labels.forEach(one.putObject("metric")::put);
                                    return one.putArray("values");
                                });
                point(values.addArray(), at, sample);
            }
        }
        return success(data);
    }

    /** A known query about a service; there is but one. */
    private record Asked(Known known, Matcher query) {
        List<Sample> at(Checkout checkout, Instant at) {
            return query.group("service").equals(Checkout.NAME)
                    ? known.at(checkout, query, at)
                    : List.of();
        }
    }

    private static Optional<Asked> asked(Query query) {
        String text = query.first("query").orElse("");
        List<Asked> found = new ArrayList<>();
        KNOWN.forEach(
                (pattern, known) -> {
                    Matcher matcher = pattern.matcher(text);
                    if (matcher.matches()) {
                        found.add(new Asked(known, matcher));
                    }
                });
        return found.stream().findFirst();
    }

    private static HttpAnswer unknown(Query query) {
        return failure(
                422,
                "execution",
                "it evaluates no PromQL and knows the queries of the demo's catalogue alone, not `"
                        + query.first("query").orElse("")
                        + "`");
    }

    private static void point(ArrayNode pair, Instant at, Sample sample) {
        pair.add(BigDecimal.valueOf(at.toEpochMilli(), 3));
        pair.add(String.format(Locale.ROOT, "%.6f", sample.value()));
    }

    private static Instant time(String text) {
        return Instant.ofEpochMilli(new BigDecimal(text).movePointRight(3).longValue());
    }

    private static Duration step(String text) {
        String seconds = text.endsWith("s") ? text.substring(0, text.length() - 1) : text;
        return Duration.ofMillis(new BigDecimal(seconds).movePointRight(3).longValueExact());
    }

    private static HttpAnswer success(ObjectNode data) {
        ObjectNode answer = instance.objectNode().put("status", "success");
        answer.set("data", data);
        answer.putArray("infos").add(SIMULATED);
        return HttpAnswer.json(200, answer);
    }

    private static HttpAnswer failure(int status, String type, String what) {
        return HttpAnswer.json(
                status,
                instance.objectNode()
                        .put("status", "error")
                        .put("errorType", type)
                        .put("error", SIMULATED + ": " + what));
    }
}
