package dev.countergate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.call.TraceContext;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.request.Renderer;
import dev.countergate.policy.request.Request;
import dev.countergate.server.backend.Backends;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.ReadFollower;
import dev.countergate.server.config.CatalogueLoader;
import dev.countergate.server.config.Loading;
import dev.countergate.server.config.Sources;
import dev.countergate.testing.RawServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

/** A read says which trace it belongs to, and nothing else that is sent does. */
class TracedReadsTest {
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final TraceContext TRACE = TraceContext.parse(PARENT, "a=1,b=2").orElseThrow();

    @TempDir private Path folder;

    private final RawServer server =
            RawServer.start(
                    (request, connection) ->
                            connection.answer(200, "Content-Type: application/json\r\n", "{}"));
    private final BackendClients clients = new BackendClients(Clock.systemUTC(), ReadFollower.NONE);

    @AfterEach
    void ends() throws Exception {
        clients.withoutOthersThan(Catalogue.EMPTY).run();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"metric", "lines", "alerts", "page", "search", "both"})
    void every_read_over_http_belongs_to_the_trace_of_its_call(String tool) throws Exception {
        fetch(tool, TRACE);

        assertThat(server.requests()).isNotEmpty();
        for (RawServer.Request request : server.requests()) {
            assertThat(request.headers())
                    .filteredOn(line -> line.startsWith("traceparent"))
                    .hasSize(1);
            assertThat(request.header("traceparent")).isEqualTo(PARENT);
            assertThat(request.header("tracestate")).isEqualTo("a=1,b=2");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"metric", "lines", "alerts", "page", "search", "both"})
    void a_call_without_a_trace_makes_none(String tool) throws Exception {
        fetch(tool, null);

        assertThat(server.requests().toString()).doesNotContain("traceparent", "tracestate");
    }

    @Test
    void without_a_state_none_is_sent() throws Exception {
        fetch("metric", TraceContext.parse(PARENT, "A=1").orElseThrow());

        assertThat(server.requests().getFirst().header("traceparent")).isEqualTo(PARENT);
        assertThat(server.requests().toString()).doesNotContain("tracestate");
    }

    @Test
    void what_the_catalogue_says_goes_before() throws Exception {
        fetch("own", TRACE);

        RawServer.Request request = server.requests().getFirst();
        assertThat(request.header("traceparent")).isEqualTo("of-the-operator");
        assertThat(request.headers())
                .filteredOn(line -> line.toLowerCase(Locale.ROOT).startsWith("traceparent"))
                .hasSize(1);
    }

    @Test
    void a_notification_is_sent_as_the_catalogue_says_it() throws Exception {
        Catalogue catalogue = catalogue();
        Backends backends = clients.of(catalogue);
        backends.send(request(catalogue, "tell"), context(TRACE));

        assertThat(server.requests()).hasSize(1);
        assertThat(server.requests().toString()).doesNotContain("traceparent", "tracestate");
    }

    private void fetch(String tool, @Nullable TraceContext trace) throws Exception {
        Catalogue catalogue = catalogue();
        var _ = clients.of(catalogue).fetch(request(catalogue, tool), context(trace));
    }

    private static CallContext context(@Nullable TraceContext trace) {
        return new CallContext(
                "c1", Deadline.in(Duration.ofSeconds(20), System::nanoTime), Progress.NONE, trace);
    }

    private static Request request(Catalogue catalogue, String name) {
        Tool tool = catalogue.find(new ToolName(name)).orElseThrow();
        return tool.parameters()
                                .bind(JsonNodeFactory.instance.objectNode())
                                .then(bound -> Renderer.render(tool, bound, catalogue::backend))
                        instanceof Checked.Valid<Request>(Request request)
                ? request
                : fail();
    }

    private static Request fail() {
        throw new AssertionError("not rendered");
    }

    private Catalogue catalogue() throws Exception {
        String yaml =
                """
                backends:
                  m: {type: prometheus, url: "ORIGIN"}
                  l: {type: loki, url: "ORIGIN"}
                  a: {type: alertmanager, url: "ORIGIN"}
                tools:
                  - {name: metric, prometheus: {backend: m, instant: up}}
                  - {name: lines, loki: {backend: l, query: '{app="x"}'}}
                  - {name: alerts, alertmanager: {backend: a, alerts: {}}}
                  - {name: page, url: "ORIGIN/page"}
                  - {name: search, url: "ORIGIN/search", method: POST, effect: read}
                  - {name: both, requests: [{key: a, url: "ORIGIN/a"}, {key: b, url: "ORIGIN/b"}]}
                  - {name: own, url: "ORIGIN/own", headers: {Traceparent: of-the-operator}}
                  - {name: tell, url: "ORIGIN/hook", method: POST, effect: notify}
                """
                        .replace("ORIGIN", server.origin().toString());
        Path file = Files.writeString(folder.resolve("tools.yaml"), yaml);
        Loading loading = new CatalogueLoader(Sources.of(name -> null), false).load(file);
        if (!(loading instanceof Loading.Loaded loaded)) {
            throw new AssertionError(loading);
        }
        return loaded.catalogue();
    }
}
