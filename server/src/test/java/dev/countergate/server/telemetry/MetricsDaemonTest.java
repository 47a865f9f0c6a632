package dev.countergate.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.countergate.server.mcp.LineClient;
import dev.countergate.testing.process.RealProgram;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The daemon as a process, with and without metrics, and the dashboard that shows them. */
@Tag("long")
@Timeout(90)
class MetricsDaemonTest {
    private static final Path SAMPLES =
            Files.exists(Path.of("samples")) ? Path.of("samples") : Path.of("..", "samples");

    private static final Pattern AT =
            Pattern.compile("\"metrics\" : \"http://127\\.0\\.0\\.1:(\\d+)/metrics\"");

    private static final Pattern NAME = Pattern.compile("[a-z_:][a-z0-9_:]*(?=\\{)");

    private static final String SECRET = "s3cret-of-the-api-0123456789";

    @TempDir private Path folder;
    private RealProgram program;
    private HttpServer backend;

    @BeforeEach
    void serve_a_backend() throws IOException {
        program = new RealProgram(folder, Map.of("KEY", SECRET));
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.createContext(
                "/",
                exchange -> {
                    boolean isGood = !exchange.getRequestURI().getPath().contains("broken");
                    byte[] answer = "from-the-backend".getBytes(UTF_8);
                    exchange.sendResponseHeaders(isGood ? 200 : 503, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        backend.start();
    }

    @AfterEach
    void stop() {
        program.close();
        backend.stop(0);
    }

    @Test
    void shows_what_was_called_decided_and_changed_and_all_that_the_dashboard_asks_for()
            throws Exception {
        start("--metrics", "127.0.0.1:0");
        int port = port();
        try (SocketChannel channel = agent()) {
            LineClient client = client(channel);
            call(client, "health", "{}");
            call(client, "health", "{}");
            call(client, "broken", "{}");
            call(client, "health", "{\"x\":1}");
            call(client, "kept", "{}");
            call(client, "no_such_tool", "{}");
            call(client, "no_such_tool\\\"} 1\\n", "{}");
            call(client, "never", "{}");
            String id = proposed(call(client, "change", "{}"));
            call(client, "proposal_withdraw", "{\"proposal\":\"" + id + "\"}");
            proposed(call(client, "change", "{}"));

            String text = scrape(port);

            assertThat(text)
                    .contains("countergate_calls_total{code=\"OK\",tool=\"health\"} 2.0")
                    .contains(
                            "countergate_calls_total{code=\"INVALID_ARGUMENT\",tool=\"health\"} 1.0")
                    .contains("countergate_calls_total{code=\"FORBIDDEN\",tool=\"never\"} 1.0")
                    .contains("countergate_calls_total{code=\"UNKNOWN_TOOL\",tool=\"unknown\"} 2.0")
                    .contains("countergate_decisions_total{decision=\"permit\",rule=\"none\"} 3.0")
                    .contains("countergate_decisions_total{decision=\"forbid\",rule=\"no\"} 1.0")
                    .contains("countergate_decisions_total{decision=\"approve\",rule=\"none\"} 2.0")
                    .contains("countergate_proposals_total{state=\"pending\"} 2.0")
                    .contains("countergate_proposals_total{state=\"withdrawn\"} 1.0")
                    .contains("countergate_proposals_total{state=\"verified\"} 0.0")
                    .contains("countergate_proposals_open 1.0")
                    .contains("countergate_decision_wait_seconds_count{end=\"withdrawn\"} 1")
                    .contains("countergate_call_seconds_bucket{tool=\"health\",le=\"+Inf\"} 3")
                    .contains("countergate_sessions{transport=\"stdio\"} 1.0")
                    .contains("countergate_log_unwritable 0.0")
                    .contains("countergate_catalogue_tools 5.0")
                    .containsPattern(
                            "countergate_backend_answers_total\\{backend=\"http://127[^\"]*\",code=\"OK\"} 2\\.0")
                    .doesNotContain("no_such_tool", "kept", SECRET, "from-the-backend");
            Set<String> shown = new HashSet<>();
            text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("[{ ]", 2)[0])
                    .forEach(
                            name -> {
                                shown.add(name);
                                shown.add(name.replaceAll("_(bucket|count|sum|max)$", ""));
                            });
            assertThat(shown).containsAll(asked());
        }
    }

    @Test
    void counts_what_becomes_of_the_catalogues_files() throws Exception {
        start("--metrics", "127.0.0.1:0");
        int port = port();
        String good = catalogue();

        write(good + "nonsense: [");
        await(() -> scraped(port).contains("countergate_reloads_total{end=\"failed\"} 1.0"));
        write(good.replace("mode: propose", "mode: auto"));
        await(() -> scraped(port).contains("countergate_reloads_total{end=\"held\"} 1.0"));

        assertThat(scrape(port)).contains("countergate_catalogue_change_held 1.0");
    }

    @Test
    void loads_nothing_of_them_where_they_are_not_asked_for() throws Exception {
        start();
        await(() -> program.output("daemon.out").contains("message=ready"));
        try (SocketChannel channel = agent()) {
            call(client(channel), "health", "{}");
        }

        assertThat(program.output("daemon.out.classes"))
                .contains("dev.countergate.server.daemon.Daemon ")
                .doesNotContain("micrometer", "io.prometheus", "com.sun.net.httpserver")
                .doesNotContain("telemetry.Metrics", "server.OwnMetrics");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0:0",
                "[::]:0",
                "10.1.2.3:9464",
                "192.0.2.1:9464",
                "9464",
                ":9464",
                "localhost",
                "localhost:",
                "localhost:99999",
                "127.0.0.1:9464/metrics",
                ""
            })
    void listens_on_loopback_or_not_at_all(String address) throws Exception {
        Process daemon = start("--metrics", address);

        assertThat(daemon.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(daemon.exitValue()).isEqualTo(64);
        assertThat(program.output("daemon.out")).contains("--metrics");
    }

    @Test
    void says_so_where_the_port_is_taken() throws Exception {
        Process daemon = start("--metrics", "127.0.0.1:" + backend.getAddress().getPort());

        assertThat(daemon.waitFor()).isEqualTo(1);
        assertThat(program.output("daemon.out")).contains("cannot serve metrics at 127.0.0.1:");
    }

    @Test
    void answers_nothing_else_and_nobody_elses_names() throws Exception {
        start("--metrics", "127.0.0.1:0");
        int port = port();
        String host = "Host: localhost:" + port + "\r\n";

        assertThat(status(port, "GET /metrics HTTP/1.1\r\n" + host)).isEqualTo(200);
        assertThat(status(port, "GET /metrics?name=x HTTP/1.1\r\n" + host)).isEqualTo(200);
        assertThat(status(port, "GET /metrics HTTP/1.1\r\nHost: [::1]\r\n")).isEqualTo(200);
        for (String path :
                List.of("/", "/metrics/", "/metrics/x", "/Metrics", "//metrics", "/..")) {
            assertThat(status(port, "GET " + path + " HTTP/1.1\r\n" + host))
                    .as(path)
                    .isEqualTo(404);
        }
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
            assertThat(status(port, method + " /metrics HTTP/1.1\r\n" + host)).isEqualTo(405);
        }
        for (String other :
                List.of(
                        "",
                        "Host: evil.example\r\n",
                        "Host: localhost.evil.example\r\n",
                        "Host: 127.0.0.1.evil.example\r\n",
                        "Host: localhost\r\nHost: evil.example\r\n",
                        "Host: evil.example\r\nHost: localhost\r\n",
                        "Host: localhost:80@evil.example\r\n")) {
            assertThat(status(port, "GET /metrics HTTP/1.1\r\n" + other)).as(other).isEqualTo(421);
        }
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.getOutputStream().write("GET /metr".getBytes(UTF_8));
                slow.add(socket);
            }
            assertThat(scrape(port)).contains("countergate_info");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /** Anybody on the machine may connect, and what is open there is lacking elsewhere. */
    @Test
    void keeps_a_bounded_number_of_connections_and_none_whose_request_does_not_come()
            throws Exception {
        start("--metrics", "127.0.0.1:0");
        int port = port();
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                silent.add(socket);
                begin(socket);
            }
            // Those beyond the bound are closed at once, and the others in time.
            await(() -> silent.stream().filter(MetricsDaemonTest::isClosed).count() >= 244);
            await(() -> silent.stream().allMatch(MetricsDaemonTest::isClosed));
            assertThat(scrape(port)).contains("countergate_info");
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    private static void begin(Socket socket) {
        try {
            socket.getOutputStream().write("GET /metr".getBytes(UTF_8));
        } catch (IOException closedAlready) {
            // That is what is waited for.
        }
    }

    private static boolean isClosed(Socket socket) {
        try {
            socket.setSoTimeout(1);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void every_panel_asks_its_data_source_and_says_what_it_shows() throws Exception {
        for (JsonNode panel : panels()) {
            if (panel.path("type").asString().equals("row")) {
                continue;
            }
            assertThat(panel.path("title").asString()).isNotBlank();
            assertThat(panel.path("targets")).isNotEmpty();
            for (JsonNode target : panel.path("targets")) {
                assertThat(target.path("expr").asString()).contains("{job=~\"$job\"");
                assertThat(target.path("datasource").path("uid").asString())
                        .isEqualTo("${datasource}");
            }
        }
    }

    /** The names in the dashboard's queries. */
    private static Set<String> asked() throws IOException {
        Set<String> names = new HashSet<>();
        for (JsonNode panel : panels()) {
            for (JsonNode target : panel.path("targets")) {
                Matcher found = NAME.matcher(target.path("expr").asString());
                while (found.find()) {
                    names.add(found.group());
                }
            }
        }
        Matcher written =
                Pattern.compile("countergate_[a-z_]+[a-z]")
                        .matcher(
                                Files.readString(SAMPLES.resolve("grafana/README.md"))
                                        + Files.readString(SAMPLES.resolve("../docs/metrics.md")));
        while (written.find()) {
            names.add(written.group());
        }
        assertThat(names).hasSizeGreaterThan(20);
        return names;
    }

    private static List<JsonNode> panels() throws IOException {
        JsonNode dashboard =
                new JsonMapper()
                        .readTree(Files.readString(SAMPLES.resolve("grafana/countergate.json")));
        assertThat(dashboard.path("panels")).hasSizeGreaterThan(15);
        return dashboard.path("panels").values().stream().toList();
    }

    private String catalogue() {
        return """
                tools:
                  - {name: health, url: "ORIGIN/health"}
                  - {name: broken, url: "ORIGIN/broken", headers: {X-Key: "${KEY}"}}
                  - {name: never, url: "ORIGIN/never"}
                  - {name: kept, url: "ORIGIN/kept"}
                  - {name: change, url: "ORIGIN/change", method: POST}
                principals: [{unix: USER, tools: [health, broken, never, change]}]
                policy:
                  mode: propose
                  rules: [{id: "no", then: forbid, when: 'tool.name == "never"'}]
                """
                .replace("ORIGIN", "http://127.0.0.1:" + backend.getAddress().getPort())
                .replace("USER", System.getProperty("user.name"));
    }

    private void write(String text) {
        try {
            Files.writeString(folder.resolve("tools.yaml"), text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Process start(String... arguments) throws IOException {
        write(catalogue());
        List<String> words = new ArrayList<>(List.of("serve", "--state", folder + "/d"));
        words.addAll(List.of(arguments));
        return program.start("daemon.out", words);
    }

    /** Where the daemon says that it serves them. */
    private int port() throws Exception {
        await(() -> program.output("daemon.out").contains("message=ready"));
        program.start("status.out", List.of("status", "--json", "--state", folder + "/d"))
                .waitFor();
        Matcher found = AT.matcher(program.output("status.out"));
        assertThat(found.find()).as(program.output("status.out")).isTrue();
        return Integer.parseInt(found.group(1));
    }

    private SocketChannel agent() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(folder.resolve("d/agent.sock")));
        return channel;
    }

    private static LineClient client(SocketChannel channel) throws IOException {
        return LineClient.connect(
                Channels.newInputStream(channel), Channels.newOutputStream(channel), "test", "1");
    }

    private static LineClient.Answer call(LineClient client, String tool, String arguments)
            throws IOException {
        ObjectNode given = (ObjectNode) new JsonMapper().readTree(arguments);
        return client.call(tool, given, (done, total, message) -> {});
    }

    private static String proposed(LineClient.Answer answer) {
        return answer instanceof LineClient.Answer.Result(JsonNode result)
                ? result.path("structuredContent").path("proposal").asString()
                : String.valueOf(answer);
    }

    private static String scraped(int port) {
        try {
            return scrape(port);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String scrape(int port) throws IOException {
        return answer(port, "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n");
    }

    private static int status(int port, String head) throws IOException {
        return Integer.parseInt(answer(port, head).split(" ", 3)[1]);
    }

    private static String answer(int port, String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        Workplace.await("the daemon", condition);
    }
}
