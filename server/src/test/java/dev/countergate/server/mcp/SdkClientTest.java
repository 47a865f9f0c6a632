package dev.countergate.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.result.ToolResult.ErrorBody;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.InitializeResult;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.JsonNodeFactory;

/** The official client of the MCP Java SDK, over a socket, against our sessions. */
@Timeout(60)
class SdkClientTest {
    private final FakeTools tools = new FakeTools();
    private final LineSessions sessions = new LineSessions(tools, "1", SessionLimits.STANDARD);
    private final BlockingQueue<List<Tool>> changes = new LinkedBlockingQueue<>();
    private final BlockingQueue<Double> progress = new LinkedBlockingQueue<>();

    private Peer peer;
    private McpSyncClient client;

    @BeforeEach
    void connect() throws IOException {
        peer = Peer.connect(sessions);
        client =
                McpClient.sync(new SocketTransport(peer))
                        .requestTimeout(Duration.ofSeconds(20))
                        .toolsChangeConsumer(changes::add)
                        .progressConsumer(told -> progress.add(told.progress()))
                        .build();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        peer.close();
        sessions.close();
    }

    @Test
    void settles_on_the_newest_version_and_pings() {
        InitializeResult result = client.initialize();
        assertThat(result.protocolVersion()).isEqualTo("2025-11-25");
        assertThat(result.capabilities().tools().listChanged()).isTrue();
        assertThat(result.serverInfo().title()).isEqualTo("Countergate");
        assertThat(client.ping()).isNotNull();
    }

    @Test
    void lists_every_page() {
        for (int number = 1; number < 2_500; number++) {
            tools.tool("t" + number, (call, told) -> FakeTools.text(""));
        }
        client.initialize();
        assertThat(client.listTools().tools()).hasSize(2_500);
    }

    @Test
    void reads_results_and_errors() {
        tools.tool(
                "structured",
                (call, told) ->
                        new ToolResult(
                                List.of("one"),
                                JsonNodeFactory.instance.objectNode().put("value", 1),
                                null));
        tools.tool(
                "refused",
                (call, told) ->
                        new ToolResult(
                                List.of("no"),
                                null,
                                new ErrorBody("FORBIDDEN", "no", "", null, List.of())));
        client.initialize();
        CallToolResult good = call("structured");
        assertThat(((TextContent) good.content().getFirst()).text()).isEqualTo("one");
        assertThat(good.structuredContent()).isEqualTo(Map.of("value", 1));
        CallToolResult bad = call("refused");
        assertThat(bad.isError()).isTrue();
        assertThat(bad.meta()).containsKey("dev.countergate/error");
        assertThatThrownBy(() -> call("no_such"))
                .isInstanceOf(McpError.class)
                .hasMessageContaining("unknown tool");
    }

    @Test
    void hears_of_progress_and_of_a_changed_list() throws Exception {
        tools.tool(
                "works",
                (call, told) -> {
                    told.report(1, 0, "");
                    return FakeTools.text("done");
                });
        client.initialize();
        client.callTool(
                CallToolRequest.builder("works")
                        .arguments(Map.of())
                        .meta(Map.of("progressToken", "p"))
                        .build());
        assertThat(progress.poll(20, TimeUnit.SECONDS)).isEqualTo(1.0);
        tools.tool("new", (call, told) -> FakeTools.text(""));
        tools.changed();
        assertThat(changes.poll(20, TimeUnit.SECONDS)).extracting(Tool::name).contains("new");
    }

    private CallToolResult call(String tool) {
        return client.callTool(CallToolRequest.builder(tool).arguments(Map.of()).build());
    }

    /** Lines over the peer's socket. */
    private static final class SocketTransport implements McpClientTransport {
        private final McpJsonMapper json = McpJsonDefaults.getMapper();
        private final Peer peer;

        SocketTransport(Peer peer) {
            this.peer = peer;
        }

        @Override
        public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
            Thread.ofVirtual().start(() -> read(handler));
            return Mono.empty();
        }

        private void read(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
            try {
                String line = peer.read();
                while (line != null) {
                    handler.apply(Mono.just(McpSchema.deserializeJsonRpcMessage(json, line)))
                            .subscribe();
                    line = peer.read();
                }
            } catch (IOException closed) {
                // The test is over.
            }
        }

        @Override
        public Mono<Void> sendMessage(JSONRPCMessage message) {
            return Mono.fromRunnable(() -> send(message));
        }

        private synchronized void send(JSONRPCMessage message) {
            try {
                peer.line(new String(json.writeValueAsBytes(message), UTF_8));
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        }

        @Override
        public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
            return json.convertValue(data, type);
        }

        @Override
        public Mono<Void> closeGracefully() {
            return Mono.empty();
        }
    }
}
