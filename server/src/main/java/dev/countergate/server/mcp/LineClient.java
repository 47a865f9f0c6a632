package dev.countergate.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.mcp.RequestRoom.Share;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A client of {@link LineSessions} for a command typed at a terminal: one request at a time, on the calling thread.
 *
 * <p>Not thread safe. Waits for each answer for as long as the streams are open: closing them ends a request, and only that
 * does. How long a call may take is a tool's own, so nothing here could know.
 */
public final class LineClient {
    /** The longest line read. */
    private static final int MESSAGE_BYTES_MAX = 64 * 1024 * 1024;

    /** The most tokens of it: what {@code max_bytes} lets a tool answer is the daemon's to bound. */
    private static final int MESSAGE_TOKENS_MAX = 20_000_000;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final LineReader lines;
    private final OutputStream out;
    private final TreeReader trees = new TreeReader(MESSAGE_TOKENS_MAX);
    private long lastId;

    private LineClient(InputStream in, OutputStream out) {
        this.lines = new LineReader(in, MESSAGE_BYTES_MAX, Share.alone());
        this.out = out;
    }

    /** What a request came to. */
    public sealed interface Answer {
        /**
         * It was answered.
         *
         * @param result for a call a {@code CallToolResult}, which may be an error too
         */
        record Result(JsonNode result) implements Answer {}

        /**
         * It was refused by the protocol.
         *
         * @param code of JSON-RPC
         */
        record Refusal(int code, String message) implements Answer {}
    }

    /**
     * Performs the handshake.
     *
     * @param name what the server is told of this client
     * @throws IOException when the server does not speak MCP, or the connection broke
     */
    public static LineClient connect(InputStream in, OutputStream out, String name, String version)
            throws IOException {
        LineClient client = new LineClient(in, out);
        ObjectNode params = NODES.objectNode();
        params.put("protocolVersion", Handshake.VERSIONS.getLast());
        params.putObject("capabilities");
        params.putObject("clientInfo").put("name", name).put("version", version);
        client.resultOf(client.request("initialize", params, Progress.NONE));
        client.write(
                new JsonLine()
                        .raw("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"));
        return client;
    }

    /** Every tool, all pages of them, each as {@code tools/list} describes it. */
    public List<JsonNode> tools() throws IOException {
        List<JsonNode> tools = new ArrayList<>();
        ObjectNode params = NODES.objectNode();
        while (true) {
            JsonNode page = resultOf(request("tools/list", params, Progress.NONE));
            tools.addAll(page.path("tools").values());
            if (!page.path("nextCursor").isString()) {
                return tools;
            }
            params.put("cursor", page.path("nextCursor").asString());
        }
    }

    /** Calls a tool; {@code progress} is told on the calling thread. */
    public Answer call(String tool, ObjectNode arguments, Progress progress) throws IOException {
        ObjectNode params = NODES.objectNode();
        params.put("name", tool);
        params.set("arguments", arguments);
        params.putObject("_meta").put("progressToken", lastId + 1);
        return request("tools/call", params, progress);
    }

    private JsonNode resultOf(Answer answer) throws IOException {
        return switch (answer) {
            case Answer.Result(JsonNode result) -> result;
            case Answer.Refusal(int code, String message) ->
                    throw new IOException("the server refused: " + message + " (" + code + ")");
        };
    }

    private Answer request(String method, ObjectNode params, Progress progress) throws IOException {
        long id = ++lastId;
        write(
                new JsonLine()
                        .raw("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":")
                        .string(method)
                        .raw(",\"params\":")
                        .tree(params)
                        .raw("}"));
        while (true) {
            JsonNode message = read();
            if (message.path("method").asString("").equals("notifications/progress")) {
                JsonNode told = message.path("params");
                progress.report(
                        told.path("progress").asDouble(0),
                        told.path("total").asDouble(0),
                        told.path("message").asString(""));
            } else if (message.path("id").asLong(0) == id && !message.has("method")) {
                JsonNode error = message.path("error");
                return error.isMissingNode()
                        ? new Answer.Result(message.path("result"))
                        : new Answer.Refusal(
                                error.path("code").asInt(0), error.path("message").asString(""));
            }
        }
    }

    private JsonNode read() throws IOException {
        Optional<LineReader.Line> line = lines.next();
        if (line.isEmpty()) {
            throw new EOFException("the server closed the connection");
        }
        if (line.get().isTooLong()) {
            throw new IOException(
                    "the server sent a message of more than " + MESSAGE_BYTES_MAX + " bytes");
        }
        try {
            return trees.line(
                    line.get().bytes(), line.get().from(), line.get().length(), trees::value);
        } catch (MalformedException malformed) {
            throw new IOException(
                    "the server sent no JSON: "
                            + ShownText.of(
                                    new String(
                                            line.get().bytes(),
                                            line.get().from(),
                                            Math.min(line.get().length(), 80),
                                            UTF_8),
                                    80),
                    malformed);
        }
    }

    private void write(JsonLine line) throws IOException {
        line.raw("\n");
        line.writeTo(out, 0, line.length());
        out.flush();
    }
}
