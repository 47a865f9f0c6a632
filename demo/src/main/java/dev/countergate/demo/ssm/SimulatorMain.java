package dev.countergate.demo.ssm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Starts a simulator from a shell: {@code SimulatorMain [PORT [SETUP.json]]}.
 *
 * <p>It prints {@code {"endpoint": "http://127.0.0.1:PORT"}} on standard output once it answers, and runs until it is
 * killed. The set-up file holds arrays named as the routes of {@link AdminPath} are:
 * {@code {"instances": [...], "parameters": [...], "documents": [...], "faults": [...]}}.
 */
public final class SimulatorMain {
    private static final List<String> SET_UP =
            List.of("documents", "parameters", "instances", "timing", "faults");
    private static final int ENTRIES_MAX = 100_000;

    private SimulatorMain() {}

    /** See the class. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 0;
        try (SsmSimulator simulator = SsmSimulator.startOn(port)) {
            if (arguments.length > 1) {
                setUp(simulator, Files.readString(Path.of(arguments[1])));
            }
            PrintStream out = new PrintStream(System.out, true, UTF_8);
            out.println(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("endpoint", simulator.endpoint().toString()));
            // SIGTERM ends the process; the hook ends the scripts it started.
            Runtime.getRuntime().addShutdownHook(new Thread(simulator::close));
            new CountDownLatch(1).await();
        }
    }

    private static void setUp(SsmSimulator simulator, String json) {
        AdminPath admin = new AdminPath(simulator);
        Fields file = Fields.parse(json);
        for (String kind : SET_UP) {
            file.objects(kind, ENTRIES_MAX).forEach(entry -> admin.set("POST " + kind, entry));
        }
    }
}
