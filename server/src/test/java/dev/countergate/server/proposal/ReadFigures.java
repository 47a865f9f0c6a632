package dev.countergate.server.proposal;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.ClientSession;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.CallContext.Progress;
import dev.countergate.server.call.CallPipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures what a read pays from being found to being shaped, its backend answering at once: for who has all tools, and for
 * who has a set of them and limits. {@code java -cp ... dev.countergate.server.proposal.ReadFigures DIRECTORY}
 */
final class ReadFigures {
    private static final int CALLS = 50_000;
    private static final int PACE_NANOS = 200_000;

    private ReadFigures() {}

    public static void main(String[] arguments) throws Exception {
        Path place = Files.createTempDirectory(Path.of(arguments[0]), "figures");
        String entry =
                "  - {unix: limited, tools: [\"err*\"], limits: [{calls: 2000000000, per: 1h}, {calls:"
                        + " 1000000000, per: 1m}]}\n";
        try (Engine engine = new Engine(place, Engine.TOOLS + entry);
                CallPipeline pipeline = engine.pipeline()) {
            Reply answer = engine.value("1");
            engine.reads = () -> answer;
            PrincipalId limited = PrincipalId.unix("limited");
            calls(pipeline, Engine.ANA, 20_000);
            calls(pipeline, limited, 20_000);
            for (int round = 0; round < 3; round++) {
                print("unrestricted", calls(pipeline, Engine.ANA, CALLS));
                print("set and two limits", calls(pipeline, limited, CALLS));
            }
        }
    }

    private static long[] calls(CallPipeline pipeline, PrincipalId principal, int calls)
            throws InterruptedException {
        JsonNode arguments = JsonMapper.shared().readTree("{\"service\":\"web\"}");
        ClientSession session = new ClientSession("s1", "test", "1");
        long[] nanos = new long[calls];
        for (int i = 0; i < calls; i++) {
            long start = System.nanoTime();
            boolean isGood =
                    pipeline.call(
                                            new ToolCall(
                                                    "s1-" + i,
                                                    new ToolName("errors"),
                                                    arguments,
                                                    Caller.of(principal),
                                                    session,
                                                    null),
                                            Progress.NONE)
                                    .orElseThrow()
                                    .error()
                            == null;
            nanos[i] = System.nanoTime() - start;
            if (!isGood) {
                throw new IllegalStateException("a call failed");
            }
            while (System.nanoTime() - start < PACE_NANOS) {
                Thread.onSpinWait();
            }
        }
        return nanos;
    }

    private static void print(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%-20s p50 %8.1f us   p99 %8.1f us%n",
                what,
                nanos[nanos.length / 2] / 1e3,
                nanos[nanos.length * 99 / 100] / 1e3);
    }
}
