import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures {@code ./countergate stdio} from outside: start, latency, throughput and memory, against a backend on loopback
 * that answers at once. Prints a floor (the same GET made directly by this program) beside each latency, because machines
 * differ and are noisy: compare ratios of one run.
 *
 * <p>Usage: {@code scripts/bench [SECONDS]}; with 0 the starts alone.
 */
public final class Bench {
    private static final String CANARY = "canary-7f3a:9100";
    private static final int IN_FLIGHT = 32;

    private final Path launcher;
    private final Path work;
    private final int backendPort;

    private Bench(Path launcher, Path work, int backendPort) {
        this.launcher = launcher;
        this.work = work;
        this.backendPort = backendPort;
    }

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[0]);
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        Path work = Files.createTempDirectory("countergate-bench");
        try (ServerSocket backend = new ServerSocket(0, 128, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> serve(backend));
            new Bench(root.resolve("countergate"), work, backend.getLocalPort()).run(seconds);
        }
    }

    private void run(int seconds) throws Exception {
        Path one = catalogue("one", 1);
        Path ten = catalogue("ten", 10);
        Path thousand = catalogue("thousand", 1_000);
        System.out.printf(Locale.ROOT, "%-46s %10s %10s %10s%n", "", "min", "median", "max");

        starts("relay, daemon up: initialize (ms)", one, state("one"), 15, false);
        starts("relay and daemon, 10 tools: initialize (ms)", ten, state("ten"), 5, true);
        starts(
                "relay and daemon, 1,000 tools: initialize (ms)",
                thousand,
                state("thousand"),
                5,
                true);

        if (seconds > 0) {
            load(one, seconds);
        }
        stop(state("one"));
    }

    private void load(Path one, int seconds) throws Exception {
        try (Client client = new Client(one, state("one"))) {
            client.initialize();
            client.calls(3_000);
            floor(3_000);
            double[] floor = floor(3_000);
            double[] calls = client.calls(3_000);
            row("direct GET (us): p50, p99, max", floor);
            row("call through relay and daemon (us): p50, p99, max", calls);
            System.out.printf(
                    Locale.ROOT, "%-46s %10.1f%n", "ratio of the medians", calls[0] / floor[0]);
            client.pipelined(2);
            double rate = client.pipelined(seconds);
            System.out.printf(
                    Locale.ROOT,
                    "%-46s %10.0f%n",
                    IN_FLIGHT + " in flight (calls/s), none lost",
                    rate);
            System.out.printf(
                    Locale.ROOT,
                    "%-46s %10d%n",
                    "relay's resident memory (MB)",
                    residentMegabytes(client.pid()));
        }
    }

    private void starts(String what, Path catalogue, Path state, int rounds, boolean cold)
            throws Exception {
        List<Double> millis = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            long began = System.nanoTime();
            try (Client client = new Client(catalogue, state)) {
                client.initialize();
                // The first start brings up the daemon, or the disk's cache.
                if (round > 0) {
                    millis.add((System.nanoTime() - began) / 1e6);
                }
            }
            if (cold) {
                stop(state);
            }
        }
        Collections.sort(millis);
        row(
                what,
                new double[] {millis.getFirst(), millis.get(millis.size() / 2), millis.getLast()});
    }

    private static void row(String what, double[] values) {
        System.out.printf(
                Locale.ROOT, "%-46s %10.1f %10.1f %10.1f%n", what, values[0], values[1], values[2]);
    }

    private Path state(String name) {
        return work.resolve(name);
    }

    private Path catalogue(String name, int tools) throws IOException {
        StringBuilder yaml = new StringBuilder("tools:\n");
        for (int i = 0; i < tools; i++) {
            yaml.append(
                    String.format(
                            Locale.ROOT,
                            "  - {name: t_%05d, description: Runs a query (%d), url: \"http://127.0.0.1:%d/api/v1/query\","
                                    + " params: [{name: query, required: true}], response: {type: json, path: data.result}}%n",
                            i,
                            i,
                            backendPort));
        }
        return Files.writeString(work.resolve(name + ".yaml"), yaml);
    }

    private void stop(Path state) throws Exception {
        new ProcessBuilder(launcher.toString(), "stop", "--state", state.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static long residentMegabytes(long pid) throws IOException {
        Path status = Path.of("/proc/" + pid + "/status");
        if (!Files.exists(status)) {
            return -1;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        return -1;
    }

    private double[] floor(int calls) throws IOException {
        double[] micros = new double[calls];
        byte[] request =
                "GET /api/v1/query?query=up HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), backendPort)) {
            socket.setTcpNoDelay(true);
            byte[] buffer = new byte[16_384];
            for (int i = 0; i < calls; i++) {
                long began = System.nanoTime();
                socket.getOutputStream().write(request);
                int read = 0;
                while (read < ANSWER.length) {
                    read += socket.getInputStream().read(buffer, 0, buffer.length);
                }
                micros[i] = (System.nanoTime() - began) / 1e3;
            }
        }
        return summary(micros);
    }

    private static double[] summary(double[] micros) {
        Arrays.sort(micros);
        return new double[] {
            micros[micros.length / 2],
            micros[(int) (micros.length * 0.99)],
            micros[micros.length - 1]
        };
    }

    /** A client of the relay: one process, one line a message. */
    private final class Client implements AutoCloseable {
        private final Process process;
        private final OutputStream out;
        private final BufferedReader in;
        private int lastId;

        Client(Path catalogue, Path state) throws IOException {
            ProcessBuilder builder =
                    new ProcessBuilder(
                            launcher.toString(),
                            "stdio",
                            "--config",
                            catalogue.toString(),
                            "--state",
                            state.toString());
            builder.redirectError(
                    ProcessBuilder.Redirect.appendTo(work.resolve("errors.log").toFile()));
            process = builder.start();
            out = process.getOutputStream();
            in =
                    new BufferedReader(
                            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8),
                            1 << 16);
        }

        long pid() {
            return process.pid();
        }

        void initialize() throws IOException {
            send(
                    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                            + "\"capabilities\":{},\"clientInfo\":{\"name\":\"bench\",\"version\":\"1\"}}}");
            String answer = in.readLine();
            if (answer == null || !answer.contains("\"serverInfo\"")) {
                throw new IOException(
                        "not initialized: " + answer + "; see " + work.resolve("errors.log"));
            }
            send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
        }

        double[] calls(int count) throws IOException {
            double[] micros = new double[count];
            for (int i = 0; i < count; i++) {
                long began = System.nanoTime();
                call(++lastId);
                check(in.readLine());
                micros[i] = (System.nanoTime() - began) / 1e3;
            }
            return summary(micros);
        }

        double pipelined(int seconds) throws Exception {
            Semaphore places = new Semaphore(IN_FLIGHT);
            ConcurrentHashMap<Integer, Boolean> waiting = new ConcurrentHashMap<>();
            AtomicInteger answered = new AtomicInteger();
            long began = System.nanoTime();
            long until = began + seconds * 1_000_000_000L;
            AtomicBoolean isLast = new AtomicBoolean();
            Thread reader =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            String line;
                                            while ((line = in.readLine()) != null) {
                                                check(line);
                                                int id =
                                                        Integer.parseInt(
                                                                line.replaceFirst(
                                                                        "(?s).*?\"id\":(\\d+).*",
                                                                        "$1"));
                                                if (waiting.remove(id) == null) {
                                                    throw new IllegalStateException(
                                                            "answered twice: " + id);
                                                }
                                                answered.incrementAndGet();
                                                places.release();
                                                if (isLast.get() && waiting.isEmpty()) {
                                                    return;
                                                }
                                            }
                                        } catch (IOException broken) {
                                            throw new IllegalStateException(broken);
                                        }
                                    });
            while (System.nanoTime() < until) {
                places.acquire();
                waiting.put(++lastId, true);
                call(lastId);
            }
            // One more, said to be the last before it is sent: the reader ends with no answer out.
            places.acquire();
            waiting.put(++lastId, true);
            isLast.set(true);
            call(lastId);
            reader.join(10_000);
            if (!waiting.isEmpty()) {
                throw new IllegalStateException("lost: " + waiting.keySet());
            }
            return answered.get() / ((System.nanoTime() - began) / 1e9);
        }

        private void call(int id) throws IOException {
            send(
                    "{\"jsonrpc\":\"2.0\",\"id\":"
                            + id
                            + ",\"method\":\"tools/call\",\"params\":{\"name\":\"t_00000\",\"arguments\":{\"query\":\"up\"}}}");
        }

        private void send(String line) throws IOException {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        private static void check(String answer) throws IOException {
            if (answer == null || !answer.contains(CANARY)) {
                throw new IOException("a wrong answer: " + answer);
            }
        }

        @Override
        public void close() throws Exception {
            out.close();
            process.waitFor();
        }
    }

    private static final byte[] ANSWER = answer();

    private static byte[] answer() {
        StringBuilder body =
                new StringBuilder(
                        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[");
        for (int i = 0; i < 10; i++) {
            body.append(i == 0 ? "" : ",")
                    .append(
                            "{\"metric\":{\"__name__\":\"up\",\"environment\":\"production\",\"instance\":\"")
                    .append(i == 9 ? CANARY : "10.12.0." + i + ":9100")
                    .append(
                            "\",\"job\":\"node-exporter\",\"pod\":\"node-exporter-00000\"},\"value\":[1763700000.")
                    .append(100 + i)
                    .append(",\"1\"]}");
        }
        body.append("]}}");
        String head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n";
        return (head + body).getBytes(StandardCharsets.US_ASCII);
    }

    private static void serve(ServerSocket backend) {
        while (true) {
            try {
                Socket socket = backend.accept();
                socket.setTcpNoDelay(true);
                Thread.ofPlatform().daemon().start(() -> answer(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** Answers every request on one connection; a request ends with an empty line. */
    private static void answer(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8_192];
            int ends = 0;
            int read;
            while ((read = in.read(buffer)) > 0) {
                for (int i = 0; i < read; i++) {
                    boolean expected = buffer[i] == (ends % 2 == 0 ? '\r' : '\n');
                    ends = expected ? ends + 1 : buffer[i] == '\r' ? 1 : 0;
                    if (ends == 4) {
                        socket.getOutputStream().write(ANSWER);
                        ends = 0;
                    }
                }
            }
        } catch (IOException closed) {
            // The other side is done.
        }
    }
}
