package dev.countergate.server;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.call.ToolService;
import dev.countergate.server.daemon.Service;
import dev.countergate.server.mcp.LineSessions;
import dev.countergate.server.mcp.SessionLimits;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.node.ObjectNode;

/** Tools over MCP as a daemon's service. */
final class AgentService implements Service {
    private final ServedCatalogue served;
    private final LineSessions sessions;
    private final CountedTools tools;

    /** A service of the tools of {@code served}, which it closes when it is closed. */
    AgentService(ServedCatalogue served) {
        this.served = served;
        this.tools = new CountedTools(served.pipeline());
        this.sessions = new LineSessions(this.tools, Version.TEXT, SessionLimits.STANDARD);
    }

    @Override
    public void serve(InputStream in, OutputStream out, PrincipalId principal)
            throws InterruptedException {
        sessions.serve(in, out, principal);
    }

    @Override
    public int running() {
        return tools.running.get();
    }

    @Override
    public int open() {
        // Proposals, once there are any.
        return 0;
    }

    @Override
    public Set<String> variables() {
        return served.variables();
    }

    @Override
    public void describe(ObjectNode status) {
        status.put("sessions", sessions.openCount());
        served.describe(status);
    }

    @Override
    public void close() {
        sessions.close();
        served.close();
    }

    /** Knows how many calls are under way. */
    private static final class CountedTools implements ToolService {
        private final ToolService tools;
        private final AtomicInteger running = new AtomicInteger();

        CountedTools(ToolService tools) {
            this.tools = tools;
        }

        @Override
        public Listing list(PrincipalId principal) {
            return tools.list(principal);
        }

        @Override
        public Optional<ToolResult> call(ToolCall call, Progress progress)
                throws InterruptedException {
            running.incrementAndGet();
            try {
                return tools.call(call, progress);
            } finally {
                running.decrementAndGet();
            }
        }

        @Override
        public AutoCloseable onListChanged(Runnable listener) {
            return tools.onListChanged(listener);
        }
    }
}
