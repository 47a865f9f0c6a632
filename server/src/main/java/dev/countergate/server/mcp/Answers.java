package dev.countergate.server.mcp;

import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.result.ToolResult.ErrorBody;

/** The JSON of what a client gets. */
public final class Answers {
    /** The member of {@code _meta} that tells an agent's program what failed. */
    static final String ERROR_KEY = "dev.countergate/error";

    private Answers() {}

    /** Tells that the list of tools is another now. */
    public static JsonLine listChanged() {
        return new JsonLine()
                .raw("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
    }

    /** The start of an answer; the result and {@link #end} follow. */
    static JsonLine result(String id) {
        return new JsonLine().raw("{\"jsonrpc\":\"2.0\",\"id\":").raw(id).raw(",\"result\":");
    }

    static JsonLine end(JsonLine answer) {
        return answer.raw("}");
    }

    static JsonLine error(String id, int code, String message) {
        return Answers.end(errorStart(id, code, message).raw("}"));
    }

    /**
     * A whole message that refuses.
     *
     * @param id of the request as JSON, {@code null} where it is not known
     * @param message fit for the client
     */
    public static JsonLine error(String id, ProtocolError error, String message) {
        return error(id, error.code(), message);
    }

    /** The same, with {@code data} for the client's program. */
    static JsonLine error(String id, ProtocolError error, String message, JsonLine data) {
        return Answers.end(
                errorStart(id, error.code(), message).raw(",\"data\":").raw(data.part()).raw("}"));
    }

    private static JsonLine errorStart(String id, int code, String message) {
        return new JsonLine()
                .raw("{\"jsonrpc\":\"2.0\",\"id\":")
                .raw(id)
                .raw(",\"error\":{\"code\":")
                .raw(Integer.toString(code))
                .raw(",\"message\":")
                .string(message);
    }

    /** The answer with a {@code CallToolResult} (MCP 2025-11-25 and 2026-07-28, server/tools). */
    static JsonLine toolResult(Frame frame, String id, ToolResult result) {
        JsonLine line = frame.begin(id).raw("\"content\":[");
        String separator = "";
        for (String text : result.texts()) {
            line.raw(separator).raw("{\"type\":\"text\",\"text\":").string(text).raw("}");
            separator = ",";
        }
        line.raw("]");
        if (result.structured() != null) {
            line.raw(",\"structuredContent\":").tree(result.structured());
        }
        line.raw(result.isError() ? ",\"isError\":true" : ",\"isError\":false");
        return frame.end(line, result.error() == null ? null : errorMeta(result.error()));
    }

    private static JsonLine errorMeta(ErrorBody error) {
        JsonLine meta = new JsonLine().string(ERROR_KEY).raw(":");
        errorBody(meta, error);
        return meta;
    }

    private static void errorBody(JsonLine line, ErrorBody error) {
        line.raw("{\"code\":").string(error.code());
        line.raw(",\"message\":").string(error.message());
        line.raw(",\"hint\":").string(error.hint());
        if (error.rule() != null) {
            line.raw(",\"rule\":").string(error.rule());
        }
        if (!error.faults().isEmpty()) {
            String separator = ",\"faults\":[";
            for (String fault : error.faults()) {
                line.raw(separator).string(fault);
                separator = ",";
            }
            line.raw("]");
        }
        line.raw("}");
    }
}
