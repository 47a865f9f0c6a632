package dev.countergate.server.daemon;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.token.UtcTime;
import dev.countergate.relay.EnvironmentRecord;
import dev.countergate.server.daemon.OperatorListener.Operation;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One daemon from its sockets to its end. It is ready when {@code agent.sock} answers, and ends when it is asked to or
 * has been idle for long enough: takes no more connections, lets what is in flight finish within a bound, removes its
 * sockets. The caller holds the state directory. Thread safe; runs once.
 */
public final class Daemon {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final int OPERATORS_MAX = 32;

    /** Users measured for {@code status}; who comes after them is still measured for each call. */
    private static final int USERS_MAX = 64;

    private static final Duration OPERATOR_DRAIN = Duration.ofSeconds(1);

    /** Why a daemon ended. */
    public enum End {
        STOPPED,
        IDLE,
        RESTART
    }

    private final DaemonSettings settings;
    private final Service service;
    private final InstantSource clock;
    private final IdleWatch idle;
    private final Duration idleCheck;
    private final Instant started;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition asked = lock.newCondition();
    private final Separations separations;
    private final Set<String> agentUsers = ConcurrentHashMap.newKeySet();
    private @Nullable End end;
    private volatile @Nullable SocketServer agents;

    /**
     * A daemon that is not running yet.
     *
     * @param clock for what people read
     * @param ticker for measuring idle time
     */
    public Daemon(
            DaemonSettings settings, Service service, InstantSource clock, LongSupplier ticker) {
        this.settings = settings;
        this.service = service;
        this.clock = clock;
        this.started = clock.instant();
        this.separations =
                new Separations(
                        settings.state(), new SystemAccounts(), service::declaredSeparation);
        this.idle = new IdleWatch(settings.idleAllowed(), ticker);
        Duration half = settings.idleAllowed().dividedBy(2);
        this.idleCheck = half.compareTo(Duration.ofSeconds(30)) < 0 ? half : Duration.ofSeconds(30);
    }

    /**
     * Runs until something ends it.
     *
     * @param more operations of {@code operator.sock} besides the daemon's own
     * @throws IOException when the sockets cannot be bound
     */
    public End run(Map<String, Operation> more, Map<String, String> environment)
            throws IOException, InterruptedException {
        record(environment);
        service.onLoad(() -> recordAgain(environment));
        try (SocketServer operators = operators(more);
                SocketServer agentServer = agents()) {
            agents = agentServer;
            operators.start();
            for (Listener listener : service.listeners()) {
                listener.start();
            }
            agentServer.start();
            LOG.atInfo()
                    .addKeyValue("pid", ProcessHandle.current().pid())
                    .addKeyValue("version", settings.version())
                    .addKeyValue("catalogue", settings.catalogue())
                    .addKeyValue("socket", settings.state().agentSocket())
                    .log("ready");
            End reason = awaitEnd();
            LOG.atInfo().addKeyValue("reason", reason).log("ending");
            drainAgents(agentServer);
            operators.drain(OPERATOR_DRAIN);
            return reason;
        } finally {
            service.listeners().forEach(Listener::close);
        }
    }

    /** What relays compare their own environment with. */
    private void record(Map<String, String> environment) throws IOException {
        EnvironmentRecord.write(
                settings.state().environmentRecord(), service.variables(), environment);
    }

    /** A catalogue that names another variable makes relays compare that one too. */
    private void recordAgain(Map<String, String> environment) {
        try {
            record(environment);
        } catch (IOException failure) {
            LOG.atError()
                    .setCause(failure)
                    .log("the variables that the catalogue names cannot be written down");
        }
    }

    /** Every way in at the same time: one bound holds for all of them. */
    private void drainAgents(SocketServer agentServer) throws IOException, InterruptedException {
        List<Thread> drains = new ArrayList<>();
        for (Listener listener : service.listeners()) {
            drains.add(Thread.ofVirtual().name("drain").start(() -> drain(listener)));
        }
        agentServer.drain(settings.drainAllowed());
        for (Thread drain : drains) {
            drain.join();
        }
    }

    private void drain(Listener listener) {
        try {
            listener.drain(settings.drainAllowed());
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks the daemon to end; returns at once. */
    public void end(End reason) {
        lock.lock();
        try {
            if (end == null) {
                end = reason;
            }
            asked.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private End awaitEnd() throws InterruptedException {
        lock.lock();
        try {
            while (end == null) {
                if (!settings.autoStarted()) {
                    asked.await();
                } else if (!asked.await(idleCheck.toMillis(), TimeUnit.MILLISECONDS)
                        && idle.isOver(isBusy())) {
                    return End.IDLE;
                }
            }
            return end;
        } finally {
            lock.unlock();
        }
    }

    private boolean isBusy() {
        return connections() > 0
                || service.listeners().stream().anyMatch(each -> each.sessions() > 0)
                || service.running() > 0
                || service.open() > 0;
    }

    private int connections() {
        SocketServer server = agents;
        return server == null ? 0 : server.connections().size();
    }

    private SocketServer agents() throws IOException {
        return new SocketServer(
                "agent",
                BoundSocket.bind(settings.state().agentSocket(), settings.agentGroup()),
                settings.connectionsMax(),
                this::serveAgent,
                clock);
    }

    private void serveAgent(InputStream in, OutputStream out, String user)
            throws IOException, InterruptedException {
        if (agentUsers.size() < USERS_MAX) {
            agentUsers.add(user);
        }
        service.serve(in, out, PrincipalId.unix(user));
    }

    private SocketServer operators(Map<String, Operation> more) throws IOException {
        Map<String, Operation> operations = new HashMap<>(more);
        operations.put("status", (request, user, answer) -> status(answer.putObject("status")));
        operations.put("stop", (request, user, answer) -> stop(request, End.STOPPED, answer));
        operations.put("restart", (request, user, answer) -> stop(request, End.RESTART, answer));
        return new SocketServer(
                "operator",
                BoundSocket.bind(settings.state().operatorSocket(), settings.operatorGroup()),
                OPERATORS_MAX,
                new OperatorListener(
                        Files.getOwner(settings.state().path()).getName(),
                        settings.operatorGroup() != null,
                        operations),
                clock);
    }

    private void stop(JsonNode request, End reason, ObjectNode answer) throws RefusedException {
        int running = service.running();
        int open = service.open();
        if (request.path("if_idle").asBoolean(false) && running + open > 0) {
            throw new RefusedException(
                    "BUSY", running + " calls are running and " + open + " proposals are open");
        }
        answer.put("pid", ProcessHandle.current().pid());
        end(reason);
    }

    /** The least of all agents' users that came so far. */
    private String separation() {
        try {
            return separations.least(agentUsers).text();
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return "not measured: the daemon is ending";
        }
    }

    private void status(ObjectNode status) {
        status.put("pid", ProcessHandle.current().pid());
        status.put("version", settings.version());
        status.put("started_at", UtcTime.text(started));
        status.put("auto_started", settings.autoStarted());
        status.put("catalogue", settings.catalogue().toString());
        status.put("state", settings.state().path().toString());
        status.put("agent_socket", settings.state().agentSocket().toString());
        status.put("operator_socket", settings.state().operatorSocket().toString());
        status.put("separation", separation());
        status.put("running_calls", service.running());
        status.put("open", service.open());
        ArrayNode connected = status.putArray("connections");
        SocketServer server = agents;
        if (server != null) {
            for (SocketServer.Connection each : server.connections()) {
                connected
                        .addObject()
                        .put("user", each.user())
                        .put("since", UtcTime.text(each.since()));
            }
        }
        service.listeners().forEach(each -> each.describe(status));
        service.describe(status);
    }
}
