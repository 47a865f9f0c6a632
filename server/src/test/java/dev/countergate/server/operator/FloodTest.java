package dev.countergate.server.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import dev.countergate.relay.OperatorRequest;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.audit.SqliteStore;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.authority.FreezeFile;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.call.ToolService;
import dev.countergate.server.daemon.Daemon;
import dev.countergate.server.daemon.DaemonSettings;
import dev.countergate.server.daemon.Service;
import dev.countergate.server.mcp.LineSessions;
import dev.countergate.server.mcp.SessionLimits;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Two planes: however many agents there are and whatever they call, operators are answered. */
class FloodTest {
    private static final int AGENTS = 200;
    private static final int QUESTIONS = 300;

    private static final String OPENING =
            """
            {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"flood","version":"1"}}}
            {"jsonrpc":"2.0","method":"notifications/initialized"}
            """;
    private static final String CALL =
            """
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"busy","arguments":{}}}
            """;

    /** As many calls at a time as keep a session busy. */
    private static final int AT_ONCE = 16;

    @TempDir private Path folder;
    private final AtomicLong answered = new AtomicLong();

    @Test
    void operators_are_answered_within_200_ms_while_agents_flood_the_other_socket()
            throws Exception {
        StateDirectory state = StateDirectory.at(folder.resolve("s"), Map.of());
        state.create();
        try (BusyService service = new BusyService();
                SqliteStore store = SqliteStore.open(state.path(), Redactor.of(List.of()))) {
            Daemon daemon =
                    new Daemon(settings(state), service, InstantSource.system(), System::nanoTime);
            Thread running = Thread.ofPlatform().start(() -> run(daemon, plane(state, store)));
            Workplace.await("the sockets", () -> Files.exists(state.agentSocket()));
            List<SocketChannel> agents = new ArrayList<>();
            try {
                for (int i = 0; i < AGENTS; i++) {
                    agents.add(flood(state.agentSocket()));
                }
                Workplace.await("the flood", () -> answered.get() > 50 * AGENTS);
                long[] nanos = new long[QUESTIONS];
                long before = answered.get();
                for (int i = 0; i < QUESTIONS; i++) {
                    long begin = System.nanoTime();
                    assertThat(
                                    OperatorRequest.send(
                                            state.operatorSocket(),
                                            "{\"version\":1,\"op\":\"approvers\"}",
                                            Duration.ofSeconds(10)))
                            .contains("\"ok\":true");
                    nanos[i] = System.nanoTime() - begin;
                }
                assertThat(answered.get()).as("the flood went on").isGreaterThan(before);
                Arrays.sort(nanos);
                assertThat(Duration.ofNanos(nanos[QUESTIONS * 99 / 100]))
                        .isLessThan(Duration.ofMillis(200));
            } finally {
                for (SocketChannel agent : agents) {
                    agent.close();
                }
                daemon.end(Daemon.End.STOPPED);
                running.join();
            }
        }
    }

    private static DaemonSettings settings(StateDirectory state) {
        return new DaemonSettings(
                "1-test",
                state.path().resolve("tools.yaml"),
                state,
                null,
                null,
                false,
                Duration.ofMinutes(30),
                Duration.ofSeconds(1),
                DaemonSettings.CONNECTIONS_MAX);
    }

    private static void run(Daemon daemon, OperatorPlane plane) {
        try {
            daemon.run(plane.operations(), Map.of());
        } catch (IOException failed) {
            throw new AssertionError(failed);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    /** One agent that calls as fast as it is answered, and never stops. */
    private SocketChannel flood(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        Thread.ofPlatform().daemon().start(() -> call(channel));
        return channel;
    }

    private void call(SocketChannel channel) {
        ByteBuffer answer = ByteBuffer.allocate(64 << 10);
        try {
            write(channel, OPENING);
            read(channel, answer, 1);
            while (true) {
                write(channel, CALL.repeat(AT_ONCE));
                read(channel, answer, AT_ONCE);
                answered.addAndGet(AT_ONCE);
            }
        } catch (ClosedChannelException over) {
            // The test has ended.
        } catch (IOException cutOff) {
            throw new AssertionError(cutOff);
        }
    }

    private static void write(SocketChannel channel, String lines) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void read(SocketChannel channel, ByteBuffer answer, int lines)
            throws IOException {
        int left = lines;
        while (left > 0) {
            answer.clear();
            if (channel.read(answer) < 0) {
                throw new ClosedChannelException();
            }
            for (int i = 0; i < answer.position(); i++) {
                left -= answer.get(i) == '\n' ? 1 : 0;
            }
        }
    }

    /** The real sessions of agents, over a tool that takes some of the processor's time. */
    private static final class BusyService implements Service, ToolService {
        private final LineSessions sessions =
                new LineSessions(this, "1-test", SessionLimits.STANDARD);

        @Override
        public void serve(InputStream in, OutputStream out, PrincipalId principal)
                throws InterruptedException {
            sessions.serve(in, out, principal);
        }

        @Override
        public Optional<ToolResult> call(ToolCall call, Progress progress) {
            byte[] work = new byte[32 << 10];
            return Optional.of(new ToolResult(List.of(Digest.of(work).hex()), null, null));
        }

        @Override
        public Listing list(Caller caller) {
            JsonNodeFactory nodes = JsonNodeFactory.instance;
            return new Listing(
                    1,
                    List.of(
                            new Description(
                                    "busy",
                                    "works",
                                    nodes.objectNode().put("type", "object"),
                                    null,
                                    nodes.objectNode())));
        }

        @Override
        public Set<String> needs(ToolName tool) {
            return Set.of();
        }

        @Override
        public AutoCloseable onListChanged(Runnable listener) {
            return () -> {};
        }

        @Override
        public int running() {
            return 0;
        }

        @Override
        public int open() {
            return 0;
        }

        @Override
        public Set<String> variables() {
            return Set.of();
        }

        @Override
        public void describe(ObjectNode status) {}

        @Override
        public void close() {
            sessions.close();
        }
    }

    private static OperatorPlane plane(StateDirectory state, SqliteStore store) {
        OperatorLog log = new StoredOperatorLog(store, InstantSource.system());
        return new OperatorPlane(
                new ServerId("ops-1"),
                "daemon",
                new Approvers(state.approvers(), ZoneOffset.UTC, new KeyLeaves(log)),
                new Freezes(
                        new FreezeFile(state.freeze()),
                        new FreezeFile(state.path().resolveSibling("freeze")),
                        made -> {}),
                new HeldCatalogue() {
                    @Override
                    public Optional<Held> held() {
                        return Optional.empty();
                    }

                    @Override
                    public void accept(Digest digest, String by) {
                        throw new AssertionError();
                    }
                },
                new Changes() {
                    @Override
                    public List<Asked> stop(@Nullable String environment) {
                        return List.of();
                    }

                    @Override
                    public void resolve(
                            ProposalId proposal, boolean applied, String note, String by) {
                        throw new AssertionError();
                    }
                },
                log,
                new SecureRandom(),
                InstantSource.system());
    }
}
