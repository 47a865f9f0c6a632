package dev.countergate.demo;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * The agent of the demo: the official MCP client, which starts {@code countergate stdio} as an agent's program would. What
 * it calls is scripted.
 */
final class Agent implements AutoCloseable {
    /** Longer than a daemon may take to start, and than the longest wait for a proposal. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final McpSyncClient client;
    private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();

    private Agent(Workspace workspace) {
        ServerParameters relay =
                ServerParameters.builder(workspace.launcher().toString())
                        .args(
                                "stdio",
                                "--config",
                                workspace.catalogue().toString(),
                                "--state",
                                workspace.state().toString())
                        .env(workspace.environment())
                        .build();
        StdioClientTransport transport =
                new StdioClientTransport(relay, new JacksonMcpJsonMapper(JsonMapper.shared()));
        transport.setStdErrorHandler(complaints::add);
        client =
                McpClient.sync(transport)
                        .requestTimeout(PATIENCE)
                        .initializationTimeout(PATIENCE)
                        .clientInfo(
                                Implementation.builder("scripted agent of the demo", "1").build())
                        // What is answered is shown, and nothing hangs on its shape.
                        .jsonSchemaValidator((schema, answer) -> ValidationResponse.asValid(""))
                        .build();
    }

    /** Starts the relay, which starts the daemon, and shakes hands. */
    static Agent connect(Workspace workspace) throws DemoException {
        Agent agent = new Agent(workspace);
        try {
            var _ = agent.client.initialize();
            return agent;
        } catch (RuntimeException failure) {
            agent.close();
            throw new DemoException(
                    "the agent could not connect: "
                            + agent.complaints.stream().collect(Collectors.joining("; ")),
                    failure);
        }
    }

    /** The tools it is offered. */
    List<Tool> tools() {
        return client.listTools().tools();
    }

    /**
     * What a call was answered.
     *
     * @param text the first block of text
     * @param structured the structured content, or missing
     * @param error what went wrong, or missing
     */
    record Answer(boolean isError, String text, JsonNode structured, JsonNode error) {
        /** The text as JSON, missing where it is none. */
        JsonNode json() {
            try {
                return JsonMapper.shared().readTree(text);
            } catch (JacksonException notJson) {
                return MissingNode.getInstance();
            }
        }
    }

    /** A call of a tool. */
    record Call(String tool, Map<String, Object> arguments) {
        static Call of(String tool) {
            return new Call(tool, Map.of());
        }

        Call with(String name, Object value) {
            Map<String, Object> more = new LinkedHashMap<>(arguments);
            more.put(name, value);
            return new Call(tool, more);
        }

        /** As it would be typed. What the agent says of its reasons is no argument. */
        @Override
        public String toString() {
            return arguments.entrySet().stream()
                    .filter(each -> !each.getKey().startsWith("_"))
                    .map(each -> " " + each.getKey() + "=" + each.getValue())
                    .collect(Collectors.joining("", tool, ""));
        }
    }

    /** Calls a tool. */
    Answer call(Call call) throws DemoException {
        try {
            CallToolResult result =
                    client.callTool(
                            CallToolRequest.builder(call.tool())
                                    .arguments(call.arguments())
                                    .build());
            String text =
                    result.content().stream()
                            .filter(TextContent.class::isInstance)
                            .map(each -> ((TextContent) each).text())
                            .findFirst()
                            .orElse("");
            Object error =
                    Optional.ofNullable(result.meta())
                            .map(meta -> meta.get("dev.countergate/error"))
                            .orElse(null);
            return new Answer(
                    Boolean.TRUE.equals(result.isError()),
                    text,
                    tree(result.structuredContent()),
                    tree(error));
        } catch (McpError refused) {
            throw new DemoException(
                    "the call `" + call + "` was not taken: " + refused.getMessage(), refused);
        }
    }

    private static JsonNode tree(@Nullable Object value) {
        return value == null ? MissingNode.getInstance() : JsonMapper.shared().valueToTree(value);
    }

    /** Ends the session and the relay. */
    @Override
    public void close() {
        var _ = client.closeGracefully();
    }
}
