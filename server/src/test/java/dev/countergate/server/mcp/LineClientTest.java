package dev.countergate.server.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.mcp.LineClient.Answer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Timeout(60)
class LineClientTest {
    private final FakeTools tools = new FakeTools();
    private final LineSessions sessions = new LineSessions(tools, "1", SessionLimits.STANDARD);

    @AfterEach
    void close() {
        sessions.close();
    }

    private static LineClient client(Peer peer) throws IOException {
        return LineClient.connect(
                Channels.newInputStream(peer.channel),
                Channels.newOutputStream(peer.channel),
                "countergate call",
                "1");
    }

    private static ObjectNode arguments() {
        return JsonNodeFactory.instance.objectNode();
    }

    @Test
    void lists_all_tools_over_all_pages_in_their_order() throws Exception {
        for (int number = 1; number < 2_500; number++) {
            tools.tool("t" + number, (call, progress) -> FakeTools.text(""));
        }
        try (Peer peer = Peer.connect(sessions)) {
            List<JsonNode> listed = client(peer).tools();
            assertThat(listed).hasSize(2_500);
            assertThat(listed.getFirst().toString())
                    .isEqualTo(
                            "{\"name\":\"echo\",\"description\":\"does echo\",\"inputSchema\":{\"type\":\"object\"},"
                                    + "\"annotations\":{\"readOnlyHint\":true}}");
            assertThat(listed.getLast().path("name").asString()).isEqualTo("t2499");
        }
    }

    @Test
    void calls_and_is_told_of_progress() throws Exception {
        tools.tool(
                "works",
                (call, progress) -> {
                    progress.report(1, 2, "half");
                    return FakeTools.text(call.session().clientName());
                });
        try (Peer peer = Peer.connect(sessions)) {
            List<String> told = new ArrayList<>();
            Answer answer =
                    client(peer)
                            .call(
                                    "works",
                                    arguments(),
                                    (done, total, message) ->
                                            told.add(done + "/" + total + " " + message));
            assertThat(answer).isInstanceOf(Answer.Result.class);
            assertThat(
                            ((Answer.Result) answer)
                                    .result()
                                    .path("content")
                                    .path(0)
                                    .path("text")
                                    .asString())
                    .isEqualTo("countergate call");
            assertThat(told).containsExactly("1.0/2.0 half");
        }
    }

    @Test
    void says_what_was_refused() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            assertThat(client(peer).call("no_such", arguments(), (done, total, message) -> {}))
                    .isEqualTo(
                            new Answer.Refusal(-32602, "unknown tool `no_such`: see tools/list"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ehco,                 : did you mean `echo`?",
        "ECHO,                 : did you mean `echo`?",
        "drain_nod,            ''", // one edit from what is kept from this caller
        "drain_node,           ''", // what is kept itself
        "DRAIN_NODE,           ''",
        "drain_node_2,         ''",
        "restart,              ''", // near to nothing
    })
    void suggests_a_tool_only_where_the_caller_may_see_it(String name, String question)
            throws Exception {
        tools.tool("drain_node", (call, progress) -> FakeTools.text(""))
                .keptFrom(PrincipalId.unix("ana"), "drain_node");
        try (Peer peer = Peer.connect(sessions)) {
            assertThat(client(peer).call(name, arguments(), (done, total, message) -> {}))
                    .isEqualTo(
                            new Answer.Refusal(
                                    -32602,
                                    "unknown tool `" + name + "`: see tools/list" + question));
        }
    }

    @Test
    void says_that_the_server_is_gone_or_no_server() {
        for (String said : List.of("", "hello\n", "HTTP/1.1 400 Bad Request\r\n")) {
            assertThatThrownBy(
                            () ->
                                    LineClient.connect(
                                            new ByteArrayInputStream(
                                                    said.getBytes(StandardCharsets.UTF_8)),
                                            new ByteArrayOutputStream(),
                                            "test",
                                            "1"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the server");
        }
    }
}
