package dev.countergate.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.mcp.Message.Request;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each row is the body's method and parameters, and headers as {@code Name: value} with bars between. */
class MirroredHeadersTest {
    private static final String META =
            "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}";

    private final Stateless stateless =
            new Stateless(new ServerCard("1", () -> true), new FakeTools());

    private static Request request(String method, String params) {
        String json =
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\""
                        + method
                        + "\",\"params\":{"
                        + params
                        + "}}";
        byte[] bytes = json.getBytes(UTF_8);
        return (Request) new MessageReader(1).read(bytes, 0, bytes.length);
    }

    private static MirroredHeaders headers(String lines) {
        Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line : lines.split("\\|", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                values.computeIfAbsent(line.substring(0, colon).strip(), name -> new ArrayList<>())
                        .add(line.substring(colon + 1).replace("TAB", "\t"));
            }
        }
        return new MirroredHeaders(name -> values.getOrDefault(name, List.of()));
    }

    private static JsonNode json(Stateless.Refusal refusal) {
        ByteBuffer bytes = refusal.answer().buffer();
        return new JsonMapper().readTree(UTF_8.decode(bytes).toString());
    }

    private Optional<Stateless.Refusal> refusal(
            String method, @Nullable String params, String headers) {
        String all = params == null ? META : META + "," + params;
        return stateless.refusal(request(method, all), headers(headers));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "tools/list ~ ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/list",
                "tools/list ~ ~ mcp-protocol-version:2026-07-28|MCP-METHOD:TAB tools/list ",
                "tools/list ~ ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/list|Mcp-Name: whatever",
                "tools/call ~ \"name\":\"echo\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name: echo",
                "tools/call ~ \"name\":\"echo\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name: =?base64?ZWNobw==?=",
                "prompts/get ~ \"name\":\"hand_over\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: prompts/get|Mcp-Name: hand_over",
                "resources/read ~ \"uri\":\"runbook:///a%20b.md\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: resources/read|Mcp-Name: runbook:///a%20b.md",
                "resources/read ~ \"uri\":\"ü\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: resources/read|Mcp-Name: =?base64?w7w=?=",
                // Not encoded, since it does not end so; and the mark itself, encoded.
                "tools/call ~ \"name\":\"=?base64?x\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name: =?base64?x",
                "tools/call ~ \"name\":\"=?base64??=\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name: =?base64?PT9iYXNlNjQ/Pz0=?=",
                // Nothing to compare with: the body is refused for that itself.
                "tools/call ~ \"name\":7 ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call",
            })
    void takes_what_agrees(String method, @Nullable String params, String headers) {
        assertThat(refusal(method, params, headers)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                // Missing, or more than one.
                "tools/list ~ ~ Mcp-Method: tools/list ~ `MCP-Protocol-Version` is missing",
                "tools/list ~ ~ MCP-Protocol-Version: 2026-07-28 ~ `Mcp-Method` is missing",
                "tools/call ~ \"name\":\"echo\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call ~ `Mcp-Name` is missing",
                "prompts/get ~ \"name\":\"echo\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: prompts/get ~ `Mcp-Name` is missing",
                "resources/read ~ \"uri\":\"x\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: resources/read ~ `Mcp-Name` is missing",
                "tools/list ~ ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/list|mcp-method: tools/call ~ `Mcp-Method` is given more than once",
                "tools/list ~ ~ MCP-Protocol-Version: 2026-07-28|MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/list ~ `MCP-Protocol-Version` is given more than once",
                // Another value.
                "tools/list ~ ~ MCP-Protocol-Version: 2025-11-25|Mcp-Method: tools/list ~ `MCP-Protocol-Version` is `2025-11-25`, and the body says `2026-07-28`",
                "tools/list ~ ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call ~ `Mcp-Method` is `tools/call`, and the body says `tools/list`",
                "tools/list ~ ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: TOOLS/LIST ~ `Mcp-Method` is `TOOLS/LIST`, and the body says `tools/list`",
                "tools/list ~ ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: =?base64?dG9vbHMvbGlzdA==?= ~ `Mcp-Method` is `=?base64?dG9vbHMvbGlzdA==?=`, and the body says `tools/list`",
                "tools/call ~ \"name\":\"restart\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name: echo ~ `Mcp-Name` is `echo`, and the body says `restart`",
                "tools/call ~ \"name\":\"echo\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name: Echo ~ `Mcp-Name` is `Echo`, and the body says `echo`",
                "tools/call ~ \"name\":\"restart\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name: =?base64?ZWNobw==?= ~ `Mcp-Name` is `echo`, and the body says `restart`",
                "tools/call ~ \"name\":\"echo\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name:  ~ `Mcp-Name` is ``, and the body says `echo`",
                // Characters, and Base64 that is none.
                "tools/call ~ \"name\":\"ü\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name: ü ~ `Mcp-Name` holds a character no header may hold",
                "tools/call ~ \"name\":\"echo\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name: =?base64?ZWN*bw==?= ~ `Mcp-Name` is no text in Base64",
                "tools/call ~ \"name\":\"echo\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name: =?base64?ZWNobw=?= ~ `Mcp-Name` is no text in Base64",
                "tools/call ~ \"name\":\"echo\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name: =?base64?/w==?= ~ `Mcp-Name` is no text in Base64",
                "tools/call ~ \"name\":\"echo\" ~ MCP-Protocol-Version: 2026-07-28|Mcp-Method: tools/call|Mcp-Name: =?BASE64?ZWNobw==?= ~ `Mcp-Name` is `=?BASE64?ZWNobw==?=`, and the body says `echo`",
            })
    void refuses_what_does_not(
            String method, @Nullable String params, String headers, String problem) {
        Stateless.Refusal refusal = refusal(method, params, headers).orElseThrow();
        assertThat(refusal.httpStatus()).isEqualTo(400);
        JsonNode answer = json(refusal);
        assertThat(answer.path("id").asInt()).isEqualTo(7);
        assertThat(answer.path("error").path("code").asInt()).isEqualTo(-32020);
        assertThat(answer.path("error").path("message").asString())
                .isEqualTo("header mismatch: " + problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                // What the body lacks is told before what its headers could be compared with.
                "tools/list ~ \"a\":1 ~ 400 ~ -32602",
                "tools/list ~ \"_meta\":{} ~ 400 ~ -32602",
                "tools/list ~ \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":7} ~ 400 ~ -32602",
                "tools/list ~ \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"} ~ 400 ~ -32602",
                "no/such ~ \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}} ~ 404 ~ -32601",
                "initialize ~ \"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}} ~ 404 ~ -32601",
            })
    void says_over_http_what_it_says_over_lines(
            String method, String params, int status, int code) {
        Stateless.Refusal refusal =
                stateless
                        .refusal(
                                request(method, params),
                                headers("MCP-Protocol-Version: 2026-07-28|Mcp-Method: " + method))
                        .orElseThrow();
        assertThat(refusal.httpStatus()).isEqualTo(status);
        assertThat(json(refusal).path("error").path("code").asInt()).isEqualTo(code);
    }

    @Test
    void an_unknown_version_is_told_the_known_one_where_header_and_body_agree() {
        Stateless.Refusal refusal =
                stateless
                        .refusal(
                                request("tools/list", META.replace("2026-07-28", "v999")),
                                headers("MCP-Protocol-Version: v999|Mcp-Method: tools/list"))
                        .orElseThrow();
        assertThat(refusal.httpStatus()).isEqualTo(400);
        assertThat(json(refusal).path("error").toString())
                .contains("-32022", "{\"supported\":[\"2026-07-28\"],\"requested\":\"v999\"}");
    }

    @Test
    void what_it_repeats_is_short_and_visible() {
        String message =
                json(refusal(
                                        "tools/list",
                                        null,
                                        "MCP-Protocol-Version: 2026-07-28|Mcp-Method: "
                                                + "x".repeat(10_000))
                                .orElseThrow())
                        .path("error")
                        .path("message")
                        .asString();
        assertThat(message).hasSizeLessThan(300);
        assertThat(message.toLowerCase(Locale.ROOT)).contains("xxx");
    }
}
