package dev.countergate.demo.world;

import static tools.jackson.databind.node.JsonNodeFactory.instance;

import dev.countergate.demo.http.HttpAnswer;
import dev.countergate.demo.http.HttpCall;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What Alertmanager would say: the alerts that fire, narrowed by labels. It keeps no silences. */
final class AlertmanagerApi {
    private static final Pattern EQUAL = Pattern.compile("([a-z]+)=\"([^\"\\\\]*)\"");

    private final InstantSource clock;
    private final Supplier<Checkout> checkout;

    AlertmanagerApi(InstantSource clock, Supplier<Checkout> checkout) {
        this.clock = clock;
        this.checkout = checkout;
    }

    HttpAnswer answer(HttpCall call) {
        Query query = Query.of(call);
        if (!call.method().equals("GET") || !query.path().equals("/api/v2/alerts")) {
            return failure(404, "it answers GET /api/v2/alerts alone");
        }
        List<Matcher> filters =
                query.values().getOrDefault("filter", List.of()).stream()
                        .map(EQUAL::matcher)
                        .toList();
        if (!filters.stream().allMatch(Matcher::matches)) {
            return failure(400, "a filter is to be label=\"value\"");
        }
        Instant now = clock.instant();
        ArrayNode answer = instance.arrayNode();
        for (Checkout.Alert alert : checkout.get().alerts(now)) {
            Map<String, String> labels =
                    Map.of(
                            "alertname",
                            alert.name(),
                            "service",
                            Checkout.NAME,
                            "severity",
                            alert.severity(),
                            "simulated",
                            "true");
            if (filters.stream()
                    .allMatch(
                            each -> each.group(2).equals(labels.getOrDefault(each.group(1), "")))) {
                answer.add(form(alert, labels, now));
            }
        }
        return HttpAnswer.json(200, answer);
    }

    private static ObjectNode form(Checkout.Alert alert, Map<String, String> labels, Instant now) {
        ObjectNode form = instance.objectNode();
        form.put("fingerprint", "000000000000c0de");
        form.put("startsAt", alert.since().toString());
        form.put("endsAt", now.plus(Duration.ofMinutes(4)).toString());
        form.put("updatedAt", now.toString());
        form.putObject("annotations").put("summary", alert.summary());
        labels.forEach(form.putObject("labels")::put);
        form.putArray("receivers").addObject().put("name", "nobody (simulated)");
        ObjectNode status = form.putObject("status").put("state", "active");
        status.putArray("silencedBy");
        status.putArray("inhibitedBy");
        return form;
    }

    private static HttpAnswer failure(int status, String what) {
        return HttpAnswer.json(
                status,
                instance.objectNode()
                        .put("code", status)
                        .put("message", PrometheusApi.SIMULATED + ": " + what));
    }
}
