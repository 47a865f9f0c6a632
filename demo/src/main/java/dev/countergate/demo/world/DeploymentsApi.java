package dev.countergate.demo.world;

import static tools.jackson.databind.node.JsonNodeFactory.instance;

import dev.countergate.demo.http.HttpAnswer;
import dev.countergate.demo.http.HttpCall;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API of whatever deploys here: lists what went out, and sends a build out. An {@code Idempotency-Key} that it has seen
 * sends nothing again. Thread safe.
 */
final class DeploymentsApi {
    private static final String PATH = "/services/" + Checkout.NAME + "/deployments";

    private final InstantSource clock;
    private final AtomicReference<Checkout> checkout;
    private final Map<String, Deployment> byKey = new HashMap<>();
    private final AtomicInteger posts = new AtomicInteger();

    DeploymentsApi(InstantSource clock, AtomicReference<Checkout> checkout) {
        this.clock = clock;
        this.checkout = checkout;
    }

    HttpAnswer answer(HttpCall call) {
        if (!Query.of(call).path().equals(PATH)) {
            return failure(404, "it knows " + PATH + " alone");
        }
        return switch (call.method()) {
            case "GET" -> HttpAnswer.json(200, listed());
            case "POST" -> deploy(call);
            default -> failure(405, "it takes GET and POST");
        };
    }

    /** How many calls to send a build out arrived, whatever became of them. */
    int posts() {
        return posts.get();
    }

    private ObjectNode listed() {
        Instant now = clock.instant();
        Checkout present = checkout.get();
        ObjectNode answer =
                instance.objectNode().put("simulated", true).put("service", Checkout.NAME);
        answer.put("serving", present.serving(now).build().version());
        ArrayNode list = answer.putArray("deployments");
        present.deployments().reversed().forEach(each -> list.add(form(each)));
        return answer;
    }

    private synchronized HttpAnswer deploy(HttpCall call) {
        posts.incrementAndGet();
        Optional<Build> build = build(call.body());
        if (build.isEmpty()) {
            return failure(422, "there is no such version to deploy");
        }
        String key = call.header("idempotency-key").orElse("");
        String before = checkout.get().newest().build().version();
        Deployment made = byKey.get(key);
        if (made == null) {
            Checkout next =
                    checkout.get()
                            .deploy(build.get(), "countergate", clock.instant(), "as approved");
            checkout.set(next);
            made = next.newest();
            if (!key.isEmpty()) {
                byKey.put(key, made);
            }
        }
        return HttpAnswer.json(200, form(made).put("simulated", true).put("replaced", before));
    }

    private static Optional<Build> build(String body) {
        try {
            JsonNode read = JsonMapper.shared().readTree(body);
            return Build.called(read.path("version").asString(""));
        } catch (JacksonException notJson) {
            return Optional.empty();
        }
    }

    private static ObjectNode form(Deployment deployment) {
        return instance.objectNode()
                .put("id", deployment.id())
                .put("version", deployment.build().version())
                .put("at", deployment.at().toString())
                .put("by", deployment.by())
                .put("change", deployment.change());
    }

    private static HttpAnswer failure(int status, String what) {
        return HttpAnswer.json(
                status,
                instance.objectNode()
                        .put("simulated", true)
                        .put("error", PrometheusApi.SIMULATED + ": " + what));
    }
}
