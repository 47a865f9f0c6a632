package dev.countergate.server.http;

import static dev.countergate.server.http.Served.TYPES;
import static dev.countergate.server.http.Served.callBody;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.http.RawHttp.Reply;
import dev.countergate.server.mcp.FakeTools;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many clients, slow ones and those that do not listen. */
@Tag("long")
@Timeout(120)
class FloodedHttpTest {
    private static final HttpLimits HASTY =
            new HttpLimits(
                    4_096,
                    512,
                    512,
                    512,
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofMillis(200));

    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final FakeTools tools =
            new FakeTools()
                    .tool(
                            "big",
                            (call, progress) -> {
                                entered.countDown();
                                return FakeTools.text("x".repeat(40_000_000));
                            })
                    .tool("wide", (call, progress) -> FakeTools.text("x".repeat(1_000_000)))
                    .tool(
                            "long",
                            (call, progress) -> {
                                TimeUnit.SECONDS.sleep(5);
                                return FakeTools.text("late");
                            })
                    .tool(
                            "slow",
                            (call, progress) -> {
                                entered.countDown();
                                released.await();
                                return FakeTools.text("late");
                            });
    private final ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        released.countDown();
        others.shutdownNow();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void answers_every_call_of_64_sessions_with_its_own_result() throws Exception {
        int calls = 50;
        try (Served served = new Served(tools, HASTY, List.of())) {
            List<Future<Integer>> clients = new ArrayList<>();
            for (int client = 0; client < 64; client++) {
                int first = client * calls;
                clients.add(others.submit(() -> callInTurn(served, first, calls)));
            }
            int answered = 0;
            for (Future<Integer> client : clients) {
                answered += client.get();
            }

            assertThat(answered).isEqualTo(64 * calls);
            assertThat(tools.calls).hasSize(64 * calls);
        }
    }

    private static int callInTurn(Served served, int first, int calls) throws IOException {
        String session = served.initialize();
        try (RawHttp http = served.connect()) {
            String headers = served.host() + TYPES + "Mcp-Session-Id: " + session + "\r\n";
            for (int call = first; call < first + calls; call++) {
                Reply reply = http.send(served.post(headers, callBody(call, "echo"))).reply();
                assertThat(reply.body())
                        .startsWith("{\"jsonrpc\":\"2.0\",\"id\":" + call + ",")
                        .contains("{\\\"n\\\":" + call + "}");
            }
        }
        return calls;
    }

    @Test
    void closes_connections_that_drip_a_head_or_bring_none_and_no_others() throws Exception {
        try (Served served = new Served(tools, HASTY, List.of())) {
            String session = served.initialize();
            String headers = served.host() + TYPES + "Mcp-Session-Id: " + session + "\r\n";
            try (RawHttp calling = served.connect();
                    RawHttp silent = served.connect();
                    RawHttp dripping = served.connect();
                    RawHttp returning = served.connect()) {
                calling.send(served.post(headers, callBody(1, "slow")));
                returning.send(served.post(headers, callBody(2, "echo"))).reply();
                Future<?> drips =
                        others.submit(() -> drip(dripping, "POST /mcp HTTP/1.1\r\nX-A: "));
                Future<?> again =
                        others.submit(() -> drip(returning, "POST /mcp HTTP/1.1\r\nX-A: "));

                drips.get();
                again.get();
                assertThat(silent.countToEnd()).isZero();
                released.countDown();
                assertThat(calling.reply().body()).contains("late");
            }
        }
    }

    /** A byte now and then, until the server has had enough. */
    private static Void drip(RawHttp http, String beginning) throws InterruptedException {
        try {
            http.send(beginning);
            while (true) {
                http.send("a");
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (IOException closed) {
            return null;
        }
    }

    @Test
    void lets_a_call_take_longer_than_a_connection_may_be_silent() throws Exception {
        try (Served served = new Served(tools, HASTY, List.of())) {
            String session = served.initialize();
            String headers = served.host() + TYPES + "Mcp-Session-Id: " + session + "\r\n";
            try (RawHttp http = served.connect()) {
                http.send(served.post(headers, callBody(1, "long")));
                assertThat(http.reply().body()).contains("late");
                http.send(served.post(headers, callBody(2, "echo")));
                assertThat(http.reply().body()).contains("\"id\":2,");
            }
        }
    }

    @Test
    void stops_taking_calls_of_a_client_that_does_not_read_its_stream() throws Exception {
        try (Served served = new Served(tools);
                RawHttp stream = served.connect()) {
            String path = openStream(served, stream);
            post(served, path, Served.initializeBody("2024-11-05"));
            stream.event();
            List<Future<Reply>> posts = new ArrayList<>();
            for (int call = 0; call < 100; call++) {
                String body = callBody(call, "wide");
                posts.add(others.submit(() -> post(served, path, body)));
                // At most so many connections at a time, most of which are answered at once.
                isDoneWithin(posts.getLast(), 100);
            }

            assertThat(posts).filteredOn(post -> !post.isDone()).hasSizeGreaterThan(10);
            for (int answer = 0; answer < 100; answer++) {
                assertThat(stream.event()).contains("\"result\"");
            }
            for (Future<Reply> post : posts) {
                assertThat(post.get().status()).isEqualTo(202);
            }
        }
    }

    private static String openStream(Served served, RawHttp stream) throws IOException {
        stream.send("GET /sse HTTP/1.1\r\n" + served.host() + "Accept: text/event-stream\r\n\r\n")
                .head();
        return stream.event();
    }

    private static Reply post(Served served, String path, String body) throws IOException {
        try (RawHttp http = served.connect()) {
            return http.send(served.post(served.host() + TYPES, body).replaceFirst("/mcp", path))
                    .reply();
        }
    }

    @Test
    void refuses_a_body_that_drips() throws Exception {
        try (Served served = new Served(tools, HASTY, List.of());
                RawHttp http = served.connect()) {
            String session = served.initialize();
            Future<?> drips =
                    others.submit(
                            () ->
                                    drip(
                                            http,
                                            "POST /mcp HTTP/1.1\r\n"
                                                    + served.host()
                                                    + TYPES
                                                    + "Mcp-Session-Id: "
                                                    + session
                                                    + "\r\nContent-Length: 100000\r\n\r\n"));

            assertThat(http.reply().status()).isEqualTo(408);
            drips.get();
        }
    }

    @Test
    void lets_further_connections_wait_until_one_is_closed() throws Exception {
        try (Served served = new Served(tools)) {
            String session = served.initialize();
            for (int each = 0; each < Served.LIMITS.connectionsMax(); each++) {
                sockets.add(new Socket(served.address.getAddress(), served.address.getPort()));
            }
            Future<Reply> waiting = others.submit(() -> served.call(session, callBody(1, "echo")));
            assertThat(isDoneWithin(waiting, 500)).isFalse();

            sockets.removeFirst().close();

            assertThat(waiting.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
        }
    }

    private static boolean isDoneWithin(Future<?> future, int millis) throws Exception {
        try {
            future.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException waiting) {
            return false;
        }
    }

    @Test
    void cuts_off_a_client_that_does_not_read_its_answer() throws Exception {
        try (Served served = new Served(tools, HASTY, List.of());
                RawHttp http = served.connect()) {
            String session = served.initialize();
            http.send(
                    served.post(
                            served.host() + TYPES + "Mcp-Session-Id: " + session + "\r\n",
                            callBody(1, "big")));
            entered.await();

            served.listener.drain(Duration.ofSeconds(20));

            Reply head = http.head();
            long announced = Long.parseLong(head.header("content-length"));
            assertThat(http.countToEnd()).isLessThan(announced);
        }
    }

    @Test
    void ends_the_session_of_a_client_that_does_not_read_its_stream() throws Exception {
        try (Served served = new Served(tools, HASTY, List.of());
                RawHttp stream = served.connect()) {
            String path = openStream(served, stream);
            for (String body : List.of(Served.initializeBody("2024-11-05"), callBody(1, "big"))) {
                assertThat(post(served, path, body).status()).isEqualTo(202);
            }

            Workplace.await("the end of the session", () -> served.listener.sessions() == 0);
        }
    }

    @Test
    @Tag("slow")
    void serves_others_while_2000_connections_drip_their_heads() throws Exception {
        try (Served served = new Served(tools, HttpLimits.standard(), List.of())) {
            for (int each = 0; each < 2_000; each++) {
                Socket socket = new Socket(served.address.getAddress(), served.address.getPort());
                socket.getOutputStream().write("POST /mcp HTTP/1.1\r\nX-A: ".getBytes(US_ASCII));
                sockets.add(socket);
            }
            long begun = System.nanoTime();
            String session = served.initialize();
            for (int call = 0; call < 200; call++) {
                sockets.get(call).getOutputStream().write('a');
                assertThat(served.call(session, callBody(call, "echo")).status()).isEqualTo(200);
            }

            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isLessThan(Duration.ofSeconds(5));
        }
    }
}
