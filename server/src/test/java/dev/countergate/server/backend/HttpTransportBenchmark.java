package dev.countergate.server.backend;

import com.sun.management.OperatingSystemMXBean;
import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.catalogue.BackendName;
import dev.countergate.policy.secret.SecretText;
import dev.countergate.testing.RawServer;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;

/**
 * Measures what a 2 KB read costs this process; the server runs in another. Started by hand; prints microseconds.
 *
 * <p>With {@code server} as its argument it is that server, and prints its origin.
 */
final class HttpTransportBenchmark {
    private static final int WARM_UP = 30_000;
    private static final int CALLS = 30_000;

    private HttpTransportBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        if (List.of(arguments).contains("server")) {
            serve();
        } else {
            measure();
        }
    }

    private static void serve() throws InterruptedException {
        String body = "x".repeat(2_048);
        RawServer server =
                RawServer.start((request, connection) -> connection.answer(200, "", body));
        System.out.println(server.origin());
        System.out.flush();
        Thread.currentThread().join();
    }

    private static void measure() throws Exception {
        Process server =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElse("java"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                HttpTransportBenchmark.class.getName(),
                                "server")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var lines = server.inputReader()) {
            URI origin = URI.create(lines.readLine());
            FutureTask<Void> run =
                    new FutureTask<>(
                            () -> {
                                run(origin, WARM_UP);
                                run(origin, CALLS);
                                return null;
                            });
            Thread.ofVirtual().start(run);
            run.get();
        } finally {
            server.destroy();
        }
    }

    private static void run(URI origin, int calls) throws InterruptedException {
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        try (HttpTransport transport = new HttpTransport(backend(origin), "benchmark")) {
            WireRequest request = WireRequest.get(SecretText.plain(origin + "/read"), List.of());
            long cpu = system.getProcessCpuTime();
            long wall = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                Deadline deadline = Deadline.in(Duration.ofSeconds(10), System::nanoTime);
                if (!(transport.fetch(request, deadline) instanceof WireReply.Answer answer)
                        || answer.body().text().length() != 2_048) {
                    throw new IllegalStateException("not the answer");
                }
            }
            System.out.printf(
                    "%,d calls: %.1f us wall, %.1f us CPU each%n",
                    calls,
                    (System.nanoTime() - wall) / 1e3 / calls,
                    (system.getProcessCpuTime() - cpu) / 1e3 / calls);
        }
    }

    private static Backend.Http backend(URI origin) {
        return new Backend.Http(
                new BackendName("stub"),
                Backend.Api.HTTP,
                origin,
                SecretText.plain(""),
                List.of(),
                null,
                null,
                Backend.Limits.DEFAULT);
    }
}
