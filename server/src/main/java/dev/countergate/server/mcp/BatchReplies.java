package dev.countergate.server.mcp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the answers to a batch and sends them as one array; nothing where there are none (JSON-RPC 2.0, section 6).
 *
 * <p>Thread safe.
 */
final class BatchReplies implements Replies {
    private final Replies out;
    private final List<byte[]> answers = new ArrayList<>();
    private int missing;

    BatchReplies(int messages, Replies out) {
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

    @Override
    public void notice(Object key, JsonLine message) {
        out.notice(key, message);
    }

    private void arrived(byte @Nullable [] answer) {
        synchronized (this) {
            if (answer != null) {
                answers.add(answer);
            }
            missing--;
            if (missing > 0) {
                return;
            }
        }
        if (answers.isEmpty()) {
            out.none();
            return;
        }
        JsonLine line = new JsonLine();
        String separator = "[";
        for (byte[] each : answers) {
            line.raw(separator).raw(each);
            separator = ",";
        }
        out.send(line.raw("]"));
    }
}
