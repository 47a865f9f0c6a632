package dev.countergate.server.cli;

import dev.countergate.relay.StateDirectory;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads a daemon's log over {@code operator.sock}, page by page. */
final class AuditPages {
    private static final int LEAVES = 500;

    private final StateDirectory state;
    private volatile long next;

    /**
     * @param from index of the first leaf; negative: that many before the end
     */
    AuditPages(StateDirectory state, long from) {
        this.state = state;
        this.next = from;
    }

    /** The lines that follow; none at the end, until there are more. */
    List<String> read() throws IOException, RefusedException {
        ObjectNode request = OperatorClient.request("audit_read");
        request.put("from", next).put("limit", LEAVES);
        JsonNode answer = OperatorClient.ask(state, request);
        next = answer.path("next").asLong();
        return answer.path("lines").valueStream().map(JsonNode::asString).toList();
    }

    /** The index of the leaf that follows. */
    long next() {
        return next;
    }
}
