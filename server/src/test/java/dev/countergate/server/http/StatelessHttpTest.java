package dev.countergate.server.http;

import static dev.countergate.server.http.Served.TYPES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.result.ToolResult;
import dev.countergate.server.http.RawHttp.Reply;
import dev.countergate.server.mcp.FakeTools;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The revision without sessions, 2026-07-28. */
@Tag("long")
@Timeout(60)
class StatelessHttpTest {
    private static final String META =
            "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{},\"progressToken\":9}";

    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final FakeTools tools =
            new FakeTools()
                    .tool("slow", (call, progress) -> slow())
                    .tool(
                            "steps",
                            (call, progress) -> {
                                progress.report(1, 2, "half way");
                                return slow();
                            });
    private final ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();
    private final Served served;

    StatelessHttpTest() throws IOException {
        served =
                new Served(
                        tools,
                        new HttpLimits(
                                64,
                                6,
                                3,
                                64,
                                Duration.ofMinutes(1),
                                Duration.ofMinutes(1),
                                Duration.ofMinutes(1),
                                Duration.ofSeconds(30),
                                Duration.ofMillis(200)),
                        List.of());
    }

    private ToolResult slow() throws InterruptedException {
        entered.countDown();
        try {
            released.await();
        } catch (InterruptedException takenBack) {
            interrupted.countDown();
            throw takenBack;
        }
        return FakeTools.text("late");
    }

    @AfterEach
    void close() {
        released.countDown();
        others.shutdownNow();
        served.close();
    }

    @Test
    void answers_without_a_session() throws Exception {
        try (RawHttp http = served.connect()) {
            Reply reply = http.send(call(1, "echo")).reply();

            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("content-type")).isEqualTo("application/json");
            assertThat(reply.headers()).doesNotContainKey("mcp-session-id");
            assertThat(reply.body()).contains("\"resultType\":\"complete\"");
            assertThat(http.send(request(2, "server/discover", "")).reply().body())
                    .contains("2026-07-28");
        }
        Workplace.await("nobody being answered", () -> served.listener.sessions() == 0);
    }

    @Test
    void tells_a_client_that_names_the_revision_in_a_header_alone_what_its_body_lacks()
            throws IOException {
        try (RawHttp http = served.connect()) {
            Reply reply =
                    http.send(
                                    served.post(
                                            served.host()
                                                    + TYPES
                                                    + "MCP-Protocol-Version: 2026-07-28\r\n"
                                                    + "Mcp-Method: tools/list\r\n",
                                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"))
                            .reply();

            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.body()).contains("-32602", "_meta");
        }
    }

    @Test
    void takes_a_call_back_whose_client_hangs_up() throws Exception {
        try (RawHttp http = served.connect()) {
            http.send(call(1, "slow"));
            entered.await();
        }

        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void takes_a_call_back_whose_client_hangs_up_on_its_progress() throws Exception {
        try (RawHttp http = served.connect()) {
            http.send(call(1, "steps")).head();
            assertThat(http.event()).contains("half way");
        }

        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void goes_on_with_a_call_whose_client_sends_its_next_request_already_and_loses_neither()
            throws Exception {
        try (RawHttp http = served.connect()) {
            http.send(call(1, "slow"));
            entered.await();
            http.send(call(2, "echo") + call(3, "echo"));

            assertThat(interrupted.await(1, TimeUnit.SECONDS)).isFalse();
            released.countDown();

            assertThat(http.reply().body()).contains("\"id\":1,", "late");
            assertThat(http.reply().body()).contains("\"id\":2,", "result");
            assertThat(http.reply().body()).contains("\"id\":3,", "result");
        }
    }

    @Test
    void tells_who_listens_of_a_changed_list_and_that_it_is_over_when_it_ends() throws Exception {
        try (RawHttp http = served.connect()) {
            http.send(
                    request(
                            1,
                            "subscriptions/listen",
                            "\"notifications\":{\"toolsListChanged\":true},"));
            assertThat(http.head().header("content-type")).isEqualTo("text/event-stream");
            assertThat(http.event()).contains("subscriptions/acknowledged");
            assertThat(http.chunk()).contains(":\n\n");
            tools.changed();
            assertThat(http.event()).contains("notifications/tools/list_changed");
            assertThat(served.listener.sessions()).isEqualTo(1);

            Future<?> drained =
                    others.submit(
                            () -> {
                                served.listener.drain(Duration.ofSeconds(20));
                                return null;
                            });

            assertThat(http.event()).contains("\"id\":1,\"result\"");
            drained.get();
        }
    }

    @Test
    void refuses_one_principals_requests_beyond_its_share_and_serves_others() throws Exception {
        try (RawHttp first = served.connect();
                RawHttp second = served.connect();
                RawHttp third = served.connect();
                RawHttp fourth = served.connect()) {
            for (RawHttp each : List.of(first, second, third)) {
                each.send(request(1, "subscriptions/listen", "\"notifications\":{},")).head();
                assertThat(each.event()).contains("subscriptions/acknowledged");
            }

            assertThat(fourth.send(call(4, "echo")).reply())
                    .satisfies(reply -> assertThat(reply.status()).isEqualTo(429))
                    .satisfies(reply -> assertThat(reply.body()).contains("\"id\":4,\"error\""));
            assertThat(
                            fourth.send(call(5, "echo").replace("Bearer ana", "Bearer bob"))
                                    .reply()
                                    .status())
                    .isEqualTo(200);
            first.hangUp();
            Workplace.await("room", () -> served.listener.sessions() == 2);
            assertThat(fourth.send(call(6, "echo")).reply().status()).isEqualTo(200);
        }
    }

    @Test
    void forgets_who_listened_and_hung_up() throws Exception {
        try (RawHttp http = served.connect()) {
            http.send(request(1, "subscriptions/listen", "\"notifications\":{},")).head();
            assertThat(http.event()).contains("subscriptions/acknowledged");
        }

        Workplace.await("the end of listening", () -> served.listener.sessions() == 0);
    }

    private String call(int id, String tool) {
        return request(id, "tools/call", "\"name\":\"" + tool + "\",")
                .replaceFirst("\r\n", "\r\nMcp-Name: " + tool + "\r\n");
    }

    private String request(int id, String method, String params) {
        return served.post(
                served.host()
                        + TYPES
                        + "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: "
                        + method
                        + "\r\n",
                "{\"jsonrpc\":\"2.0\",\"id\":"
                        + id
                        + ",\"method\":\""
                        + method
                        + "\",\"params\":{"
                        + params
                        + META
                        + "}}");
    }
}
