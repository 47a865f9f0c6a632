package dev.countergate.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.result.ToolResult;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.call.ToolService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * How fast a session is by itself: over a Unix socket within this process, with tools that answer at once. Not a test:
 * run it with the test class path of the server.
 */
final class LineThroughput {
    private static final int WARM_UP = 30_000;
    private static final int SEQUENTIAL = 20_000;
    private static final int PIPELINED = 200_000;
    private static final int IN_FLIGHT = 32;
    private static final int BIG_CALLS = 200;

    private LineThroughput() {}

    public static void main(String[] arguments) throws Exception {
        ToolService tools =
                new InstantTools(
                        Map.of(
                                "small",
                                FakeTools.text(
                                        "x\"\n".repeat(500).substring(0, 1_400) + "y".repeat(648)),
                                "big",
                                FakeTools.text(
                                        "line of a log with \"quotes\"\n"
                                                .repeat(38_000)
                                                .substring(0, 1024 * 1024))));
        long started = System.nanoTime();
        try (LineSessions sessions = new LineSessions(tools, "1", SessionLimits.STANDARD);
                Peer peer = Peer.initialized(sessions)) {
            print(
                    String.format(
                            Locale.ROOT,
                            "start to initialize answered, cold: %.1f ms",
                            (System.nanoTime() - started) / 1e6));
            sequential(peer, "small", WARM_UP);
            pipelined(peer, WARM_UP);
            for (int round = 1; round <= 3; round++) {
                report("2 KB", sequential(peer, "small", SEQUENTIAL));
                long nanos = pipelined(peer, PIPELINED);
                print(
                        String.format(
                                Locale.ROOT,
                                "2 KB, %d in flight: %.0f calls/s",
                                IN_FLIGHT,
                                PIPELINED * 1e9 / nanos));
            }
            sequential(peer, "big", BIG_CALLS);
            report("1 MB", sequential(peer, "big", BIG_CALLS));
        }
    }

    /** One call after another; the nanoseconds each took, sorted. */
    private static long[] sequential(Peer peer, String tool, int calls) throws IOException {
        long[] nanos = new long[calls];
        byte[] request = (Peer.call("1", tool, "{\"service\":\"api\"}") + "\n").getBytes(UTF_8);
        for (int each = 0; each < calls; each++) {
            long started = System.nanoTime();
            peer.bytes(request);
            peer.skipLine();
            nanos[each] = System.nanoTime() - started;
        }
        Arrays.sort(nanos);
        return nanos;
    }

    /** Keeps {@link #IN_FLIGHT} calls going; the nanoseconds all took. */
    private static long pipelined(Peer peer, int calls) throws Exception {
        Semaphore places = new Semaphore(IN_FLIGHT);
        long started = System.nanoTime();
        Thread writer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        for (int id = 1; id <= calls; id++) {
                                            places.acquireUninterruptibly();
                                            peer.line(
                                                    Peer.call(Integer.toString(id), "small", "{}"));
                                        }
                                    } catch (IOException gone) {
                                        throw new UncheckedIOException(gone);
                                    }
                                });
        for (int each = 0; each < calls; each++) {
            peer.skipLine();
            places.release();
        }
        writer.join();
        return System.nanoTime() - started;
    }

    private static void report(String what, long[] nanos) {
        print(
                String.format(
                        Locale.ROOT,
                        "%s: p50 %.1f us, p99 %.1f us",
                        what,
                        nanos[nanos.length / 2] / 1e3,
                        nanos[nanos.length * 99 / 100] / 1e3));
    }

    private static void print(String line) {
        System.out.println(line);
    }

    /** Tools that answer at once, and remember nothing. */
    private record InstantTools(Map<String, ToolResult> results) implements ToolService {
        @Override
        public Listing list(Caller caller) {
            return new Listing(1, List.of());
        }

        @Override
        public Optional<ToolResult> call(ToolCall call, Progress progress) {
            return Optional.ofNullable(results.get(call.tool().value()));
        }

        @Override
        public Set<String> needs(ToolName tool) {
            return Set.of();
        }

        @Override
        public AutoCloseable onListChanged(Runnable listener) {
            return () -> {};
        }
    }
}
