package dev.countergate.demo.world;

import static tools.jackson.databind.node.JsonNodeFactory.instance;

import dev.countergate.demo.http.HttpAnswer;
import dev.countergate.demo.http.HttpCall;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What Loki would say of the service's log: one stream a pod, narrowed by one text at most. It evaluates no other LogQL. */
final class LokiApi {
    private static final Pattern KNOWN =
            Pattern.compile(
                    "\\{service=\"(?<service>[a-z0-9-]*)\"}( \\|= \"(?<text>[^\"\\\\]*)\")?");
    private static final int LINES = 100;
    private static final int LINES_MAX = 5_000;
    private static final Duration SINCE_MAX = Duration.ofHours(1);

    private final InstantSource clock;
    private final Supplier<Checkout> checkout;

    LokiApi(InstantSource clock, Supplier<Checkout> checkout) {
        this.clock = clock;
        this.checkout = checkout;
    }

    HttpAnswer answer(HttpCall call) {
        Query query = Query.of(call);
        if (!query.path().equals("/loki/api/v1/query_range")) {
            return failure(404, "it answers query_range alone");
        }
        Matcher known = KNOWN.matcher(query.first("query").orElse(""));
        if (!known.matches()) {
            return failure(
                    400,
                    "it evaluates no LogQL and knows the queries of the demo's catalogue alone");
        }
        try {
            int limit = query.first("limit").map(Integer::parseInt).orElse(LINES);
            if (limit < 1 || limit > LINES_MAX) {
                return failure(400, "limit is to be 1 to " + LINES_MAX);
            }
            Instant end = query.first("end").map(LokiApi::time).orElseGet(clock::instant);
            Instant start =
                    query.first("start").map(LokiApi::time).orElseGet(() -> end.minus(SINCE_MAX));
            boolean isForward = query.first("direction").filter("forward"::equals).isPresent();
            return streams(lines(known, start, end), limit, isForward);
        } catch (NumberFormatException e) {
            return failure(400, "a number cannot be read: give times in nanoseconds");
        }
    }

    /** Its lines, oldest first; none from longer ago than an hour before the end, and none of other services. */
    private List<Checkout.LogLine> lines(Matcher known, Instant start, Instant end) {
        if (!known.group("service").equals(Checkout.NAME)) {
            return List.of();
        }
        String text = known.group("text") == null ? "" : known.group("text");
        Instant earliest = end.minus(SINCE_MAX);
        return checkout.get().lines(start.isBefore(earliest) ? earliest : start, end).stream()
                .filter(line -> line.text().contains(text))
                .toList();
    }

    private static HttpAnswer streams(
            List<Checkout.LogLine> oldestFirst, int limit, boolean isForward) {
        List<Checkout.LogLine> lines = isForward ? oldestFirst : oldestFirst.reversed();
        ObjectNode answer = instance.objectNode().put("status", "success");
        ObjectNode data = answer.putObject("data").put("resultType", "streams");
        ArrayNode result = data.putArray("result");
        Map<String, ArrayNode> streams = new LinkedHashMap<>();
        for (Checkout.LogLine line : lines.subList(0, Math.min(limit, lines.size()))) {
            streams.computeIfAbsent(
                            line.pod(),
                            pod -> {
                                ObjectNode one = result.addObject();
                                one.putObject("stream")
                                        .put("service", Checkout.NAME)
                                        .put("pod", pod)
                                        .put("simulated", "true");
                                return one.putArray("values");
                            })
                    .addArray()
                    .add(nanos(line.at()))
                    .add(line.text());
        }
        data.putObject("stats");
        return HttpAnswer.json(200, answer);
    }

    private static String nanos(Instant at) {
        return Long.toString(at.getEpochSecond() * 1_000_000_000 + at.getNano());
    }

    private static Instant time(String nanos) {
        return Instant.ofEpochSecond(0, Long.parseLong(nanos));
    }

    private static HttpAnswer failure(int status, String what) {
        return new HttpAnswer.Complete(
                status, "text/plain; charset=utf-8", PrometheusApi.SIMULATED + ": " + what);
    }
}
