package dev.countergate.server.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.result.ToolResult.ErrorBody;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

@Timeout(60)
class LineSessionsTest {
    private final FakeTools tools = new FakeTools();
    private LineSessions sessions = new LineSessions(tools, "1.2.3", SessionLimits.STANDARD);

    @AfterEach
    void close() {
        sessions.close();
    }

    private void limits(int callsMax, Duration stall, Duration drain) {
        sessions.close();
        sessions =
                new LineSessions(
                        tools,
                        "1.2.3",
                        new SessionLimits(4 * 1024 * 1024, callsMax, 100, stall, drain));
    }

    @ParameterizedTest
    @CsvSource({
        "2024-11-05, 2024-11-05",
        "2025-03-26, 2025-03-26",
        "2025-06-18, 2025-06-18",
        "2025-11-25, 2025-11-25",
        "2026-07-28, 2025-11-25",
        "1.0, 2025-11-25",
    })
    void speaks_the_version_asked_for_or_the_newest_it_knows(String asked, String spoken)
            throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(Peer.initialize(asked));
            JsonNode result = peer.answer().path("result");
            assertThat(result.path("protocolVersion").asString()).isEqualTo(spoken);
            assertThat(result.path("serverInfo").path("version").asString()).isEqualTo("1.2.3");
            assertThat(result.path("capabilities").toString())
                    .isEqualTo("{\"tools\":{\"listChanged\":true},\"prompts\":{}}");
            assertThat(result.path("instructions").asString())
                    .contains("Read:", "Propose:", "Wait:", "Verify:");
        }
    }

    @Test
    void tells_the_tools_who_calls_and_through_what() throws Exception {
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(Peer.call("1", "echo", "{\"a\":1}"));
            peer.answer();
        }
        assertThat(tools.calls).hasSize(1);
        assertThat(tools.calls.getFirst().principal()).isEqualTo(new PrincipalId("unix:ana"));
        assertThat(tools.calls.getFirst().session())
                .isEqualTo(new ClientSession("s1", "test", "1"));
        assertThat(tools.calls.getFirst().arguments().toString()).isEqualTo("{\"a\":1}");
    }

    @Test
    void shows_a_client_that_lies_about_its_name_harmlessly() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(
                    Peer.initialize("2025-11-25")
                            .replace("\"test\"", "\"a\\u001b[31m\\u202e" + "x".repeat(500) + "\"")
                            .replace(",\"version\":\"1\"", ""));
            peer.answer();
            peer.line(Peer.call("1", "echo", "{}"));
            peer.answer();
        }
        ClientSession session = tools.calls.getFirst().session();
        assertThat(session.clientName()).startsWith("a\\u{1b}[31m\\u{202e}xxx").hasSize(128);
        assertThat(session.clientVersion()).isEqualTo("unknown");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "0",
                "-7",
                "1.50",
                "1e3",
                "9007199254740993",
                "123456789012345678901234567890",
                "\"a\"",
                "\"\"",
                "\"1\"",
                "\"\\\"\\\\\"",
                "\"é😀\"",
            })
    void echoes_an_id_exactly(String id) throws Exception {
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(Peer.call(id, "echo", "{}"));
            assertThat(peer.read())
                    .startsWith("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":");
        }
    }

    @Test
    void passes_arguments_on_without_rounding_numbers() throws Exception {
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(Peer.call("1", "echo", "{\"n\":[1763700000.000,9007199254740993,1e400]}"));
            assertThat(text(peer.answer()))
                    .isEqualTo("{\"n\":[1763700000.000,9007199254740993,1E+400]}");
        }
    }

    @Test
    void gives_a_result_its_text_structure_and_error() throws Exception {
        tools.tool(
                "structured",
                (call, progress) ->
                        new ToolResult(
                                List.of("one\n\"two\"\\ \u0001 é😀", "three"),
                                JsonNodeFactory.instance.objectNode().put("value", 1.5),
                                null));
        tools.tool(
                "refused",
                (call, progress) ->
                        new ToolResult(
                                List.of("FORBIDDEN: no; ask"),
                                null,
                                new ErrorBody("FORBIDDEN", "no", "ask", "r1", List.of("f"))));
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(Peer.call("1", "structured", "{}"));
            JsonNode good = peer.answer().path("result");
            assertThat(good.path("content").toString())
                    .isEqualTo(
                            "[{\"type\":\"text\",\"text\":\"one\\n\\\"two\\\"\\\\ \\u0001 é😀\"},"
                                    + "{\"type\":\"text\",\"text\":\"three\"}]");
            assertThat(good.path("structuredContent").toString()).isEqualTo("{\"value\":1.5}");
            assertThat(good.path("isError").asBoolean()).isFalse();

            peer.line(Peer.call("2", "refused", "{}"));
            JsonNode bad = peer.answer().path("result");
            assertThat(bad.path("isError").asBoolean()).isTrue();
            assertThat(bad.has("structuredContent")).isFalse();
            assertThat(bad.path("_meta").path("dev.countergate/error").toString())
                    .isEqualTo(
                            "{\"code\":\"FORBIDDEN\",\"message\":\"no\",\"hint\":\"ask\",\"rule\":\"r1\",\"faults\":[\"f\"]}");
        }
    }

    @Test
    void tells_which_trace_a_call_says_it_belongs_to() throws Exception {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        tools.tool("trace", (call, progress) -> FakeTools.text(String.valueOf(call.trace())));
        try (Peer peer = Peer.initialized(sessions)) {
            for (String[] row :
                    new String[][] {
                        {
                            "{\"traceparent\":\"" + parent + "\",\"tracestate\":\"a=1\"}",
                            "TraceContext[parent=" + parent + ", state=a=1]"
                        },
                        {
                            "{\"traceparent\":\"" + parent + "\",\"tracestate\":\"A=1\"}",
                            "TraceContext[parent=" + parent + ", state=]"
                        },
                        {"{\"traceparent\":\"00-1\"}", "null"},
                        {"{\"traceparent\":[\"" + parent + "\"]}", "null"},
                        {"{\"Traceparent\":\"" + parent + "\"}", "null"},
                        {"[]", "null"},
                        {"{}", "null"}
                    }) {
                peer.line(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"trace\",\"_meta\":"
                                + row[0]
                                + "}}");
                assertThat(text(peer.answer())).as(row[0]).isEqualTo(row[1]);
            }
        }
    }

    @Test
    void keeps_what_a_bug_says_from_the_client() throws Exception {
        tools.tool(
                "broken",
                (call, progress) -> {
                    throw new IllegalStateException("password=hunter2");
                });
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(Peer.call("1", "broken", "{}"));
            String answer = peer.read();
            assertThat(answer)
                    .isEqualTo(
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":"
                                    + "\"internal error; see daemon.log, call s1-1\"}}");
            peer.line(Peer.call("2", "echo", "{}"));
            assertThat(text(peer.answer())).isEqualTo("{}");
        }
    }

    /** Two calls of one id: nobody could tell whose answer came, or which of them was cancelled. */
    @Test
    void an_id_in_use_is_refused_and_leaves_the_call_that_has_it_alone() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        tools.tool(
                "slow",
                (call, progress) -> {
                    running.countDown();
                    goOn.await();
                    return FakeTools.text("the first");
                });
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(Peer.call("1", "slow", "{}"));
            assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
            peer.line(Peer.call("1", "echo", "{}"));
            assertThat(peer.answer().path("error").path("message").asString())
                    .contains("still in use");
            goOn.countDown();
            assertThat(text(peer.answer())).isEqualTo("the first");
        }
        assertThat(tools.calls).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"x\"", "7", "-1.50", "\"\\u00e9\\n\""})
    void cancelling_interrupts_the_call_and_leaves_it_without_an_answer(String id)
            throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        tools.tool(
                "slow",
                (call, progress) -> {
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        interrupted.countDown();
                    }
                    return FakeTools.text("never");
                });
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(Peer.call(id, "slow", "{}"));
            assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
            peer.line(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":"
                            + id
                            + "}}");
            assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
            peer.line(Peer.call(id, "echo", "{}"));
            assertThat(text(peer.answer())).isEqualTo("{}");
        }
    }

    @Test
    void end_of_input_delivers_what_is_in_flight() throws Exception {
        CountDownLatch running = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        tools.tool(
                "slow",
                (call, progress) -> {
                    running.countDown();
                    go.await();
                    return FakeTools.text("done");
                });
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(Peer.call("1", "slow", "{}"));
            peer.line(Peer.call("2", "slow", "{}"));
            assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
            peer.endInput();
            go.countDown();
            int first = id(peer.answer());
            int second = id(peer.answer());
            assertThat(List.of(first, second)).containsExactlyInAnyOrder(1, 2);
            assertThat(peer.read()).isNull();
            assertThat(peer.ended()).isTrue();
        }
    }

    @Test
    void end_of_input_does_not_wait_for_ever() throws Exception {
        limits(64, Duration.ofSeconds(30), Duration.ofMillis(50));
        CountDownLatch interrupted = new CountDownLatch(1);
        tools.tool(
                "endless",
                (call, progress) -> {
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        interrupted.countDown();
                    }
                    return FakeTools.text("never");
                });
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(Peer.call("1", "endless", "{}"));
            peer.endInput();
            assertThat(peer.ended()).isTrue();
            assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void loses_and_doubles_nothing_with_many_calls_in_flight() throws Exception {
        int calls = 2_000;
        try (Peer peer = Peer.initialized(sessions)) {
            Thread writer =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            for (int id = 1; id <= calls; id++) {
                                                peer.line(
                                                        Peer.call(
                                                                "" + id,
                                                                "echo",
                                                                "{\"n\":" + id + "}"));
                                            }
                                            peer.endInput();
                                        } catch (java.io.IOException gone) {
                                            throw new java.io.UncheckedIOException(gone);
                                        }
                                    });
            Set<Integer> answered = new HashSet<>();
            for (int each = 0; each < calls; each++) {
                JsonNode answer = peer.answer();
                assertThat(text(answer)).isEqualTo("{\"n\":" + id(answer) + "}");
                assertThat(answered.add(id(answer))).isTrue();
            }
            assertThat(peer.read()).isNull();
            writer.join();
        }
    }

    static String text(JsonNode answer) {
        return answer.path("result")
                .path("content")
                .path(0)
                .path("text")
                .asString("no text: " + answer);
    }

    static int id(JsonNode answer) {
        return answer.path("id").asInt();
    }
}
