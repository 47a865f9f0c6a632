package dev.countergate.server.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.result.ToolResult.ErrorBody;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.call.PromptService;
import dev.countergate.server.call.Prompts;
import dev.countergate.server.call.ResourceService;
import dev.countergate.server.call.ToolService;
import dev.countergate.server.runbook.Runbooks;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The revision without a handshake, over lines, beside those that have one. */
@Timeout(60)
class StatelessTest {
    private static final String META =
            "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                    + "\"io.modelcontextprotocol/clientCapabilities\":{},"
                    + "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"new\",\"version\":\"9\"}}";

    @TempDir private Path folder;

    private final FakeTools tools = new FakeTools();
    private LineSessions sessions;

    @BeforeEach
    void serve() throws IOException {
        Files.writeString(folder.resolve("web down.md"), "# The web is down\n\nLook.\n");
        sessions = serving(Optional.of(folder));
        tools.tool(
                "structured",
                (call, progress) ->
                        new ToolResult(
                                List.of("one", "two"),
                                JsonNodeFactory.instance.objectNode().put("n", 1),
                                null));
        tools.tool(
                "fails",
                (call, progress) ->
                        new ToolResult(
                                List.of("CODE: no; hint"),
                                null,
                                new ErrorBody("CODE", "no", "hint", "rule-1", List.of("a", "b"))));
        tools.tool(
                "bug",
                (call, progress) -> {
                    throw new IllegalStateException("inner secret");
                });
    }

    private LineSessions serving(Optional<Path> runbooks) {
        return new LineSessions(
                new Protocol(
                        tools,
                        new Prompts(tools, runbooks::isPresent),
                        new Runbooks(
                                () -> runbooks,
                                () -> Redactor.of(List.of()),
                                (caller, uri) -> {},
                                System::nanoTime),
                        "1.2.3",
                        SessionLimits.STANDARD));
    }

    @AfterEach
    void close() {
        sessions.close();
    }

    private static String request(String id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":"
                + id
                + ",\"method\":\""
                + method
                + "\",\"params\":{"
                + params
                + "}}";
    }

    private static String modern(String id, String method, String params) {
        return request(id, method, params.isEmpty() ? META : META + "," + params);
    }

    private static String next(Peer peer) throws IOException {
        return Objects.requireNonNull(peer.read(), "the session ended");
    }

    private static int errorCode(JsonNode answer) {
        return answer.path("error").path("code").asInt(0);
    }

    /** A request, and its answer as it comes. {@code -Dgolden=write} writes the file anew, to be read before it is committed. */
    @Test
    void answers_as_written_down() throws Exception {
        List<String> requests =
                List.of(
                        modern("1", "server/discover", ""),
                        modern("\"l\"", "tools/list", ""),
                        modern("2", "tools/call", "\"name\":\"echo\",\"arguments\":{\"a\":1}"),
                        modern("3", "tools/call", "\"name\":\"structured\""),
                        modern("4", "tools/call", "\"name\":\"fails\""),
                        modern("5", "prompts/list", ""),
                        modern(
                                "6",
                                "prompts/get",
                                "\"name\":\"hand_over\",\"arguments\":{\"to\":\"bob\"}"),
                        modern("7", "resources/list", ""),
                        modern("8", "resources/templates/list", ""),
                        modern("9", "resources/read", "\"uri\":\"runbook:///web%20down.md\""),
                        modern("10", "tools/call", "\"name\":\"no_such\""),
                        modern("11", "prompts/get", "\"name\":\"no_such\""),
                        modern("12", "resources/read", "\"uri\":\"runbook:///../x\""),
                        modern("13", "ping", ""),
                        request("14", "tools/list", META.replace("2026-07-28", "2099-01-01")),
                        request("15", "server/discover", ""));
        StringBuilder said = new StringBuilder();
        try (Peer peer = Peer.connect(sessions)) {
            for (String request : requests) {
                peer.line(request);
                said.append("> ").append(request).append("\n< ").append(next(peer)).append('\n');
            }
        }
        Path golden =
                Path.of("src/test/resources/dev/countergate/server/mcp/stateless-exchange.txt");
        if ("write".equals(System.getProperty("golden"))) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, said);
        }
        assertThat(golden).as("rewritten by -Dgolden=write").hasContent(said.toString());
    }

    /** Everything a result says beside what is asked for. */
    private static JsonNode bare(JsonNode answer) {
        ObjectNode bare = (ObjectNode) answer.deepCopy();
        if (bare.path("result") instanceof ObjectNode result) {
            result.remove("resultType");
            result.remove("ttlMs");
            result.remove("cacheScope");
            if (result.path("_meta") instanceof ObjectNode meta) {
                meta.remove("io.modelcontextprotocol/serverInfo");
                if (meta.isEmpty()) {
                    result.remove("_meta");
                }
            }
        }
        return bare;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "tools/list | ",
                "tools/call | \"name\":\"echo\",\"arguments\":{\"a\":[1,2.50,\"ü\"]}",
                "tools/call | \"name\":\"structured\"",
                "tools/call | \"name\":\"fails\"",
                "tools/call | \"name\":\"no_such\"",
                "tools/call | \"name\":7",
                "tools/call | \"arguments\":{}",
                "tools/list | \"cursor\":\"nonsense\"",
                "tools/list | \"cursor\":7",
                "prompts/list | ",
                "prompts/list | \"cursor\":\"a\"",
                "prompts/get | \"name\":\"investigate_alert\",\"arguments\":{\"alert\":\"Down\"}",
                "prompts/get | \"name\":\"investigate_alert\"",
                "prompts/get | \"name\":\"investigate_alert\",\"arguments\":{\"alert\":1}",
                "prompts/get | \"name\":\"investigate_alert\",\"arguments\":7",
                "resources/list | ",
                "resources/templates/list | ",
                "resources/read | \"uri\":\"runbook:///web%20down.md\"",
                "resources/read | \"uri\":7",
            })
    void both_eras_get_the_same_answers(String method, @Nullable String params) throws Exception {
        String given = params == null ? "" : params;
        try (Peer old = Peer.initialized(sessions);
                Peer young = Peer.connect(sessions)) {
            old.line(request("1", method, given));
            young.line(modern("1", method, given));
            JsonNode legacy = old.answer();
            JsonNode stateless = young.answer();
            assertThat(bare(stateless)).isEqualTo(legacy);
            assertThat(stateless.path("result").has("resultType")).isEqualTo(legacy.has("result"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                // No version, or none that is one.
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/clientCapabilities\":{}} | -32602",
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/clientInfo\":{}} | -32602",
                "server/discover | \"_meta\":{} | -32602",
                "server/discover | \"_meta\":7 | -32602",
                "server/discover | \"_meta\":[] | -32602",
                "server/discover | \"_meta\":null | -32602",
                "subscriptions/listen | \"notifications\":{} | -32602",
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":20260728} | -32602",
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":null} | -32602",
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":[\"2026-07-28\"]} | -32602",
                // Another version, whatever else is wrong.
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2025-11-25\"} | -32022",
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28 \"} | -32022",
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"\"} | -32022",
                "no/such | \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"DRAFT\"} | -32022",
                // What the client can do, and who it is.
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"} | -32602",
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":null} | -32602",
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":[]} | -32602",
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":true} | -32602",
                "tools/list | \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{},\"io.modelcontextprotocol/clientInfo\":\"me\"} | -32602",
            })
    void refuses_a_request_that_does_not_say_what_it_must(String method, String params, int code)
            throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(request("7", method, params));
            JsonNode answer = peer.answer();
            assertThat(errorCode(answer)).isEqualTo(code);
            assertThat(answer.path("id").asInt()).isEqualTo(7);
        }
        assertThat(tools.listings).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "initialize",
                "ping",
                "logging/setLevel",
                "resources/subscribe",
                "resources/unsubscribe",
                "completion/complete",
                "roots/list",
                "tasks/get",
                "TOOLS/LIST",
                "tools/list ",
                "server/discover/",
                "",
                "notifications/initialized",
            })
    void does_not_know_methods_of_other_revisions(String method) throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(modern("7", method, "\"protocolVersion\":\"2025-11-25\""));
            assertThat(errorCode(peer.answer())).isEqualTo(-32601);
            // What was refused began no session either.
            peer.line(request("8", "tools/list", ""));
            assertThat(errorCode(peer.answer())).isEqualTo(-32600);
        }
    }

    @Test
    void names_the_versions_it_speaks_and_the_one_asked_for() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(request("1", "tools/list", META.replace("2026-07-28", "v\\u001b999")));
            JsonNode error = peer.answer().path("error");
            assertThat(error.path("data").toString())
                    .isEqualTo("{\"supported\":[\"2026-07-28\"],\"requested\":\"v\\\\u{1b}999\"}");
        }
    }

    @Test
    void a_call_that_needs_more_than_the_client_can_do_is_refused() throws Exception {
        tools.tool("needs_both", (call, progress) -> FakeTools.text("done"));
        String able = META.replace("Capabilities\":{}", "Capabilities\":{\"elicitation\":{}%s}");
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(request("1", "tools/call", able.formatted("") + ",\"name\":\"needs_both\""));
            JsonNode error = peer.answer().path("error");
            assertThat(error.path("code").asInt()).isEqualTo(-32021);
            assertThat(error.path("data").toString())
                    .isEqualTo("{\"requiredCapabilities\":{\"sampling\":{}}}");
            peer.line(
                    request(
                            "2",
                            "tools/call",
                            able.formatted(",\"sampling\":{}") + ",\"name\":\"needs_both\""));
            assertThat(peer.answer().has("result")).isTrue();
        }
        assertThat(tools.calls).hasSize(1);
    }

    @Test
    void resources_are_unknown_where_there_is_no_folder() throws Exception {
        sessions.close();
        sessions = serving(Optional.empty());
        try (Peer old = Peer.initialized(sessions);
                Peer young = Peer.connect(sessions)) {
            for (String method :
                    List.of("resources/list", "resources/templates/list", "resources/read")) {
                old.line(request("1", method, ""));
                young.line(modern("1", method, ""));
                assertThat(errorCode(old.answer())).isEqualTo(-32601);
                assertThat(errorCode(young.answer())).isEqualTo(-32601);
            }
            young.line(modern("1", "server/discover", ""));
            JsonNode discovered = young.answer().path("result");
            assertThat(discovered.path("capabilities").toString())
                    .isEqualTo("{\"tools\":{\"listChanged\":true},\"prompts\":{}}");
            assertThat(discovered.path("instructions").asString()).doesNotContain("unbook");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"runbook:///web down.md", "runbook:///../x", "file:///etc/passwd", ""})
    void each_era_has_its_own_error_for_what_is_not_there(String uri) throws Exception {
        try (Peer old = Peer.initialized(sessions);
                Peer young = Peer.connect(sessions)) {
            old.line(request("1", "resources/read", "\"uri\":\"" + uri + "\""));
            young.line(modern("1", "resources/read", "\"uri\":\"" + uri + "\""));
            JsonNode legacy = old.answer();
            JsonNode stateless = young.answer();
            assertThat(errorCode(legacy)).isEqualTo(-32002);
            assertThat(errorCode(stateless)).isEqualTo(-32602);
            assertThat(stateless.path("error").path("data").path("uri").asString()).isEqualTo(uri);
        }
    }

    @Test
    void lists_prompts_whatever_each_takes() throws Exception {
        sessions.close();
        PromptService prompts =
                new PromptService() {
                    @Override
                    public List<Prompt> all() {
                        Argument one = new Argument("a\"b", "one", true);
                        Argument two = new Argument("c", "two", false);
                        return List.of(
                                new Prompt("none", "t", "d", List.of()),
                                new Prompt("two", "t", "d", List.of(one, two)),
                                new Prompt("no_more", "t", "d", List.of()),
                                new Prompt("one", "t", "d", List.of(one)));
                    }

                    @Override
                    public Checked<String> text(
                            Prompt prompt, Caller caller, Map<String, String> values) {
                        return Checked.valid("");
                    }
                };
        sessions =
                new LineSessions(
                        new Protocol(
                                tools, prompts, ResourceService.NONE, "1", SessionLimits.STANDARD));
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(modern("1", "prompts/list", ""));
            JsonNode listed = peer.answer().path("result").path("prompts");
            List<String> found = new ArrayList<>();
            for (JsonNode each : listed) {
                found.add(each.path("name").asString() + " " + each.path("arguments").size());
            }
            assertThat(found).containsExactly("none 0", "two 2", "no_more 0", "one 1");
        }
    }

    @Test
    void both_eras_are_told_the_same_of_this_server() throws Exception {
        try (Peer old = Peer.connect(sessions);
                Peer young = Peer.connect(sessions)) {
            old.line(Peer.initialize("2025-11-25"));
            young.line(modern("1", "server/discover", ""));
            JsonNode initialized = old.answer().path("result");
            JsonNode discovered = young.answer().path("result");
            assertThat(discovered.path("instructions")).isEqualTo(initialized.path("instructions"));
            assertThat(discovered.path("capabilities")).isEqualTo(initialized.path("capabilities"));
            assertThat(discovered.path("_meta").path("io.modelcontextprotocol/serverInfo"))
                    .isEqualTo(initialized.path("serverInfo"));
            assertThat(initialized.path("instructions").asString()).contains("Runbooks");
        }
    }

    @Test
    void a_client_may_probe_and_then_shake_hands() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(modern("0", "server/discover", ""));
            assertThat(peer.answer().has("result")).isTrue();
            peer.line(Peer.initialize("2025-11-25"));
            assertThat(peer.answer().path("result").path("protocolVersion").asString())
                    .isEqualTo("2025-11-25");
            peer.line(Peer.call("1", "echo", "{}"));
            assertThat(peer.answer().path("result").has("resultType")).isFalse();
        }
    }

    @Test
    void each_request_says_for_itself_which_era_it_is_of() throws Exception {
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(modern("1", "tools/call", "\"name\":\"echo\""));
            assertThat(peer.answer().path("result").path("resultType").asString())
                    .isEqualTo("complete");
            peer.line(Peer.call("2", "echo", "{}"));
            assertThat(peer.answer().path("result").has("resultType")).isFalse();
            peer.line(modern("3", "ping", ""));
            assertThat(errorCode(peer.answer())).isEqualTo(-32601);
            peer.line(request("4", "ping", ""));
            assertThat(peer.answer().has("result")).isTrue();
        }
        assertThat(tools.calls)
                .extracting(call -> call.session())
                .containsExactly(
                        new ClientSession("s1", "new", "9"), new ClientSession("s1", "test", "1"));
    }

    @Test
    void a_request_of_it_opens_no_session_for_those_without() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(modern("1", "tools/call", "\"name\":\"echo\""));
            assertThat(peer.answer().has("result")).isTrue();
            peer.line(Peer.call("2", "echo", "{}"));
            assertThat(errorCode(peer.answer())).isEqualTo(-32600);
        }
        assertThat(tools.calls).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                " | unknown | unknown",
                "{} | unknown | unknown",
                "{\"name\":7,\"version\":null} | unknown | unknown",
                "{\"name\":\"a\\u001b[31m\\nb\",\"version\":\"1\"} | a\\u{1b}[31m\\u{a}b | 1",
            })
    void the_log_is_told_what_the_request_says_of_its_client(
            @Nullable String info, String name, String version) throws Exception {
        String meta =
                META.replaceAll(
                        ",\"io.modelcontextprotocol/clientInfo\":\\{[^}]*}",
                        info == null
                                ? ""
                                : ",\"io.modelcontextprotocol/clientInfo\":"
                                        + info.replace("\\", "\\\\"));
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(request("1", "tools/call", meta + ",\"name\":\"echo\""));
            assertThat(peer.answer().has("result")).isTrue();
        }
        assertThat(tools.calls.getFirst().session())
                .isEqualTo(new ClientSession("s1", name, version));
    }

    @Test
    void a_bug_shows_as_a_call_to_look_up() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(modern("1", "tools/call", "\"name\":\"bug\""));
            JsonNode error = peer.answer().path("error");
            assertThat(error.path("code").asInt()).isEqualTo(-32603);
            assertThat(error.path("message").asString())
                    .isEqualTo("internal error; see daemon.log, call s1-1");
        }
    }

    @Test
    void a_request_of_it_is_no_part_of_a_batch() throws Exception {
        try (Peer peer = Peer.initialized(sessions, "2025-03-26")) {
            peer.line(
                    "["
                            + modern("1", "subscriptions/listen", "\"notifications\":{}")
                            + ","
                            + request("2", "ping", "")
                            + "]");
            JsonNode answers = peer.answer();
            assertThat(answers).hasSize(2);
            List<Integer> codes = new ArrayList<>();
            answers.forEach(answer -> codes.add(errorCode(answer)));
            assertThat(codes).containsExactlyInAnyOrder(-32600, 0);
        }
    }

    @Test
    void reports_progress_and_takes_a_call_back() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        tools.tool(
                "works",
                (call, progress) -> {
                    progress.report(1, 2, "half");
                    try {
                        new CountDownLatch(1).await();
                        throw new AssertionError("nobody counts down");
                    } catch (InterruptedException takenBack) {
                        interrupted.countDown();
                        throw takenBack;
                    }
                });
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(
                    request(
                            "1",
                            "tools/call",
                            META.replace("\"_meta\":{", "\"_meta\":{\"progressToken\":5,")
                                    + ",\"name\":\"works\""));
            JsonNode progress = peer.answer();
            assertThat(progress.path("method").asString()).isEqualTo("notifications/progress");
            assertThat(progress.path("params").path("progressToken").asInt()).isEqualTo(5);
            peer.line(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");
            interrupted.await();
            // Nothing more is said of it, and its id is free.
            peer.line(modern("1", "tools/call", "\"name\":\"echo\""));
            assertThat(peer.answer().has("result")).isTrue();
        }
    }

    @Test
    void an_answer_has_its_whole_list_on_every_page() throws Exception {
        for (int each = 0; each < 2_500; each++) {
            tools.tool("t" + each, (call, progress) -> FakeTools.text(""));
        }
        tools.changed();
        try (Peer peer = Peer.connect(sessions)) {
            int seen = 0;
            String cursor = "";
            do {
                peer.line(modern("1", "tools/list", cursor));
                JsonNode result = peer.answer().path("result");
                assertThat(result.path("resultType").asString()).isEqualTo("complete");
                assertThat(result.path("cacheScope").asString()).isEqualTo("private");
                seen += result.path("tools").size();
                cursor =
                        result.has("nextCursor")
                                ? "\"cursor\":\"" + result.path("nextCursor").asString() + "\""
                                : "";
            } while (!cursor.isEmpty());
            assertThat(seen).isEqualTo(2_504);
        }
    }

    @Test
    void a_huge_cursor_is_one_that_nobody_gave() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            for (String method : List.of("tools/list", "prompts/list", "resources/list")) {
                peer.line(modern("1", method, "\"cursor\":\"" + "A".repeat(1_000_000) + "\""));
                assertThat(errorCode(peer.answer())).isEqualTo(-32602);
            }
        }
    }

    private static String listen(String id, String filter) {
        return modern(id, "subscriptions/listen", "\"notifications\":" + filter);
    }

    private static String tagged(String method, String id, String more) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\""
                + method
                + "\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":"
                + id
                + "}"
                + more
                + "}}";
    }

    @Test
    void tells_a_listener_of_changes_until_it_is_taken_back() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(
                    listen(
                            "\"s\"",
                            "{\"toolsListChanged\":true,\"promptsListChanged\":true,\"resourceSubscriptions\":[\"runbook:///x.md\"]}"));
            assertThat(peer.read())
                    .isEqualTo(
                            tagged(
                                    "notifications/subscriptions/acknowledged",
                                    "\"s\"",
                                    ",\"notifications\":{\"toolsListChanged\":true}"));
            awaitListeners(2);
            tools.changed();
            assertThat(peer.read())
                    .isEqualTo(tagged("notifications/tools/list_changed", "\"s\"", ""));

            peer.line(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"s\"}}");
            awaitListeners(1);
            tools.changed();
            peer.line(modern("1", "tools/call", "\"name\":\"echo\""));
            assertThat(peer.answer().path("id").asInt()).isEqualTo(1);
        }
    }

    /** Its list changes in the moment in which somebody begins to listen. */
    private final class Changing implements ToolService {
        @Override
        public Listing list(Caller caller) {
            return tools.list(caller);
        }

        @Override
        public Optional<ToolResult> call(ToolCall call, Progress progress) {
            return Optional.empty();
        }

        @Override
        public Set<String> needs(ToolName tool) {
            return Set.of();
        }

        @Override
        public AutoCloseable onListChanged(Runnable listener) {
            tools.changed();
            return tools.onListChanged(listener);
        }
    }

    @Test
    void misses_no_change_while_it_begins_to_listen() throws Exception {
        sessions.close();
        sessions = new LineSessions(new Changing(), "1", SessionLimits.STANDARD);
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(listen("1", "{\"toolsListChanged\":true}"));
            assertThat(next(peer)).contains("acknowledged");
            assertThat(next(peer)).isEqualTo(tagged("notifications/tools/list_changed", "1", ""));
        }
    }

    /** A client that reads late finds a later change in place of an earlier one, but never in that of the first word. */
    @Test
    void no_change_takes_the_place_of_the_acknowledgement() throws Exception {
        byte[] message =
                listen("1", "{\"toolsListChanged\":true}").getBytes(StandardCharsets.UTF_8);
        Protocol protocol = new Protocol(new Changing(), "1", SessionLimits.STANDARD);
        Kept kept = new Kept(new ArrayList<>(), new LinkedHashMap<>());
        Session session = protocol.openForOne(PrincipalId.unix("ana"), Runnable::run);
        session.endListening();
        session.receive(protocol.read(message, 0, message.length), kept);
        assertThat(kept.answers()).hasSize(1);
        assertThat(kept.notices().values())
                .extracting(notice -> new String(notice.part(), StandardCharsets.UTF_8))
                .containsExactly(
                        tagged(
                                "notifications/subscriptions/acknowledged",
                                "1",
                                ",\"notifications\":{\"toolsListChanged\":true}"),
                        tagged("notifications/tools/list_changed", "1", ""));
    }

    /** Over HTTP nothing tells that two requests come from the same client. */
    @Test
    void what_serves_one_request_remembers_proposals_by_their_principal() throws Exception {
        Protocol protocol = new Protocol(tools, "1", SessionLimits.STANDARD);
        for (int each = 0; each < 2; each++) {
            byte[] message =
                    modern("1", "tools/call", "\"name\":\"echo\"").getBytes(StandardCharsets.UTF_8);
            List<JsonLine> answers = new ArrayList<>();
            protocol.openForOne(PrincipalId.unix("ana"), Runnable::run)
                    .receive(
                            protocol.read(message, 0, message.length),
                            new Kept(answers, new LinkedHashMap<>()));
            assertThat(answers).hasSize(1);
        }
        assertThat(tools.calls)
                .extracting(call -> call.session().id())
                .containsExactly("unix:ana", "unix:ana");
        assertThat(tools.calls).extracting(call -> call.id()).doesNotHaveDuplicates();
    }

    /** A client that has read nothing yet. */
    private record Kept(List<JsonLine> answers, Map<Object, JsonLine> notices) implements Replies {
        @Override
        public void send(JsonLine answer) {
            answers.add(answer);
        }

        @Override
        public void none() {}

        @Override
        public void notice(Object key, JsonLine message) {
            notices.put(key, message);
        }
    }

    @Test
    void tells_nobody_what_it_did_not_ask_for() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(listen("1", "{\"promptsListChanged\":true,\"toolsListChanged\":false}"));
            assertThat(peer.read())
                    .isEqualTo(
                            tagged(
                                    "notifications/subscriptions/acknowledged",
                                    "1",
                                    ",\"notifications\":{}"));
            awaitListeners(2);
            tools.changed();
            peer.line(modern("2", "tools/call", "\"name\":\"echo\""));
            assertThat(peer.answer().path("id").asInt()).isEqualTo(2);
        }
    }

    @Test
    void a_change_is_told_to_each_listener_by_its_own_id() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(listen("1", "{\"toolsListChanged\":true}"));
            peer.line(listen("2", "{\"toolsListChanged\":true}"));
            peer.read();
            peer.read();
            awaitListeners(3);
            tools.changed();
            assertThat(List.of(next(peer), next(peer)))
                    .containsExactlyInAnyOrder(
                            tagged("notifications/tools/list_changed", "1", ""),
                            tagged("notifications/tools/list_changed", "2", ""));
        }
    }

    @Test
    void the_end_of_input_ends_a_listener_with_an_answer() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(listen("1", "{\"toolsListChanged\":true}"));
            peer.read();
            awaitListeners(2);
            peer.endInput();
            JsonNode answer = peer.answer();
            assertThat(answer.path("result").path("resultType").asString()).isEqualTo("complete");
            assertThat(
                            answer.path("result")
                                    .path("_meta")
                                    .path("io.modelcontextprotocol/subscriptionId")
                                    .asInt())
                    .isEqualTo(1);
            assertThat(peer.ended()).isTrue();
        }
        awaitListeners(1);
    }

    @Test
    void a_client_that_hangs_up_leaves_no_listener_behind() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(listen("1", "{\"toolsListChanged\":true}"));
            peer.read();
            awaitListeners(2);
        }
        awaitListeners(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"notifications\":null",
                "\"notifications\":true",
                "\"notifications\":[\"toolsListChanged\"]",
                "\"notifications\":{\"toolsListChanged\":\"true\"}",
                "\"notifications\":{\"toolsListChanged\":1}",
            })
    void refuses_to_listen_for_what_is_not_said_rightly(String params) throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(modern("1", "subscriptions/listen", params));
            assertThat(errorCode(peer.answer())).isEqualTo(-32602);
        }
    }

    @Test
    void a_session_has_so_many_listeners_and_no_more() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            for (int each = 1; each <= Listening.LISTENERS_MAX; each++) {
                peer.line(listen(Integer.toString(each), "{\"toolsListChanged\":true}"));
                assertThat(peer.answer().path("method").asString()).contains("acknowledged");
            }
            peer.line(listen("9", "{\"toolsListChanged\":true}"));
            assertThat(errorCode(peer.answer())).isEqualTo(-32600);
            peer.line(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");
            awaitListeners(Listening.LISTENERS_MAX);
            peer.line(listen("9", "{\"toolsListChanged\":true}"));
            assertThat(peer.answer().path("method").asString()).contains("acknowledged");
        }
    }

    /** The sessions themselves are one. */
    private void awaitListeners(int count) throws InterruptedException {
        Workplace.await("listeners: " + count, () -> tools.listeners() == count);
    }
}
