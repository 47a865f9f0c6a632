package dev.countergate.testing.conformance;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.result.ToolResult.ErrorBody;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.call.PromptService;
import dev.countergate.server.call.ResourceService;
import dev.countergate.server.call.ToolService;
import dev.countergate.server.http.HttpListener;
import dev.countergate.server.http.HttpSettings;
import dev.countergate.server.mcp.Protocol;
import dev.countergate.server.mcp.SessionLimits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the official conformance suite expects of the server it tries, over the program's own protocol and HTTP: its tools,
 * prompts and resources, as far as a server like this one has such things. Listens on loopback at a free port, writes it
 * to standard output, and ends with its input.
 */
public final class ConformanceServer {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ConformanceServer() {}

    /** Runs until the end of input. */
    public static void main(String[] arguments) throws Exception {
        Protocol protocol =
                new Protocol(
                        new Tools(), new Texts(), new StaticText(), "0", SessionLimits.STANDARD);
        HttpSettings settings =
                new HttpSettings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        List.of(),
                        null,
                        false);
        PrincipalId anybody = new PrincipalId("token:conformance");
        try (HttpListener listener =
                new HttpListener(settings, protocol, token -> Optional.of(anybody))) {
            listener.start();
            ObjectNode status = NODES.objectNode();
            listener.describe(status);
            String address = status.path("http").path("address").asString();
            System.out.println(address.substring(address.lastIndexOf(':') + 1));
            System.out.flush();
            while (System.in.read() >= 0) {
                // Waits for the end.
            }
        }
    }

    private interface Behaviour {
        ToolResult call(Progress progress) throws InterruptedException;
    }

    private static final class Tools implements ToolService {
        private static final String NEEDS_SAMPLING = "test_missing_capability";

        private final Map<String, Behaviour> behaviours = new LinkedHashMap<>();
        private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
        private final AtomicLong revision = new AtomicLong(1);

        Tools() {
            behaviours.put(
                    "test_simple_text",
                    progress -> text("This is a simple text response for testing."));
            behaviours.put(
                    "test_error_handling",
                    progress ->
                            new ToolResult(
                                    List.of("This tool intentionally returns an error for testing"),
                                    null,
                                    new ErrorBody("TEST", "intended", "", null, List.of())));
            behaviours.put("test_tool_with_progress", Tools::inThreeSteps);
            behaviours.put("json_schema_2020_12_tool", progress -> text("JSON Schema 2020-12"));
            behaviours.put("test_logging_tool", progress -> text("said nothing"));
            behaviours.put(NEEDS_SAMPLING, progress -> text("a client that can sample called"));
            behaviours.put("test_streaming_elicitation", progress -> text("asked nothing"));
            behaviours.put(
                    "test_trigger_tool_change",
                    progress -> {
                        revision.incrementAndGet();
                        listeners.forEach(Runnable::run);
                        return text("changed");
                    });
        }

        private static ToolResult text(String text) {
            return new ToolResult(List.of(text), null, null);
        }

        /** A step that comes before the one before was written takes its place: so there is time between them. */
        private static ToolResult inThreeSteps(Progress progress) throws InterruptedException {
            CountDownLatch nothing = new CountDownLatch(1);
            for (int step = 0; step <= 100; step += 50) {
                progress.report(step, 100, "step " + step);
                boolean never = nothing.await(50, TimeUnit.MILLISECONDS);
                if (never) {
                    throw new IllegalStateException("nobody counts down");
                }
            }
            return text("done");
        }

        @Override
        public Listing list(Caller caller) {
            return new Listing(
                    revision.get(),
                    behaviours.keySet().stream()
                            .map(
                                    name ->
                                            new Description(
                                                    name,
                                                    "what the suite expects of " + name,
                                                    schema(name),
                                                    null,
                                                    NODES.objectNode()))
                            .toList());
        }

        private static JsonNode schema(String tool) {
            return tool.equals("json_schema_2020_12_tool")
                    ? new JsonMapper()
                            .readTree(
                                    """
                                    {"$schema": "https://json-schema.org/draft/2020-12/schema",
                                     "type": "object",
                                     "$defs": {"address": {"$anchor": "addressDef", "type": "object",
                                       "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
                                     "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"},
                                       "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                                       "phone": {"type": "string"}, "email": {"type": "string"}},
                                     "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
                                     "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
                                     "then": {"required": ["phone"]},
                                     "else": {"required": ["email"]},
                                     "additionalProperties": false}
                                    """)
                    : NODES.objectNode().put("type", "object");
        }

        @Override
        public Optional<ToolResult> call(ToolCall call, Progress progress)
                throws InterruptedException {
            Behaviour behaviour = behaviours.get(call.tool().value());
            return behaviour == null ? Optional.empty() : Optional.of(behaviour.call(progress));
        }

        @Override
        public Set<String> needs(ToolName tool) {
            return tool.value().equals(NEEDS_SAMPLING) ? Set.of("sampling") : Set.of();
        }

        @Override
        public AutoCloseable onListChanged(Runnable listener) {
            listeners.add(listener);
            return () -> listeners.remove(listener);
        }
    }

    private static final class Texts implements PromptService {
        private static final List<Prompt> ALL =
                List.of(
                        new Prompt("test_simple_prompt", "Simple", "takes nothing", List.of()),
                        new Prompt(
                                "test_prompt_with_arguments",
                                "With arguments",
                                "takes two texts",
                                List.of(
                                        new Argument("arg1", "the first", true),
                                        new Argument("arg2", "the second", true))));

        @Override
        public List<Prompt> all() {
            return ALL;
        }

        @Override
        public Checked<String> text(Prompt prompt, Caller caller, Map<String, String> values) {
            return Checked.valid(
                    prompt.arguments().isEmpty()
                            ? "This is a simple prompt for testing."
                            : "Prompt with arguments: arg1='"
                                    + values.get("arg1")
                                    + "', arg2='"
                                    + values.get("arg2")
                                    + "'");
        }
    }

    private static final class StaticText implements ResourceService {
        private static final String TEXT = "This is the content of the static text resource.";

        @Override
        public boolean isOffered() {
            return true;
        }

        @Override
        public List<Resource> list() {
            return List.of(
                    new Resource(
                            "test://static-text",
                            "static-text",
                            "Static text",
                            "text/plain",
                            TEXT.length()));
        }

        @Override
        public Optional<String> read(Caller caller, String uri) {
            return Optional.of(TEXT);
        }
    }
}
