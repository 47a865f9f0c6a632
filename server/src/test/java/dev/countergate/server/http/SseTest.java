package dev.countergate.server.http;

import static dev.countergate.server.http.Served.callBody;
import static dev.countergate.server.http.Served.initializeBody;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.http.RawHttp.Reply;
import dev.countergate.server.mcp.FakeTools;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP with SSE, as clients of 2024-11-05 speak it. */
@Timeout(60)
class SseTest {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final FakeTools tools =
            new FakeTools()
                    .tool(
                            "slow",
                            (call, progress) -> {
                                progress.report(1, 2, "half way");
                                entered.countDown();
                                try {
                                    released.await();
                                } catch (InterruptedException takenBack) {
                                    interrupted.countDown();
                                    throw takenBack;
                                }
                                return FakeTools.text("late");
                            });
    private final ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();
    private final Served served;

    SseTest() throws IOException {
        served = new Served(tools);
    }

    @AfterEach
    void close() {
        released.countDown();
        others.shutdownNow();
        served.close();
    }

    @Test
    void answers_on_the_stream_and_lets_a_slow_call_be_overtaken() throws Exception {
        try (RawHttp stream = served.connect()) {
            String endpoint = initialized(stream);
            assertThat(post("ana", endpoint, callBody(1, "slow"))).isEqualTo(202);
            assertThat(stream.event()).contains("notifications/progress");
            entered.await();
            assertThat(post("ana", endpoint, callBody(2, "echo"))).isEqualTo(202);
            assertThat(stream.event()).contains("\"id\":2,\"result\"");
            released.countDown();
            assertThat(stream.event()).contains("\"id\":1,\"result\"", "late");
            tools.changed();
            assertThat(stream.event()).contains("list_changed");
        }
    }

    @Test
    void cancels_by_a_notification_and_answers_nothing() throws Exception {
        try (RawHttp stream = served.connect()) {
            String endpoint = initialized(stream);
            post("ana", endpoint, callBody(1, "slow"));
            assertThat(stream.event()).contains("notifications/progress");
            entered.await();
            post(
                    "ana",
                    endpoint,
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");
            assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
            post("ana", endpoint, callBody(2, "echo"));
            assertThat(stream.event()).contains("\"id\":2,\"result\"");
        }
    }

    @Test
    void ends_the_session_and_its_calls_when_the_client_leaves_its_stream() throws Exception {
        String endpoint;
        try (RawHttp stream = served.connect()) {
            endpoint = initialized(stream);
            post("ana", endpoint, callBody(1, "slow"));
            entered.await();
        }

        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        Workplace.await("the end of the session", () -> served.listener.sessions() == 0);
        assertThat(post("ana", endpoint, callBody(2, "echo"))).isEqualTo(404);
    }

    @Test
    void is_nobody_elses() throws Exception {
        try (RawHttp stream = served.connect()) {
            String endpoint = initialized(stream);

            assertThat(post("bob", endpoint, callBody(1, "echo"))).isEqualTo(404);
            assertThat(post("eve", endpoint, callBody(1, "echo"))).isEqualTo(401);
            String id = endpoint.substring(endpoint.indexOf('=') + 1);
            assertThat(served.call(id, callBody(1, "echo")).status()).isEqualTo(404);
            assertThat(tools.calls).isEmpty();
        }
    }

    @Test
    void refuses_a_call_before_the_handshake_on_the_stream() throws Exception {
        try (RawHttp stream = served.connect()) {
            String endpoint = open(stream);
            assertThat(post("ana", endpoint, callBody(1, "echo"))).isEqualTo(202);

            assertThat(stream.event()).contains("\"id\":1,\"error\"", "initialize");
        }
    }

    @Test
    void answers_what_is_in_flight_before_it_ends() throws Exception {
        try (RawHttp stream = served.connect()) {
            String endpoint = initialized(stream);
            post("ana", endpoint, callBody(1, "slow"));
            assertThat(stream.event()).contains("notifications/progress");
            entered.await();
            Future<?> drained =
                    others.submit(
                            () -> {
                                served.listener.drain(Duration.ofSeconds(20));
                                return null;
                            });
            released.countDown();

            assertThat(stream.event()).contains("late");
            assertThat(stream.chunk()).isEmpty();
            drained.get();
        }
    }

    private String initialized(RawHttp stream) throws IOException {
        String endpoint = open(stream);
        assertThat(post("ana", endpoint, initializeBody("2024-11-05"))).isEqualTo(202);
        assertThat(stream.event()).contains("\"protocolVersion\":\"2024-11-05\"");
        assertThat(
                        post(
                                "ana",
                                endpoint,
                                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"))
                .isEqualTo(202);
        return endpoint;
    }

    private String open(RawHttp stream) throws IOException {
        Reply head =
                stream.send(
                                "GET /sse HTTP/1.1\r\n"
                                        + served.host()
                                        + "Accept: text/event-stream\r\n\r\n")
                        .head();
        assertThat(head.header("content-type")).isEqualTo("text/event-stream");
        String endpoint = stream.event();
        assertThat(endpoint).startsWith("/sse/message?session=");
        return endpoint;
    }

    private int post(String token, String endpoint, String body) throws IOException {
        try (RawHttp http = served.connect()) {
            return http.send(
                            served.post(
                                            served.host(token)
                                                    + "Content-Type: application/json\r\n",
                                            body)
                                    .replaceFirst("/mcp", endpoint))
                    .reply()
                    .status();
        }
    }
}
