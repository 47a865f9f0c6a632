package dev.countergate.server.mcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Whatever a line holds, it is answered as JSON-RPC asks, and the session goes on. */
@Timeout(60)
class BadLinesTest {
    private static final int MESSAGE_BYTES_MAX = 256 * 1024;

    private final FakeTools tools = new FakeTools();
    private final LineSessions sessions =
            new LineSessions(
                    tools,
                    "1",
                    new SessionLimits(
                            MESSAGE_BYTES_MAX,
                            64,
                            4,
                            Duration.ofSeconds(30),
                            Duration.ofSeconds(30)));

    @AfterEach
    void close() {
        sessions.close();
    }

    private static String request(String id, String rest) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + "," + rest + "}";
    }

    private static String call(String arguments) {
        return Peer.call("7", "echo", arguments);
    }

    private static Arguments row(String name, String line, int code, String id) {
        return arguments(name, line.getBytes(UTF_8), code, id);
    }

    static Stream<Arguments> bad_lines() {
        return Stream.of(
                // No JSON at all.
                row("words", "hello", -32700, "null"),
                row("an HTTP request", "POST /mcp HTTP/1.1", -32700, "null"),
                row("a truncated object", "{\"jsonrpc\":\"2.0\",\"id\":7", -32700, "null"),
                row("a truncated string", "{\"jsonrpc\":\"2.0\",\"id\":\"7", -32700, "null"),
                row("a truncated batch", "[" + call("{}"), -32700, "null"),
                row("two objects", call("{}") + call("{}"), -32700, "7"),
                row("an object and rubbish", call("{}") + " x", -32700, "7"),
                row("a trailing comma", "{\"jsonrpc\":\"2.0\",\"id\":7,}", -32700, "null"),
                row("a comment", "{/**/\"jsonrpc\":\"2.0\"}", -32700, "null"),
                row("single quotes", "{'jsonrpc':'2.0'}", -32700, "null"),
                row("unquoted names", "{jsonrpc:\"2.0\"}", -32700, "null"),
                row("NaN", call("{\"a\":NaN}"), -32700, "7"),
                row("infinity", call("{\"a\":Infinity}"), -32700, "7"),
                row("a leading zero", call("{\"a\":01}"), -32700, "7"),
                row("a leading plus", call("{\"a\":+1}"), -32700, "7"),
                row("a bare point", call("{\"a\":1.}"), -32700, "7"),
                row("a raw tab in a string", call("{\"a\":\"\t\"}"), -32700, "7"),
                row("a raw escape character", call("{\"a\":\"\u001b\"}"), -32700, "7"),
                row("an unknown escape", call("{\"a\":\"\\x41\"}"), -32700, "7"),
                row("a closing brace", "}", -32700, "null"),
                // JSON that means two things.
                row(
                        "a method given twice",
                        request("7", "\"method\":\"ping\",\"method\":\"tools/list\""),
                        -32700,
                        "7"),
                row(
                        "an id given twice",
                        request("7", "\"id\":8,\"method\":\"ping\""),
                        -32700,
                        "null"),
                row("an argument given twice", call("{\"a\":1,\"a\":2}"), -32700, "7"),
                row("an escaped name given twice", call("{\"a\":1,\"\\u0061\":2}"), -32700, "7"),
                row("twice, deep inside", call("{\"a\":[{\"b\":{\"c\":1,\"c\":1}}]}"), -32700, "7"),
                row(
                        "an unknown member given twice",
                        request("7", "\"x\":1,\"x\":1,\"method\":\"ping\""),
                        -32700,
                        "7"),
                row("a lone high surrogate", call("{\"a\":\"\\ud800\"}"), -32700, "7"),
                row("a lone low surrogate", call("{\"a\":\"x\\udc00x\"}"), -32700, "7"),
                row(
                        "surrogates the wrong way round",
                        call("{\"a\":\"\\udc00\\ud800\"}"),
                        -32700,
                        "7"),
                row("a lone surrogate in a name", call("{\"\\ud800\":1}"), -32700, "7"),
                row(
                        "a lone surrogate as an id",
                        Peer.call("\"\\ud800\"", "echo", "{}"),
                        -32700,
                        "null"),
                // The id stands where it can still be read, or it does not.
                row("the id last", "{\"params\":{\"a\":1,\"a\":2},\"id\":7}", -32700, "7"),
                row("an id that is text", "{\"id\":\"a\\\"b\",\"x\":01}", -32700, "\"a\\\"b\""),
                row("an id behind rubbish", "{\"x\":01,\"id\":7}", -32700, "null"),
                row("an id cut off", "{\"method\":\"ping\",\"id\":7", -32700, "null"),
                row("cut off behind the id", "{\"id\":7,\"method\":\"pi", -32700, "7"),
                row("an id inside params", "{\"params\":{\"id\":7},\"x\":01}", -32700, "null"),
                row("two ids and more", "{\"id\":7,\"id\":7,\"x\":01}", -32700, "null"),
                row("an object for an id", "{\"id\":{\"a\":7},\"x\":01}", -32700, "null"),
                row(
                        "an id too long, and rubbish",
                        "{\"id\":\"" + "x".repeat(1025) + "\",\"x\":01}",
                        -32700,
                        "null"),
                row("half a surrogate for an id", "{\"id\":\"\\ud800\",\"x\":1}", -32700, "null"),
                row("an answer nobody asked for", "{\"id\":7,\"result\":01}", -32700, "null"),
                row(
                        "an answer, its id last",
                        "{\"error\":{\"a\":1,\"a\":1},\"id\":7}",
                        -32700,
                        "null"),
                row("a request in a batch cut off", "[{\"id\":7,\"x\":1}", -32700, "null"),
                // Bytes that are no UTF-8.
                arguments("Latin-1", call("{\"a\":\"\u00e9\"}").getBytes(ISO_8859_1), -32700, "7"),
                arguments(
                        "an overlong slash",
                        call("{\"a\":\"\u00c0\u00af\"}").getBytes(ISO_8859_1),
                        -32700,
                        "7"),
                arguments(
                        "a surrogate in UTF-8",
                        call("{\"a\":\"\u00ed\u00a0\u0080\"}").getBytes(ISO_8859_1),
                        -32700,
                        "7"),
                arguments("UTF-16", "{\"jsonrpc\":\"2.0\"}".getBytes(UTF_16LE), -32700, "null"),
                row("a zero byte", call("{\"a\":\"\0\"}"), -32700, "7"),
                // Bombs.
                row(
                        "100,000 nested arrays",
                        call("[".repeat(100_000) + "]".repeat(100_000)),
                        -32700,
                        "7"),
                row(
                        "60,000 objects, which take up a hundred times their length",
                        call("{\"a\":[" + "{},".repeat(60_000) + "{}]}"),
                        -32700,
                        "7"),
                row("100,000 opened objects", "{\"a\":".repeat(30_000), -32700, "null"),
                row(
                        "a number of 100,000 digits",
                        call("{\"a\":" + "9".repeat(100_000) + "}"),
                        -32700,
                        "7"),
                row(
                        "a number that fills a disk when written out",
                        call("{\"a\":1e999999999}"),
                        -32700,
                        "7"),
                row("an exponent beyond an integer", call("{\"a\":1e99999999999}"), -32700, "7"),
                row("a fraction that fills a disk", call("{\"a\":1e-999999999}"), -32700, "7"),
                row(
                        "a line too long",
                        call("{\"a\":\"" + "x".repeat(MESSAGE_BYTES_MAX) + "\"}"),
                        -32600,
                        "null"),
                row("a line far too long", "x".repeat(10 * MESSAGE_BYTES_MAX), -32600, "null"),
                // JSON, but no message.
                row("a number", "1", -32600, "null"),
                row("a string", "\"ping\"", -32600, "null"),
                row("null", "null", -32600, "null"),
                row("an empty object", "{}", -32600, "null"),
                row("no version", "{\"id\":7,\"method\":\"ping\"}", -32600, "7"),
                row(
                        "another version",
                        "{\"jsonrpc\":\"1.0\",\"id\":7,\"method\":\"ping\"}",
                        -32600,
                        "7"),
                row(
                        "a version that is a number",
                        "{\"jsonrpc\":2.0,\"id\":7,\"method\":\"ping\"}",
                        -32600,
                        "7"),
                row("no method", "{\"jsonrpc\":\"2.0\",\"id\":7}", -32600, "7"),
                row("a method that is a number", request("7", "\"method\":1"), -32600, "7"),
                row(
                        "Method and Params",
                        request("7", "\"Method\":\"ping\",\"Params\":{}"),
                        -32600,
                        "7"),
                row("an id that is null", request("null", "\"method\":\"ping\""), -32600, "null"),
                row("an id that is true", request("true", "\"method\":\"ping\""), -32600, "null"),
                row(
                        "an id that is an object",
                        request("{\"a\":1}", "\"method\":\"ping\""),
                        -32600,
                        "null"),
                row(
                        "an id that is an array",
                        request("[1]", "\"method\":\"ping\""),
                        -32600,
                        "null"),
                row(
                        "an id too long",
                        request("\"" + "x".repeat(1025) + "\"", "\"method\":\"ping\""),
                        -32600,
                        "null"),
                row("a second initialize", Peer.initialize("2025-11-25"), -32600, "\"init\""),
                row("a batch in a revision without", "[" + call("{}") + "]", -32600, "null"),
                row("an empty batch", "[]", -32600, "null"),
                row("a batch of too many", "[" + "1,".repeat(9) + "1]", -32600, "null"),
                // Messages that ask for what is not there.
                row("an unknown method", request("7", "\"method\":\"tools/explode\""), -32601, "7"),
                row("the method in capitals", request("7", "\"method\":\"PING\""), -32601, "7"),
                row("an empty method", request("7", "\"method\":\"\""), -32601, "7"),
                row(
                        "the probe of 2026-07-28",
                        request("7", "\"method\":\"server/discover\",\"params\":{}"),
                        -32602,
                        "7"),
                row(
                        "a log level",
                        request(
                                "7",
                                "\"method\":\"logging/setLevel\",\"params\":{\"level\":\"debug\"}"),
                        -32601,
                        "7"),
                row("resources", request("7", "\"method\":\"resources/list\""), -32601, "7"),
                row("completion", request("7", "\"method\":\"completion/complete\""), -32601, "7"),
                row(
                        "a notification's name with an id",
                        request("7", "\"method\":\"notifications/cancelled\",\"params\":{}"),
                        -32601,
                        "7"),
                row(
                        "parameters in an array",
                        request("7", "\"method\":\"tools/call\",\"params\":[\"echo\"]"),
                        -32602,
                        "7"),
                row(
                        "parameters that are null",
                        request("7", "\"method\":\"ping\",\"params\":null"),
                        -32602,
                        "7"),
                row(
                        "parameters that are text",
                        request("7", "\"method\":\"ping\",\"params\":\"x\""),
                        -32602,
                        "7"),
                row(
                        "a call without parameters",
                        request("7", "\"method\":\"tools/call\""),
                        -32602,
                        "7"),
                row(
                        "a call without a name",
                        request("7", "\"method\":\"tools/call\",\"params\":{}"),
                        -32602,
                        "7"),
                row(
                        "a call of a number",
                        request("7", "\"method\":\"tools/call\",\"params\":{\"name\":1}"),
                        -32602,
                        "7"),
                row("an unknown tool", Peer.call("7", "rm", "{}"), -32602, "7"),
                row("a tool no catalogue can have", Peer.call("7", "../../etc", "{}"), -32602, "7"),
                row("a tool name with an escape", Peer.call("7", "\\u001b[2J", "{}"), -32602, "7"),
                row(
                        "a cursor that is a number",
                        request("7", "\"method\":\"tools/list\",\"params\":{\"cursor\":1}"),
                        -32602,
                        "7"),
                row(
                        "a cursor made up",
                        request(
                                "7",
                                "\"method\":\"tools/list\",\"params\":{\"cursor\":\"MTAwMA\"}"),
                        -32602,
                        "7"),
                row(
                        "an empty cursor made up",
                        request("7", "\"method\":\"tools/list\",\"params\":{\"cursor\":\"\"}"),
                        -32602,
                        "7"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad_lines")
    void answers_a_bad_line_and_goes_on(String name, byte[] line, int code, String id)
            throws Exception {
        try (Peer peer = Peer.initialized(sessions)) {
            peer.bytes(line);
            peer.line("");
            JsonNode answer = peer.answer();
            assertThat(answer.path("error").path("code").asInt()).isEqualTo(code);
            assertThat(answer.path("id").toString()).isEqualTo(id);
            assertThat(answer.path("error").path("message").asString())
                    .isNotBlank()
                    .hasSizeLessThan(300)
                    .doesNotContain("Exception", "jackson", "\n", "\u001b");
            assertThat(tools.calls).isEmpty();
            assertServes(peer);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\t",
                "\r",
                " \t \r",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/unknown\"}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":99}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":{}}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":[1]}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":{\"name\":\"echo\"}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"tools/list\",\"params\":1}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,\"message\":\"x\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1,\"message\":\"x\"}}",
            })
    void leaves_without_an_answer_what_asks_for_none(String line) throws Exception {
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(line);
            assertServes(peer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", " \n", "\n\n\n"})
    void takes_any_line_end(String end) throws Exception {
        try (Peer peer = Peer.initialized(sessions)) {
            peer.bytes((call("{}") + end).getBytes(UTF_8));
            assertThat(LineSessionsTest.text(peer.answer())).isEqualTo("{}");
        }
    }

    @Test
    void takes_a_last_line_without_an_end() throws Exception {
        try (Peer peer = Peer.initialized(sessions)) {
            peer.bytes(call("{}").getBytes(UTF_8));
            peer.endInput();
            assertThat(LineSessionsTest.text(peer.answer())).isEqualTo("{}");
            assertThat(peer.read()).isNull();
        }
    }

    @Test
    void takes_a_line_of_exactly_the_longest_length() throws Exception {
        try (Peer peer = Peer.initialized(sessions)) {
            int frame = call("{\"a\":\"\"}").length();
            String longest = call("{\"a\":\"" + "x".repeat(MESSAGE_BYTES_MAX - frame) + "\"}");
            assertThat(longest).hasSize(MESSAGE_BYTES_MAX);
            peer.line(longest);
            assertThat(LineSessionsTest.text(peer.answer())).hasSize(MESSAGE_BYTES_MAX - frame + 8);
            peer.line(longest + " ");
            assertThat(peer.answer().path("error").path("code").asInt()).isEqualTo(-32600);
            assertServes(peer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tools/list", "tools/call"})
    void refuses_to_work_before_the_handshake(String method) throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(request("7", "\"method\":\"" + method + "\",\"params\":{\"name\":\"echo\"}"));
            JsonNode answer = peer.answer();
            assertThat(answer.path("error").path("code").asInt()).isEqualTo(-32600);
            assertThat(answer.path("error").path("message").asString()).contains("`initialize`");
            peer.line(request("8", "\"method\":\"ping\""));
            assertThat(peer.read()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{}}");
        }
        assertThat(tools.calls).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",\"params\":{}",
                ",\"params\":{\"protocolVersion\":1}",
                ",\"params\":{\"protocolVersion\":\"\"}",
                ",\"params\":{\"protocolVersion\":\" \"}",
            })
    void refuses_a_handshake_without_a_version_and_takes_the_next(String params) throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"" + params + "}");
            assertThat(peer.answer().path("error").path("code").asInt()).isEqualTo(-32602);
            peer.line(Peer.initialize("2025-11-25"));
            assertThat(peer.answer().has("result")).isTrue();
            assertServes(peer);
        }
    }

    @Test
    void takes_a_handshake_after_a_probe_that_names_no_version() throws Exception {
        try (Peer peer = Peer.connect(sessions)) {
            peer.line(request("0", "\"method\":\"server/discover\",\"params\":{}"));
            assertThat(peer.answer().path("error").path("code").asInt()).isEqualTo(-32602);
            peer.line(Peer.initialize("2025-11-25"));
            assertThat(peer.answer().has("result")).isTrue();
            assertServes(peer);
        }
    }

    @Test
    void answers_a_batch_with_one_where_the_revision_has_them() throws Exception {
        try (Peer peer = Peer.initialized(sessions, "2025-03-26")) {
            peer.line(
                    "["
                            + Peer.call("1", "echo", "{}")
                            + ",{\"jsonrpc\":\"2.0\",\"method\":\"notifications/unknown\"},1,"
                            + request("\"b\"", "\"method\":\"ping\"")
                            + "]");
            JsonNode answers = peer.answer();
            assertThat(answers.values().stream().map(each -> each.path("id").toString()))
                    .containsExactlyInAnyOrder("1", "null", "\"b\"");
            peer.line("[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/unknown\"}]");
            assertServes(peer);
        }
    }

    private static void assertServes(Peer peer) throws Exception {
        peer.line(Peer.call("\"good\"", "echo", "{\"still\":\"here\"}"));
        JsonNode answer = peer.answer();
        assertThat(answer.path("id").asString()).isEqualTo("good");
        assertThat(LineSessionsTest.text(answer)).isEqualTo("{\"still\":\"here\"}");
    }
}
