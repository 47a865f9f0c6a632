package dev.countergate.server.http;

import static dev.countergate.server.http.Served.TYPES;
import static dev.countergate.server.http.Served.callBody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.countergate.server.http.RawHttp.Reply;
import dev.countergate.server.mcp.FakeTools;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is not let in, over a raw socket. PORT, SESSION and BOBS stand for the listener's port, a session of `ana` and one of
 * `bob`; who calls is `ana` unless a row says otherwise. No call may reach the tools.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadHttpTest {
    private static final String AUTH = "Authorization: Bearer ana\r\n";
    private static final String HOST = "Host: 127.0.0.1:PORT\r\n";
    private static final String IN_SESSION = "Mcp-Session-Id: SESSION\r\n";
    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    private static final String CALL = callBody(1, "echo");
    private static final JsonMapper JSON = new JsonMapper();

    private static final String META =
            "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}";
    private static final String MODERN =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\","
                    + META
                    + "}}";
    private static final String MIRRORED =
            TYPES
                    + "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: echo\r\n";

    private final FakeTools tools = new FakeTools();
    private Served served;
    private String session;
    private String bobs;

    @BeforeAll
    void serve() throws IOException {
        served = new Served(tools, Served.LIMITS, List.of("gate.example:8443"));
        session = served.initialize();
        bobs = served.initialize("bob", "2025-11-25");
    }

    @AfterAll
    void close() {
        served.close();
    }

    static Stream<Arguments> whom_it_is_meant_for() {
        return Stream.of(
                arguments(400, "no Host", post(AUTH + TYPES, CALL)),
                arguments(400, "two Hosts", post(HOST + HOST + AUTH + TYPES, CALL)),
                arguments(
                        400,
                        "two Hosts, one foreign",
                        post(HOST + "Host: evil.example\r\n" + AUTH + TYPES, CALL)),
                arguments(
                        421, "a foreign Host", post("Host: evil.example\r\n" + AUTH + TYPES, CALL)),
                arguments(
                        421,
                        "a foreign Host with our port",
                        post("Host: evil.example:PORT\r\n" + AUTH + TYPES, CALL)),
                arguments(421, "another port", post("Host: 127.0.0.1:1\r\n" + AUTH + TYPES, CALL)),
                arguments(421, "no port", post("Host: localhost\r\n" + AUTH + TYPES, CALL)),
                arguments(
                        421,
                        "an address that is loopback too",
                        post("Host: 127.0.0.2:PORT\r\n" + AUTH + TYPES, CALL)),
                arguments(
                        421,
                        "a name that begins as ours",
                        post("Host: localhost.evil.example:PORT\r\n" + AUTH + TYPES, CALL)),
                arguments(
                        400,
                        "a name with a user before it",
                        post("Host: localhost:PORT@evil.example\r\n" + AUTH + TYPES, CALL)),
                arguments(400, "an empty Host", post("Host:\r\n" + AUTH + TYPES, CALL)),
                arguments(
                        400,
                        "an absolute target that disagrees with Host",
                        post("http://evil.example/mcp", HOST + AUTH + TYPES, CALL)),
                arguments(
                        421,
                        "an absolute target and a Host that agree on another",
                        post(
                                "http://evil.example/mcp",
                                "Host: evil.example\r\n" + AUTH + TYPES,
                                CALL)),
                arguments(403, "a foreign Origin", in(TYPES + "Origin: http://evil.example\r\n")),
                arguments(403, "Origin null", in(TYPES + "Origin: null\r\n")),
                arguments(403, "an empty Origin", in(TYPES + "Origin:\r\n")),
                arguments(
                        403,
                        "an Origin of another port",
                        in(TYPES + "Origin: http://localhost:1\r\n")),
                arguments(
                        403,
                        "an Origin of another scheme",
                        in(TYPES + "Origin: ftp://localhost:PORT\r\n")),
                arguments(
                        403,
                        "an Origin with a path",
                        in(TYPES + "Origin: http://localhost:PORT/x\r\n")),
                arguments(
                        403,
                        "two Origins, the second foreign",
                        in(
                                TYPES
                                        + "Origin: http://localhost:PORT\r\nOrigin: http://evil.example\r\n")),
                arguments(
                        403,
                        "two Origins on one line",
                        in(TYPES + "Origin: http://localhost:PORT, http://evil.example\r\n")));
    }

    static Stream<Arguments> whose_it_is() {
        return Stream.of(
                arguments(401, "no token", post(HOST + TYPES + IN_SESSION, CALL)),
                arguments(401, "an unknown token", as("Bearer eve")),
                arguments(401, "an empty token", as("Bearer ")),
                arguments(401, "no scheme", as("ana")),
                arguments(401, "another scheme", as("Basic ana")),
                arguments(401, "a token in another case", as("Bearer ANA")),
                arguments(401, "a token and more", as("Bearer ana x")),
                arguments(401, "two tokens on one line", as("Bearer ana, Bearer bob")),
                arguments(401, "a scheme glued to its token", as("Bearerana")),
                arguments(
                        401,
                        "two tokens",
                        post(
                                HOST + AUTH + "Authorization: Bearer bob\r\n" + TYPES + IN_SESSION,
                                CALL)),
                arguments(
                        401,
                        "a token in the query",
                        post("/mcp?access_token=ana", HOST + TYPES + IN_SESSION, CALL)),
                arguments(401, "no token for a stream", "GET /sse HTTP/1.1\r\n" + HOST + "\r\n"),
                arguments(
                        401,
                        "no token for a message",
                        post("/sse/message?session=SESSION", HOST + TYPES, CALL)));
    }

    static Stream<Arguments> where_it_goes() {
        return Stream.of(
                arguments(404, "the root", post("/", HOST + AUTH + TYPES + IN_SESSION, CALL)),
                arguments(404, "a slash behind", at("/mcp/")),
                arguments(400, "two slashes before", at("//mcp")),
                arguments(404, "another case", at("/MCP")),
                arguments(404, "a path parameter", at("/mcp;x=1")),
                arguments(404, "an escaped letter", at("/%6dcp")),
                arguments(404, "a dot segment", at("/./mcp")),
                arguments(404, "two dots", at("/x/../mcp")),
                arguments(400, "escaped dots", at("/x/%2e%2e/mcp")),
                arguments(400, "an escaped zero byte", at("/mcp%00")),
                arguments(404, "a longer path", at("/mcp/x")),
                arguments(404, "the operators' words", at("/approve")),
                arguments(400, "no slash", at("mcp")),
                arguments(405, "PUT", other("PUT /mcp HTTP/1.1")),
                arguments(405, "OPTIONS, as a page's browser asks", other("OPTIONS /mcp HTTP/1.1")),
                arguments(405, "HEAD", other("HEAD /mcp HTTP/1.1")),
                arguments(405, "TRACE", other("TRACE /mcp HTTP/1.1")),
                arguments(405, "a method in another case", other("post /mcp HTTP/1.1")),
                arguments(405, "GET where messages go", other("GET /sse/message HTTP/1.1")),
                arguments(405, "POST to a stream", post("/sse", HOST + AUTH + TYPES, CALL)),
                arguments(404, "an asterisk", other("OPTIONS * HTTP/1.1")),
                arguments(400, "CONNECT", other("CONNECT evil.example:443 HTTP/1.1")),
                arguments(426, "HTTP/2.0 in words", other("GET /mcp HTTP/2.0")),
                arguments(505, "no such protocol", other("GET /mcp HTTQ/1.1")),
                arguments(
                        404,
                        "a session of the other transport",
                        post("/sse/message?session=SESSION", HOST + AUTH + TYPES, CALL)),
                arguments(404, "no session", post("/sse/message", HOST + AUTH + TYPES, CALL)),
                arguments(
                        404,
                        "another parameter",
                        post("/sse/message?x=1&session=SESSION", HOST + AUTH + TYPES, CALL)));
    }

    static Stream<Arguments> what_it_says_of_itself() {
        return Stream.of(
                arguments(415, "no Content-Type", in("Accept: */*\r\n")),
                arguments(415, "a form", in(TYPES.replace("application/json\r", "text/plain\r"))),
                arguments(415, "a type that begins alike", typed("application/json-patch+json")),
                arguments(415, "UTF-16", typed("application/json; charset=utf-16")),
                arguments(415, "two types", in("Content-Type: text/plain\r\n" + TYPES)),
                arguments(415, "two types on one line", typed("application/json, text/plain")),
                arguments(415, "an empty type", typed("")),
                arguments(415, "a compressed body", in(TYPES + "Content-Encoding: gzip\r\n")),
                arguments(406, "no Accept", in("Content-Type: application/json\r\n")),
                arguments(406, "JSON alone", accepting("application/json")),
                arguments(406, "events alone", accepting("text/event-stream")),
                arguments(
                        406, "JSON refused", accepting("application/json;q=0, text/event-stream")),
                arguments(
                        406,
                        "events refused by weight",
                        accepting("application/json, text/event-stream;q=0.00")),
                arguments(406, "another wildcard", accepting("application/*, image/*")),
                arguments(406, "an empty Accept", accepting("")),
                arguments(
                        406,
                        "a stream without events accepted",
                        other("GET /mcp HTTP/1.1", "Accept: application/json\r\n" + IN_SESSION)),
                arguments(
                        400,
                        "an unknown version",
                        in(TYPES + "MCP-Protocol-Version: 1999-01-01\r\n")),
                arguments(400, "an empty version", in(TYPES + "MCP-Protocol-Version:\r\n")),
                arguments(
                        400,
                        "two versions",
                        in(
                                TYPES
                                        + "MCP-Protocol-Version: 2025-11-25\r\nMCP-Protocol-Version: 2025-06-18\r\n")),
                arguments(
                        400,
                        "two versions on one line",
                        in(TYPES + "MCP-Protocol-Version: 2025-11-25, 2025-06-18\r\n")),
                arguments(
                        400,
                        "an unknown version with a stream",
                        other(
                                "GET /mcp HTTP/1.1",
                                "Accept: text/event-stream\r\nMCP-Protocol-Version: 1\r\n"
                                        + IN_SESSION)),
                arguments(400, "neither true nor false", in(TYPES + "X-MCP-Readonly: yes\r\n")),
                arguments(400, "no session", post(HOST + AUTH + TYPES, CALL)),
                arguments(400, "two sessions", in(TYPES + "Mcp-Session-Id: SESSION\r\n")),
                arguments(404, "an unknown session", sessioned("AAAAAAAAAAAAAAAAAAAAAAAA")),
                arguments(404, "an empty session", sessioned("")),
                arguments(404, "another principal's session", sessioned("BOBS")),
                arguments(404, "a session and more", sessioned("SESSION,BOBS")),
                arguments(
                        404,
                        "another principal's stream",
                        other(
                                "GET /mcp HTTP/1.1",
                                "Accept: text/event-stream\r\nMcp-Session-Id: BOBS\r\n")),
                arguments(
                        404,
                        "another principal's end",
                        other("DELETE /mcp HTTP/1.1", "Mcp-Session-Id: BOBS\r\n")),
                arguments(400, "an end of nothing", other("DELETE /mcp HTTP/1.1")),
                arguments(
                        400,
                        "a stream with a body",
                        other(
                                "GET /mcp HTTP/1.1",
                                "Accept: text/event-stream\r\nContent-Length: 2\r\n"
                                        + IN_SESSION)));
    }

    static Stream<Arguments> what_its_headers_and_its_body_disagree_about() {
        return Stream.of(
                arguments(400, "none of the headers", modern(TYPES)),
                arguments(400, "no version", modern(without("MCP-Protocol-Version"))),
                arguments(400, "no method", modern(without("Mcp-Method"))),
                arguments(400, "no name", modern(without("Mcp-Name"))),
                arguments(400, "another name", modern(MIRRORED.replace("echo", "other"))),
                arguments(400, "a name in another case", modern(MIRRORED.replace("echo", "Echo"))),
                arguments(400, "two names", modern(MIRRORED + "Mcp-Name: other\r\n")),
                arguments(
                        400,
                        "another method",
                        modern(MIRRORED.replace("tools/call", "tools/list"))),
                arguments(400, "two methods", modern(MIRRORED + "Mcp-Method: tools/call\r\n")),
                arguments(
                        400,
                        "an older version in the header",
                        modern(MIRRORED.replace("2026-07-28", "2025-11-25"))),
                arguments(
                        400,
                        "an older version in a session",
                        modern(MIRRORED.replace("2026-07-28", "2025-11-25") + IN_SESSION)),
                arguments(
                        400,
                        "the version in the header alone",
                        post(HOST + AUTH + MIRRORED + IN_SESSION, CALL)),
                arguments(
                        400,
                        "the version in the header alone, and no method",
                        post(HOST + AUTH + without("Mcp-Method") + IN_SESSION, CALL)),
                arguments(
                        400,
                        "a version to come",
                        modern(MIRRORED).replace("2026-07-28", "2027-01-01")),
                arguments(
                        400,
                        "two versions, one each",
                        modern(MIRRORED + "MCP-Protocol-Version: 2025-11-25\r\n")),
                arguments(
                        404,
                        "a method of the versions with sessions",
                        modern(MIRRORED).replace("tools/call", "tools/ping")),
                arguments(401, "no token", post(HOST + MIRRORED, MODERN)),
                arguments(400, "in a batch", post(HOST + AUTH + MIRRORED, "[" + MODERN + "]")));
    }

    static Stream<Arguments> how_its_body_comes() {
        String chunked = HOST + AUTH + TYPES + IN_SESSION + "Transfer-Encoding: chunked\r\n";
        return Stream.of(
                arguments(
                        400,
                        "a chunk size that is none",
                        raw(chunked + "\r\nzz\r\n{}\r\n0\r\n\r\n")),
                arguments(400, "a negative chunk size", raw(chunked + "\r\n-1\r\n{}\r\n0\r\n\r\n")),
                arguments(
                        400,
                        "a chunk longer than it says",
                        raw(chunked + "\r\n2\r\n" + PING + "\r\n0\r\n\r\n")),
                arguments(
                        400,
                        "a huge chunk size",
                        raw(chunked + "\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n")),
                arguments(
                        400,
                        "chunks and a length",
                        raw(chunked + "Content-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n")),
                arguments(
                        400,
                        "two lengths",
                        raw(
                                HOST
                                        + AUTH
                                        + TYPES
                                        + IN_SESSION
                                        + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ")),
                arguments(
                        400,
                        "a length that is none",
                        raw(HOST + AUTH + TYPES + IN_SESSION + "Content-Length: 2x\r\n\r\n{}")),
                arguments(
                        400,
                        "a negative length",
                        raw(HOST + AUTH + TYPES + IN_SESSION + "Content-Length: -2\r\n\r\n{}")),
                arguments(
                        400,
                        "an unknown transfer coding",
                        raw(
                                HOST
                                        + AUTH
                                        + TYPES
                                        + IN_SESSION
                                        + "Transfer-Encoding: gzip\r\n\r\n{}")),
                arguments(
                        413,
                        "64 MiB announced",
                        raw(
                                HOST
                                        + AUTH
                                        + TYPES
                                        + IN_SESSION
                                        + "Content-Length: 67108864\r\n\r\n{")),
                arguments(
                        400,
                        "a folded header",
                        raw(HOST + AUTH + TYPES + "X-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\n{}")),
                arguments(
                        400,
                        "a space before a colon",
                        raw(HOST + AUTH + TYPES + "X-A : 1\r\nContent-Length: 2\r\n\r\n{}")),
                arguments(
                        431,
                        "a header of 64 KiB",
                        raw(HOST + AUTH + "X-A: " + "a".repeat(65_536) + "\r\n\r\n")),
                arguments(
                        414,
                        "a target of 64 KiB",
                        "POST /mcp?" + "a".repeat(65_536) + " HTTP/1.1\r\n" + HOST + "\r\n"));
    }

    static Stream<Arguments> what_its_message_is() {
        return Stream.of(
                arguments("nothing", ""),
                arguments("blank", "  "),
                arguments("no JSON", "{"),
                arguments("two values", PING + PING),
                arguments("two lines", PING + "\n" + PING),
                arguments("a number", "7"),
                arguments("an empty batch", "[]"),
                arguments("a batch, where there are none", "[" + PING + "]"),
                arguments("depth 100,000", "[".repeat(100_000)),
                arguments("depth 100,000 in the arguments", deep(100_000)),
                arguments("Method", PING.replace("method", "Method")),
                arguments("METHOD beside nothing", PING.replace("method", "METHOD")),
                arguments("Jsonrpc", PING.replace("jsonrpc", "Jsonrpc")),
                arguments("no version", "{\"id\":1,\"method\":\"ping\"}"),
                arguments("another version", PING.replace("2.0", "1.0")),
                arguments("two methods", PING.replace("}", ",\"method\":\"tools/list\"}")),
                arguments("two ids", PING.replace("}", ",\"id\":2}")),
                arguments("id null", PING.replace("1,", "null,")),
                arguments("params that are a list", PING.replace("}", ",\"params\":[]}")),
                arguments("half a surrogate pair", PING.replace("ping", "\\ud800")),
                arguments("a zero byte", PING + "\0"));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource({
        "whom_it_is_meant_for",
        "whose_it_is",
        "where_it_goes",
        "what_it_says_of_itself",
        "what_its_headers_and_its_body_disagree_about",
        "how_its_body_comes"
    })
    void refuses(int status, String what, String request) throws IOException {
        try (RawHttp http = served.connect()) {
            http.send(filled(request));
            boolean isHead = request.startsWith("HEAD");
            Reply reply = isHead ? http.head() : http.reply();

            assertThat(reply.status()).as(reply.toString()).isEqualTo(status);
            if (!isHead) {
                assertIsRefusal(reply);
            }
            if (status == 401) {
                assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
            }
            assertThat(tools.calls).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("what_its_message_is")
    void refuses_a_message_that_is_none(String what, String body) throws IOException {
        Reply reply = served.call(session, body);

        assertThat(reply.status()).as(reply.toString()).isEqualTo(400);
        assertIsRefusal(reply);
    }

    @Test
    void refuses_a_body_of_64_MiB_while_it_comes_and_closes_the_connection() throws IOException {
        try (RawHttp http = served.connect()) {
            http.send(
                    filled(
                            "POST /mcp HTTP/1.1\r\n"
                                    + HOST
                                    + AUTH
                                    + TYPES
                                    + IN_SESSION
                                    + "Transfer-Encoding: chunked\r\n\r\n"));
            String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
            int sent = 0;
            try {
                while (sent < 1_024) {
                    http.send(chunk);
                    sent++;
                }
            } catch (IOException cut) {
                // The server has stopped taking it, as it should.
            }

            assertThat(sent).isLessThan(1_024);
        }
        assertThat(served.call(session, CALL).status()).isEqualTo(200);
        tools.calls.clear();
    }

    @Test
    void another_principals_session_is_refused_exactly_as_one_that_never_was() throws IOException {
        try (RawHttp http = served.connect()) {
            Reply never = http.send(filled(sessioned("AAAAAAAAAAAAAAAAAAAAAAAA"))).reply();
            Reply bobs = http.send(filled(sessioned("BOBS"))).reply();

            assertThat(bobs.body()).isEqualTo(never.body());
            assertThat(bobs.headers().keySet()).isEqualTo(never.headers().keySet());
        }
    }

    static Stream<Arguments> what_is_let_in() {
        return Stream.of(
                arguments(
                        "localhost",
                        post("Host: localhost:PORT\r\n" + AUTH + TYPES + IN_SESSION, PING)),
                arguments(
                        "LOCALHOST",
                        post("Host: LOCALHOST:PORT\r\n" + AUTH + TYPES + IN_SESSION, PING)),
                arguments("[::1]", post("Host: [::1]:PORT\r\n" + AUTH + TYPES + IN_SESSION, PING)),
                arguments(
                        "a name the operator gave",
                        post("Host: gate.example:8443\r\n" + AUTH + TYPES + IN_SESSION, PING)),
                arguments("our Origin", ping(TYPES + "Origin: http://localhost:PORT\r\n")),
                arguments(
                        "a proxy's Origin", ping(TYPES + "Origin: https://gate.example:8443\r\n")),
                arguments(
                        "an absolute target",
                        post("http://127.0.0.1:PORT/mcp", HOST + AUTH + TYPES + IN_SESSION, PING)),
                arguments("a query", post("/mcp?x=1", HOST + AUTH + TYPES + IN_SESSION, PING)),
                arguments("bearer", ping(TYPES).replace("Bearer", "bearer")),
                arguments(
                        "a charset",
                        ping(
                                "Content-Type: Application/JSON; charset=\"UTF-8\"\r\nAccept: */*\r\n")),
                arguments(
                        "any Accept",
                        ping(TYPES.replaceFirst("Accept: .*\r\n", "Accept: */*\r\n"))),
                arguments(
                        "weights",
                        ping(
                                "Content-Type: application/json\r\nAccept: text/*;q=0.5, application/json;q=0.1\r\n")),
                arguments(
                        "two Accepts",
                        ping(
                                "Content-Type: application/json\r\nAccept: text/event-stream\r\nAccept: application/json\r\n")),
                arguments("a version", ping(TYPES + "MCP-Protocol-Version: 2025-03-26\r\n")),
                arguments("HTTP/1.0", ping(TYPES).replace("HTTP/1.1", "HTTP/1.0")),
                arguments(
                        "chunks",
                        raw(
                                HOST
                                        + AUTH
                                        + TYPES
                                        + IN_SESSION
                                        + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
                                        + Integer.toHexString(PING.length() - 1)
                                        + "\r\n"
                                        + PING.substring(1)
                                        + "\r\n0\r\n\r\n")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("what_is_let_in")
    void lets_in(String what, String request) throws IOException {
        try (RawHttp http = served.connect()) {
            Reply reply = http.send(filled(request)).reply();

            assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
            assertThat(reply.body()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
        }
    }

    @Test
    void answers_pipelined_requests_in_their_order() throws IOException {
        StringBuilder requests = new StringBuilder();
        for (int id = 1; id <= 20; id++) {
            requests.append(post(HOST + AUTH + TYPES + IN_SESSION, PING.replace("1,", id + ",")));
        }
        try (RawHttp http = served.connect()) {
            http.send(filled(requests.toString()));
            for (int id = 1; id <= 20; id++) {
                assertThat(http.reply().body()).contains("\"id\":" + id + ",");
            }
        }
    }

    private static void assertIsRefusal(Reply reply) {
        assertThat(reply.header("content-type")).isEqualTo("application/json");
        assertThat(reply.body())
                .doesNotContain("jetty", "Exception", "java", ".example", "at dev.")
                .doesNotContainPattern("(?i)stack|cause");
        JsonNode body = JSON.readTree(reply.body());
        assertThat(body.path("jsonrpc").asString()).isEqualTo("2.0");
        assertThat(body.path("error").path("code").asInt()).isNegative();
        assertThat(body.path("error").path("message").asString()).isNotBlank();
        assertThat(body.has("id")).isTrue();
        assertThat(body.has("result")).isFalse();
        assertThat(reply.headers()).doesNotContainKeys("server", "location", "set-cookie");
    }

    private String filled(String request) {
        return request.replace("PORT", "" + served.address.getPort())
                .replace("SESSION", session)
                .replace("BOBS", bobs);
    }

    private static String deep(int levels) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":"
                + "{\"a\":".repeat(levels)
                + "1"
                + "}".repeat(levels)
                + "}}";
    }

    private static String post(String headers, String body) {
        return post("/mcp", headers, body);
    }

    private static String post(String target, String headers, String body) {
        return "POST "
                + target
                + " HTTP/1.1\r\n"
                + headers
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    private static String in(String headers) {
        return post(HOST + AUTH + headers + IN_SESSION, CALL);
    }

    private static String ping(String headers) {
        return post(HOST + AUTH + headers + IN_SESSION, PING);
    }

    private static String modern(String headers) {
        return post(HOST + AUTH + headers, MODERN);
    }

    private static String without(String header) {
        return MIRRORED.replaceFirst(header + ": [^\r]*\r\n", "");
    }

    private static String as(String authorization) {
        return post(HOST + "Authorization: " + authorization + "\r\n" + TYPES + IN_SESSION, CALL);
    }

    private static String at(String target) {
        return post(target, HOST + AUTH + TYPES + IN_SESSION, CALL);
    }

    private static String typed(String contentType) {
        return in("Content-Type: " + contentType + "\r\nAccept: */*\r\n");
    }

    private static String accepting(String accept) {
        return in("Content-Type: application/json\r\nAccept: " + accept + "\r\n");
    }

    private static String sessioned(String id) {
        return post(HOST + AUTH + TYPES + "Mcp-Session-Id: " + id + "\r\n", CALL);
    }

    private static String other(String line) {
        return other(line, "");
    }

    private static String other(String line, String headers) {
        return line + "\r\n" + HOST + AUTH + headers + "\r\n";
    }

    private static String raw(String headersAndBody) {
        return "POST /mcp HTTP/1.1\r\n" + headersAndBody;
    }
}
