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
    private final LineSessions sessions;
    private final CountedTools tools;
    private final Set<String> variables;
    private final Runnable whenClosed;

    /**
     * A service of {@code tools}.
     *
     * @param variables that the catalogue names
     * @param whenClosed frees what the tools hold
     */
    AgentService(ToolService tools, Set<String> variables, Runnable whenClosed) {
        this.tools = new CountedTools(tools);
        this.sessions = new LineSessions(this.tools, Version.TEXT, SessionLimits.STANDARD);
        this.variables = Set.copyOf(variables);
        this.whenClosed = whenClosed;
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
        return variables;
    }

    @Override
    public void describe(ObjectNode status) {
        status.put("sessions", sessions.openCount());
    }

    @Override
    public void close() {
        sessions.close();
        whenClosed.run();
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
