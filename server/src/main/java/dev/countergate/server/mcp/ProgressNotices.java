package dev.countergate.server.mcp;

import dev.countergate.server.backend.CallContext.Progress;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Tells the client of one call's progress (MCP 2025-11-25, basic/utilities/progress): always further than the time
 * before, and never after the answer. Thread safe.
 */
final class ProgressNotices implements Progress {
    private static final int MESSAGE_MAX = 512;

    private final Pending pending;
    private final JsonNode token;
    private double last = Double.NEGATIVE_INFINITY;

    private ProgressNotices(Pending pending, JsonNode token) {
        this.pending = pending;
        this.token = token;
    }

    /** What tells the client, if it gave a token to tell it by. */
    static Progress of(Pending pending) {
        return Optional.ofNullable(pending.params())
                .map(params -> params.path("_meta").path("progressToken"))
                .filter(token -> token.isString() || token.isIntegralNumber())
                .<Progress>map(token -> new ProgressNotices(pending, token))
                .orElse(Progress.NONE);
    }

    @Override
    public void report(double done, double total, String message) {
        pending.whileRunning(() -> tell(done, total, message));
    }

    private void tell(double done, double total, String message) {
        if (!Double.isFinite(done) || done <= last) {
            return;
        }
        last = done;
        JsonLine line =
                new JsonLine()
                        .raw(
                                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":")
                        .tree(token)
                        .raw(",\"progress\":")
                        .raw(number(done));
        if (total > 0 && Double.isFinite(total)) {
            line.raw(",\"total\":").raw(number(total));
        }
        if (!message.isEmpty()) {
            line.raw(",\"message\":").string(ShownText.of(message, MESSAGE_MAX));
        }
        pending.notice(line.raw("}}"));
    }

    private static String number(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : Double.toString(number);
    }
}
