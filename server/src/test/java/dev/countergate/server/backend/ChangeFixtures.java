package dev.countergate.server.backend;

import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Action;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.catalogue.Effect;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.catalogue.ResultBudget;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.parameter.Parameters;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.testing.RawServer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a test of changes needs whatever the backend. */
public final class ChangeFixtures {
    public static final UUID ATTEMPT = UUID.fromString("3b12e77c-52b7-51a7-bd82-63f1e5ed4372");
    public static final Instant CREATED = Instant.parse("2026-11-21T07:00:00Z");

    private ChangeFixtures() {}

    /** A write tool; {@code targetsMax} of its guard may be null. */
    public static Tool tool(Action action, @Nullable Integer targetsMax) {
        Guard none = Guard.NONE;
        return new Tool(
                new ToolName("change"),
                "",
                Parameters.of(List.of()),
                Effect.WRITE,
                action,
                new Guard(
                        none.risk(),
                        null,
                        null,
                        null,
                        Map.of(),
                        List.of(),
                        targetsMax,
                        List.of(),
                        null,
                        null,
                        none.approvals(),
                        none.afterFailure(),
                        null),
                ResultBudget.DEFAULT);
    }

    public static Wish wish(Tool tool) {
        return new Wish(tool, ATTEMPT, CREATED, "unix:ana-agent", within(Duration.ofSeconds(20)));
    }

    public static Deadline within(Duration time) {
        return Deadline.in(time, System::nanoTime);
    }

    public static Backend.Http http(Backend.Api api, URI origin, List<Backend.Header> headers) {
        return new Backend.Http(
                new BackendName("it"),
                api,
                origin,
                SecretText.plain(""),
                headers,
                null,
                null,
                new Backend.Limits(4, 64 << 10, Duration.ofSeconds(20)));
    }

    /** Sends within {@code time} where no name is given. */
    public static Sending sending(Duration time) {
        return new Sending(
                () -> true,
                within(time),
                handle -> {
                    throw new IllegalStateException("a name where there is none: " + handle);
                },
                CallContext.Progress.NONE);
    }

    public static CoreRequest resolved(Resolution resolution) {
        if (resolution instanceof Resolution.Resolved(CoreRequest request, List<String> radius)) {
            return request;
        }
        throw new AssertionError(resolution);
    }

    /** The request of a core as a request received would say it. */
    public static Map<String, String> said(CoreRequest request) {
        Map<String, String> said = new TreeMap<>();
        said.put("method", request.json().path("method").stringValue());
        said.put("url", request.json().path("url").stringValue());
        said.put("body", request.json().path("body").asString(""));
        request.json()
                .path("headers")
                .properties()
                .forEach(
                        each ->
                                said.put(
                                        "header " + each.getKey().toLowerCase(Locale.ROOT),
                                        each.getValue().stringValue()));
        return said;
    }

    /** A request received, but for what every connection brings along. */
    public static Map<String, String> said(RawServer.Request request, URI origin) {
        Map<String, String> said = new TreeMap<>();
        said.put("method", request.line().split(" ", 3)[0]);
        said.put("url", origin + request.target());
        said.put("body", request.body());
        List<String> names = new ArrayList<>();
        for (String header : request.headers()) {
            int colon = header.indexOf(':');
            String name = header.substring(0, colon).toLowerCase(Locale.ROOT);
            names.add(name);
            switch (name) {
                case "host",
                        "content-length",
                        "accept",
                        "accept-encoding",
                        "user-agent",
                        "connection" -> {}
                default -> said.put("header " + name, header.substring(colon + 1).strip());
            }
        }
        if (names.stream().distinct().count() != names.size()) {
            throw new AssertionError("a header twice: " + names);
        }
        return said;
    }
}
