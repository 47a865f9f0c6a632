package dev.countergate.server;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.server.audit.Store;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.call.CallPipeline;
import dev.countergate.server.call.Prompts;
import dev.countergate.server.call.ToolService;
import dev.countergate.server.daemon.Listener;
import dev.countergate.server.daemon.Separation;
import dev.countergate.server.daemon.Service;
import dev.countergate.server.http.HttpListener;
import dev.countergate.server.http.HttpSettings;
import dev.countergate.server.mcp.LineSessions;
import dev.countergate.server.mcp.Protocol;
import dev.countergate.server.mcp.SessionLimits;
import dev.countergate.server.notice.WebhookNotices;
import dev.countergate.server.operator.OperatorPlane;
import dev.countergate.server.proposal.Proposals;
import dev.countergate.server.runbook.Runbooks;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tools over MCP as a daemon's service. */
final class AgentService implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(AgentService.class);

    private final ServedCatalogue served;
    private final Proposals proposals;
    private final OperatorPlane operators;
    private final WebhookNotices notices;
    private final Store store;
    private final LineSessions sessions;
    private final CallPipeline calls;
    private final CountedTools tools;
    private final List<Listener> listeners;

    /**
     * A service of {@code tools} and {@code runbooks}; it closes all that it is given when it is closed.
     *
     * @param http or null where it is not served over HTTP
     * @param metrics or null where none were asked for
     */
    AgentService(
            ServedCatalogue served,
            CallPipeline tools,
            Runbooks runbooks,
            Proposals proposals,
            OperatorPlane operators,
            WebhookNotices notices,
            Store store,
            @Nullable HttpSettings http,
            @Nullable OwnMetrics metrics) {
        this.served = served;
        this.proposals = proposals;
        this.operators = operators;
        this.notices = notices;
        this.store = store;
        this.calls = tools;
        this.tools = new CountedTools(tools);
        ToolService offered =
                metrics == null ? this.tools : metrics.measured(this.tools, this::running);
        Protocol protocol =
                new Protocol(
                        offered,
                        new Prompts(offered, runbooks::isOffered),
                        runbooks,
                        Version.TEXT,
                        SessionLimits.STANDARD);
        this.sessions = new LineSessions(protocol);
        List<Listener> ways = new ArrayList<>();
        if (http != null) {
            ways.add(new HttpListener(http, protocol, this::bearer));
        }
        if (metrics != null) {
            metrics.sessions("stdio", sessions::openCount);
            ways.forEach(way -> metrics.sessions("http", way::sessions));
            ways.add(metrics.listener());
        }
        this.listeners = List.copyOf(ways);
    }

    @Override
    public void serve(InputStream in, OutputStream out, PrincipalId principal)
            throws InterruptedException {
        sessions.serve(in, out, principal);
    }

    @Override
    public List<Listener> listeners() {
        return listeners;
    }

    /** Who says nothing is nobody: any local user reaches a loopback port, and the kernel does not say which one did. */
    private Optional<PrincipalId> bearer(@Nullable String token) {
        return token == null
                ? Optional.empty()
                : served.catalogue().principals().ofBearer(token, Instant.now());
    }

    @Override
    public int running() {
        return tools.running.get();
    }

    @Override
    public int open() {
        try {
            return proposals.unfinished();
        } catch (StoreException unreadable) {
            // What cannot be counted may be there: the daemon does not end by itself.
            LOG.atError().setCause(unreadable).log("open proposals cannot be counted");
            return 1;
        }
    }

    @Override
    public Set<String> variables() {
        return served.variables();
    }

    @Override
    public void onLoad(Runnable listener) {
        served.onLoad(listener);
    }

    @Override
    public Optional<Separation> declaredSeparation() {
        return Wiring.declared(served);
    }

    @Override
    public void describe(ObjectNode status) {
        status.put("sessions", sessions.openCount());
        served.describe(status);
        operators.describe(status);
        status.put("log_leaves", store.size());
        store.trouble().ifPresent(trouble -> status.put("log_trouble", trouble));
        Set<String> unreadable = proposals.unreadable();
        if (!unreadable.isEmpty()) {
            ArrayNode named = status.putArray("unreadable_proposals");
            unreadable.stream().sorted().forEach(named::add);
        }
    }

    @Override
    public void close() {
        sessions.close();
        calls.close();
        proposals.close();
        notices.close();
        served.close();
        store.close();
    }

    /** Knows how many calls are under way. */
    private static final class CountedTools implements ToolService {
        private final ToolService tools;
        private final AtomicInteger running = new AtomicInteger();

        CountedTools(ToolService tools) {
            this.tools = tools;
        }

        @Override
        public Listing list(Caller caller) {
            return tools.list(caller);
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
        public Set<String> needs(ToolName tool) {
            return tools.needs(tool);
        }

        @Override
        public AutoCloseable onListChanged(Runnable listener) {
            return tools.onListChanged(listener);
        }
    }
}
