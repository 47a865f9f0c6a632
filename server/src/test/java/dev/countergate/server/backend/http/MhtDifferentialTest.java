package dev.countergate.server.backend.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.request.CompositeRequest;
import dev.countergate.policy.request.HttpRequest;
import dev.countergate.policy.request.Renderer;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.result.Payload;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.HttpTransport;
import dev.countergate.server.config.CatalogueLoader;
import dev.countergate.server.config.Loading;
import dev.countergate.server.config.Sources;
import dev.countergate.testing.RawServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Generated catalogues mean the same to us and to an independent reading of the mcp-http-tools format. */
class MhtDifferentialTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final long SEED = 20_260_101;
    private static final int CASES = 300;

    @TempDir Path folder;

    @Test
    void sends_the_same_requests_and_gives_the_same_results() throws Exception {
        assumeTrue(MhtReference.isAvailable(), "no node on the PATH");
        int sent = 0;
        int refused = 0;
        try (Recorder theirs = new Recorder();
                Recorder ours = new Recorder();
                MhtReference reference = MhtReference.start(folder)) {
            for (int i = 0; i < CASES; i++) {
                MhtCase each = MhtCase.random(new Random(SEED + i));
                theirs.prepare(each);
                ours.prepare(each);
                JsonNode expected =
                        reference.call(each.tool(), each.arguments(), environment(each, theirs));
                Optional<Reply> reply = call(each, ours);
                String shown =
                        "case " + i + ": " + each.tool() + "\ncalled with " + each.arguments();
                if (reply.isEmpty()) {
                    refused++;
                    assertThat(hasDots(each)).as(shown).isTrue();
                    continue;
                }
                sent++;
                assertThat(ours.received()).as(shown).isEqualTo(theirs.received());
                compare(shown + "\nanswered " + each.answers(), expected, reply.get());
            }
        }
        assertThat(sent).isGreaterThan(CASES / 2);
        assertThat(refused).isPositive();
    }

    private static void compare(String shown, JsonNode expected, Reply reply) {
        String text =
                switch (reply) {
                    case Reply.Failure failure -> failure.quoted();
                    case Reply.Answer(Payload.Text(String answer), List<String> notes) -> answer;
                    case Reply.Answer answer -> throw new AssertionError("no text: " + answer);
                };
        assertThat(reply instanceof Reply.Failure)
                .as(shown)
                .isEqualTo(expected.path("isError").asBoolean());
        assertThat(value(text)).as(shown).isEqualTo(value(expected.path("text").asString()));
    }

    /** The JSON value of a text, or the text: we write JSON compactly and leave numbers as they came. */
    private static Object value(String text) {
        try {
            JsonNode value = MAPPER.readTree(text);
            return value.isContainer() ? value : text;
        } catch (JacksonException none) {
            return text;
        }
    }

    /** {@code .} and {@code ..} segments, which both refuse in a raw path and we refuse everywhere in a path. */
    private static boolean hasDots(MhtCase each) {
        return each.arguments().valueStream().anyMatch(MhtDifferentialTest::isUnsafe)
                || each.tool().toString().contains("\"default\":\"..\"");
    }

    private static boolean isUnsafe(JsonNode value) {
        List<String> segments = List.of(value.asString("x").split("/", -1));
        return segments.contains("..") || segments.contains(".") || segments.contains("");
    }

    private Optional<Reply> call(MhtCase each, Recorder server) throws Exception {
        Catalogue catalogue = load(each, server);
        Tool tool = catalogue.find(new ToolName("probe")).orElseThrow();
        Checked<Request> request =
                tool.parameters()
                        .bind(each.arguments())
                        .then(bound -> Renderer.render(tool, bound, catalogue::backend));
        if (!(request instanceof Checked.Valid<Request>(Request valid))) {
            return Optional.empty();
        }
        CallContext context =
                new CallContext(
                        "call",
                        Deadline.in(Duration.ofSeconds(20), System::nanoTime),
                        CallContext.Progress.NONE);
        Backend.Http backend = (Backend.Http) catalogue.backends().iterator().next();
        try (HttpBackend http = new HttpBackend(new HttpTransport(backend, "1.2"));
                CompositeBackend composite = new CompositeBackend(name -> http)) {
            return Optional.of(
                    switch (valid) {
                        case HttpRequest single -> http.fetch(single, context);
                        case CompositeRequest several -> composite.fetch(several, context);
                        default -> throw new AssertionError("no HTTP request: " + valid);
                    });
        }
    }

    private Catalogue load(MhtCase each, Recorder server) throws IOException {
        ObjectNode document = MAPPER.createObjectNode();
        document.putArray("tools").add(each.tool().deepCopy().put("effect", "read"));
        Path file = folder.resolve("tools.yaml");
        // YAML takes JSON as it is, but for one character.
        Files.writeString(file, document.toPrettyString().replace("\u007f", "\\u007f"));
        Map<String, String> environment = new HashMap<>(each.environment());
        environment.put("BASE", server.base());
        Loading loading = new CatalogueLoader(Sources.of(environment::get), false).load(file);
        return switch (loading) {
            case Loading.Loaded loaded -> loaded.catalogue();
            case Loading.Faulty faulty ->
                    throw new AssertionError(faulty.faults() + "\n" + document.toPrettyString());
        };
    }

    private static ObjectNode environment(MhtCase each, Recorder server) {
        ObjectNode environment = MAPPER.createObjectNode();
        each.environment().forEach(environment::put);
        return environment.put("BASE", server.base());
    }

    /** A server that gives a case's answers and keeps what it was asked. */
    private static final class Recorder implements AutoCloseable {
        private static final List<String> COMPARED =
                List.of("authorization", "content-type", "x-plain", "x-key", "x-number");

        private final RawServer server = RawServer.start(this::answer);
        private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
        private volatile Map<String, List<MhtCase.Answer>> answers = Map.of();
        private volatile int before;

        void prepare(MhtCase each) {
            answers = each.answers();
            counts.clear();
            before = server.requests().size();
        }

        String base() {
            return server.origin().toString();
        }

        /** The requests of this case, sorted by the part that made them. */
        Map<String, List<String>> received() {
            Map<String, List<String>> received = new TreeMap<>();
            List<RawServer.Request> all = server.requests();
            for (RawServer.Request request : all.subList(before, all.size())) {
                received.merge(
                        key(request),
                        List.of(shown(request)),
                        (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
            }
            return received;
        }

        private static String shown(RawServer.Request request) {
            // A brace in an environment value is encoded by us and not by a URL parser: the same
            // octet to a backend.
            String line = request.line().replace("{", "%7B").replace("}", "%7D");
            StringBuilder shown = new StringBuilder(line);
            for (String name : COMPARED) {
                shown.append('\n').append(name).append(": ").append(request.header(name));
            }
            return shown.append('\n').append(value(request.body())).toString();
        }

        private static String key(RawServer.Request request) {
            return request.target().split("[/?]", 3)[1];
        }

        private void answer(RawServer.Request request, RawServer.Connection connection)
                throws IOException {
            List<MhtCase.Answer> given = answers.getOrDefault(key(request), List.of());
            int count =
                    counts.computeIfAbsent(key(request), key -> new AtomicInteger())
                            .getAndIncrement();
            MhtCase.Answer answer = given.get(Math.min(count, given.size() - 1));
            connection.answer(
                    answer.status(), "Content-Type: text/plain; charset=utf-8\n", answer.body());
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
