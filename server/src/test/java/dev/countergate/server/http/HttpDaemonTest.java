package dev.countergate.server.http;

import static dev.countergate.server.http.Served.TYPES;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.countergate.policy.token.BearerToken;
import dev.countergate.server.http.RawHttp.Reply;
import dev.countergate.testing.process.RealProgram;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as a process, with and without HTTP. */
@Tag("long")
@Timeout(60)
class HttpDaemonTest {
    private static final Pattern LISTENING =
            Pattern.compile("listening address=127\\.0\\.0\\.1:(\\d+)");

    @TempDir private Path folder;

    private final BearerToken token = token();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private RealProgram program;
    private HttpServer backend;

    @BeforeEach
    void serve_a_backend() throws IOException {
        program = new RealProgram(folder, Map.of());
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        backend.createContext(
                "/",
                exchange -> {
                    asked.countDown();
                    try {
                        released.await();
                    } catch (InterruptedException ending) {
                        Thread.currentThread().interrupt();
                    }
                    byte[] answer = "fine".getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        backend.start();
    }

    @AfterEach
    void stop() {
        released.countDown();
        program.close();
        backend.stop(0);
    }

    @Test
    void answers_the_call_in_flight_before_it_ends() throws Exception {
        Process daemon = start(principals(), "--http", "127.0.0.1:0");
        InetSocketAddress address = listening();
        try (RawHttp http = new RawHttp(address)) {
            String host = host(address);
            http.send(post(host, Served.initializeBody("2025-11-25")));
            String session = http.reply().header("Mcp-Session-Id");
            http.send(
                    post(
                            host + "Mcp-Session-Id: " + session + "\r\n",
                            Served.callBody(1, "health").replace("\"n\":1", "")));
            asked.await();
            assertThat(status())
                    .contains("http        127.0.0.1:" + address.getPort())
                    .contains("token:ci 1");

            daemon.destroy();
            Workplace.await("the log", () -> output().contains("ending reason=STOPPED"));
            assertThat(daemon.isAlive()).isTrue();
            released.countDown();

            assertThat(http.reply().body()).contains("\"text\":\"fine\"");
        }
        assertThat(daemon.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void lets_nobody_in_whose_token_the_catalogue_does_not_name() throws Exception {
        start(principals(), "--http", "127.0.0.1:0");
        InetSocketAddress address = listening();
        for (String other :
                List.of(
                        "",
                        "Authorization:\r\n",
                        "Authorization: Bearer\r\n",
                        "Authorization: Bearer \r\n",
                        "Authorization: Bearer " + token.digest() + "\r\n")) {
            try (RawHttp http = new RawHttp(address)) {
                Reply reply =
                        http.send(
                                        post(
                                                "Host: 127.0.0.1:"
                                                        + address.getPort()
                                                        + "\r\n"
                                                        + other,
                                                Served.initializeBody("2025-11-25")))
                                .reply();
                assertThat(reply.status()).isEqualTo(401);
            }
        }
    }

    @Test
    void does_not_serve_over_http_where_no_token_is_named() throws Exception {
        Process daemon = start("", "--http", "127.0.0.1:0");

        assertThat(daemon.waitFor()).isEqualTo(3);
        assertThat(output()).contains("the catalogue names no token").contains("token add");
    }

    @Test
    void does_not_serve_where_the_port_is_taken() throws Exception {
        Process daemon =
                start(principals(), "--http", "127.0.0.1:" + backend.getAddress().getPort());

        assertThat(daemon.waitFor()).isEqualTo(1);
        assertThat(output()).contains("cannot listen at 127.0.0.1:");
    }

    @Test
    void loads_nothing_of_the_http_server_where_it_is_not_asked_for() throws Exception {
        start(principals());
        Workplace.await("the daemon", () -> output().contains("message=ready"));

        String loaded = Files.readString(folder.resolve("daemon.out.classes"));

        assertThat(loaded).contains("dev.countergate.server.daemon.Daemon ");
        assertThat(loaded).doesNotContain("org.eclipse.jetty");
    }

    private Process start(String principals, String... arguments) throws IOException {
        Files.writeString(
                folder.resolve("tools.yaml"),
                "tools: [{name: health, url: \"http://127.0.0.1:"
                        + backend.getAddress().getPort()
                        + "/health\"}]\n"
                        + principals);
        List<String> words = new ArrayList<>(List.of("serve", "--state", folder + "/d"));
        words.addAll(List.of(arguments));
        return program.start("daemon.out", words);
    }

    private String principals() {
        return "principals: [{tokens: [{name: ci, sha256: \"" + token.digest() + "\"}]}]\n";
    }

    private InetSocketAddress listening() throws Exception {
        Workplace.await("the listener", () -> LISTENING.matcher(output()).find());
        Matcher found = LISTENING.matcher(output());
        assertThat(found.find()).isTrue();
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(found.group(1)));
    }

    private String status() throws Exception {
        program.start("status.out", List.of("status", "--state", folder + "/d")).waitFor();
        return program.output("status.out");
    }

    private String output() {
        return program.output("daemon.out");
    }

    private String host(InetSocketAddress address) {
        return "Host: 127.0.0.1:"
                + address.getPort()
                + "\r\nAuthorization: Bearer "
                + token.reveal()
                + "\r\n";
    }

    private static String post(String headers, String body) {
        return "POST /mcp HTTP/1.1\r\n"
                + headers
                + TYPES
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    private static BearerToken token() {
        byte[] bytes = new byte[BearerToken.RANDOM_BYTES];
        Arrays.fill(bytes, (byte) 5);
        return BearerToken.of(bytes);
    }
}
