package dev.countergate.testing.capture;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.havingExactly;
import static com.github.tomakehurst.wiremock.client.WireMock.request;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.Deadline;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A backend on loopback that answers as one recorded exchange did. */
public final class Replay implements AutoCloseable {
    private final WireMockServer server = new WireMockServer(options().dynamicPort());

    /** A backend that answers nothing yet. */
    public Replay() {
        server.start();
    }

    /**
     * Answers a request that has the recorded one's method, path and headers and all of its parameters, whatever others it
     * has; any other gets 404 and a body of no backend's.
     *
     * @param unsaid parameters that need not be there
     */
    public void exactly(Capture capture, Set<String> unsaid) {
        server.resetAll();
        MappingBuilder mapping = request(capture.method(), urlPathEqualTo(capture.path()));
        capture.headers().forEach((name, value) -> mapping.withHeader(name, equalTo(value)));
        each(
                capture.queryParameters(),
                unsaid,
                (name, values) -> mapping.withQueryParam(name, havingExactly(values)));
        each(
                capture.formParameters(),
                unsaid,
                (name, values) -> mapping.withFormParam(name, havingExactly(values)));
        server.stubFor(mapping.willReturn(answer(capture)));
    }

    /** Answers every request so. */
    public void always(Capture capture) {
        always(capture.status(), capture.contentType(), capture.body());
    }

    /** Answers every request so. */
    public void always(int status, @Nullable String contentType, byte[] body) {
        server.resetAll();
        server.stubFor(any(anyUrl()).willReturn(answer(status, contentType, body)));
    }

    /** Answers every request so, but only after {@code delay}. */
    public void late(Capture capture, Duration delay) {
        server.resetAll();
        server.stubFor(
                any(anyUrl()).willReturn(answer(capture).withFixedDelay((int) delay.toMillis())));
    }

    /** The requests that came since the answer was set, oldest first. */
    public List<LoggedRequest> requests() {
        return server.getAllServeEvents().reversed().stream()
                .map(event -> event.getRequest())
                .map(LoggedRequest.class::cast)
                .toList();
    }

    /** This backend as a catalogue would declare it, named {@code b}. */
    public Backend.Http backend(Backend.Api api) {
        return backend(api, null);
    }

    /** This backend as a catalogue would declare it, named {@code b}. */
    public Backend.Http backend(Backend.Api api, @Nullable String tenant) {
        return new Backend.Http(
                new BackendName("b"),
                api,
                URI.create("http://127.0.0.1:" + server.port()),
                SecretText.plain(""),
                List.of(),
                tenant,
                null,
                Backend.Limits.DEFAULT);
    }

    /** A call that may take {@code time}. */
    public static CallContext within(Duration time) {
        return new CallContext(
                "c-1", Deadline.in(time, System::nanoTime), CallContext.Progress.NONE);
    }

    @Override
    public void close() {
        server.stop();
    }

    private interface Parameter {
        void add(String name, String... values);
    }

    private static void each(
            Map<String, List<String>> parameters, Set<String> unsaid, Parameter parameter) {
        parameters.forEach(
                (name, values) -> {
                    if (!unsaid.contains(name)) {
                        parameter.add(name, values.toArray(String[]::new));
                    }
                });
    }

    private static ResponseDefinitionBuilder answer(Capture capture) {
        return answer(capture.status(), capture.contentType(), capture.body());
    }

    private static ResponseDefinitionBuilder answer(
            int status, @Nullable String contentType, byte[] body) {
        ResponseDefinitionBuilder answer = aResponse().withStatus(status).withBody(body);
        return contentType == null ? answer : answer.withHeader("Content-Type", contentType);
    }
}
