package dev.countergate.server.mcp;

import dev.countergate.server.mcp.Pending.Replies;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the answers to a batch and sends them as one array; nothing where there are none (JSON-RPC 2.0, section 6).
 *
 * <p>Thread safe.
 */
final class BatchReplies implements Replies {
    private final Consumer<JsonLine> out;
    private final List<byte[]> answers = new ArrayList<>();
    private int missing;

    BatchReplies(int messages, Consumer<JsonLine> out) {
        this.missing = messages;
        this.out = out;
    }

    @Override
    public void send(JsonLine answer) {
        arrived(answer.part());
    }

    @Override
    public void none() {
        arrived(null);
    }

    private void arrived(byte @Nullable [] answer) {
        synchronized (this) {
            if (answer != null) {
                answers.add(answer);
            }
            missing--;
            if (missing > 0 || answers.isEmpty()) {
                return;
            }
        }
        JsonLine line = new JsonLine();
        String separator = "[";
        for (byte[] each : answers) {
            line.raw(separator).raw(each);
            separator = ",";
        }
        out.accept(line.raw("]"));
    }
}
