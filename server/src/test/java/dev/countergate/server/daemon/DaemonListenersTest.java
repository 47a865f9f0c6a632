package dev.countergate.server.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.relay.EnvironmentRecord;
import dev.countergate.relay.StateDirectory;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** Ways in besides the sockets, and the life of the daemon. */
@Timeout(30)
class DaemonListenersTest {
    @TempDir private Path folder;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger sessions = new AtomicInteger(1);
    private final AtomicInteger looks = new AtomicInteger();
    private final List<String> done = new CopyOnWriteArrayList<>();
    private final Set<String> variables = new CopyOnWriteArraySet<>();
    private volatile Runnable onLoad = () -> {};
    private final ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        others.shutdownNow();
    }

    @Test
    void does_not_end_idle_while_a_session_is_open_and_ends_listeners_gently() throws Exception {
        Future<Daemon.End> end = run(new Recorded(""));
        Workplace.await("the start", () -> done.contains("start"));
        nanos.addAndGet(Duration.ofHours(9).toNanos());
        int before = looks.get();
        Workplace.await("looks", () -> looks.get() > before + 3);
        assertThat(end.isDone()).isFalse();
        assertThat(Files.exists(state().agentSocket())).isTrue();

        sessions.set(0);
        Workplace.await("time passing", () -> nanos.addAndGet(1_000_000_000) > 0 && end.isDone());

        assertThat(end.get()).isEqualTo(Daemon.End.IDLE);
        assertThat(done).containsExactly("start", "drain", "close");
    }

    @Test
    void writes_down_the_variables_that_each_load_of_the_catalogue_names() throws Exception {
        Future<Daemon.End> end = run(new Recorded(""));
        Workplace.await("the start", () -> done.contains("start"));
        Map<String, String> relay = Map.of("NEW", "value of a relay", "OTHER", "value");
        assertThat(EnvironmentRecord.differences(state().environmentRecord(), relay)).isEmpty();

        variables.add("NEW");
        onLoad.run();

        assertThat(EnvironmentRecord.differences(state().environmentRecord(), relay))
                .containsExactly("NEW");
        assertThat(end.isDone()).isFalse();
    }

    @Test
    void does_not_begin_where_a_listener_cannot() {
        assertThatThrownBy(() -> run(new Recorded("the port is taken")).get())
                .hasRootCauseMessage("the port is taken");
        assertThat(done).containsExactly("start", "close");
        assertThat(Files.exists(state().agentSocket())).isFalse();
    }

    private StateDirectory state() {
        return StateDirectory.at(folder.resolve("d"), Map.of("HOME", folder.toString()));
    }

    private Future<Daemon.End> run(Listener listener) throws IOException {
        state().create();
        Daemon daemon =
                new Daemon(
                        new DaemonSettings(
                                "0",
                                folder.resolve("tools.yaml"),
                                state(),
                                null,
                                null,
                                true,
                                Duration.ofMillis(40),
                                Duration.ofSeconds(5),
                                8),
                        new Nothing(listener),
                        InstantSource.system(),
                        nanos::get);
        return others.submit(() -> daemon.run(Map.of(), Map.of()));
    }

    /** Writes down what it is asked to do; cannot start where {@code fault} says why. */
    private final class Recorded implements Listener {
        private final String fault;

        Recorded(String fault) {
            this.fault = fault;
        }

        @Override
        public void start() throws IOException {
            done.add("start");
            if (!fault.isEmpty()) {
                throw new IOException(fault);
            }
        }

        @Override
        public int sessions() {
            looks.incrementAndGet();
            return sessions.get();
        }

        @Override
        public void drain(Duration bound) {
            done.add("drain");
        }

        @Override
        public void describe(ObjectNode status) {}

        @Override
        public void close() {
            done.add("close");
        }
    }

    /** Serves nothing. */
    private final class Nothing implements Service {
        private final Listener listener;

        Nothing(Listener listener) {
            this.listener = listener;
        }

        @Override
        public List<Listener> listeners() {
            return List.of(listener);
        }

        @Override
        public void serve(InputStream in, OutputStream out, PrincipalId principal) {}

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
            return variables;
        }

        @Override
        public void onLoad(Runnable listener) {
            onLoad = listener;
        }

        @Override
        public void describe(ObjectNode status) {}

        @Override
        public void close() {}
    }
}
