package dev.countergate.server.http;

import static dev.countergate.server.http.Served.TYPES;
import static dev.countergate.server.http.Served.callBody;
import static dev.countergate.server.http.Served.initializeBody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.countergate.policy.call.Narrowing;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolCall;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.call.TraceContext;
import dev.countergate.server.http.RawHttp.Reply;
import dev.countergate.server.mcp.FakeTools;
import dev.countergate.testing.process.Workplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("long")
@Timeout(60)
class StreamableHttpTest {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final FakeTools tools =
            new FakeTools()
                    .tool(
                            "slow",
                            (call, progress) -> {
                                entered.countDown();
                                try {
                                    released.await();
                                } catch (InterruptedException takenBack) {
                                    interrupted.countDown();
                                    throw takenBack;
                                }
                                return FakeTools.text("late");
                            })
                    .tool(
                            "steps",
                            (call, progress) -> {
                                progress.report(1, 2, "half way");
                                entered.countDown();
                                released.await();
                                return FakeTools.text("done");
                            });
    private final ExecutorService others = Executors.newVirtualThreadPerTaskExecutor();
    private final Served served;

    StreamableHttpTest() throws IOException {
        served = new Served(tools);
    }

    @AfterEach
    void close() {
        released.countDown();
        others.shutdownNow();
        served.close();
    }

    @Test
    void answers_a_call_as_plain_json_with_its_length() throws IOException {
        String session = served.initialize();

        Reply reply = served.call(session, callBody(7, "echo"));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo("application/json");
        assertThat(reply.header("content-length")).isEqualTo("" + reply.body().length());
        assertThat(reply.body())
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"{\\\"n\\\":7}\"}],\"isError\":false}}");
        assertThat(reply.headers()).doesNotContainKeys("server", "x-powered-by", "mcp-session-id");
    }

    @Test
    void tells_the_call_whose_token_it_was() throws IOException {
        String session = served.initialize("bob", "2025-06-18");
        try (RawHttp http = served.connect()) {
            http.send(
                            served.post(
                                    served.host("bob")
                                            + TYPES
                                            + "Mcp-Session-Id: "
                                            + session
                                            + "\r\n",
                                    callBody(1, "echo")))
                    .reply();
        }

        assertThat(tools.calls.getFirst().caller().principal())
                .isEqualTo(new PrincipalId("token:bob"));
    }

    @Test
    void passes_on_what_the_headers_narrow_and_which_trace_they_name() throws IOException {
        String session = served.initialize();
        String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        try (RawHttp http = served.connect()) {
            http.send(
                            served.post(
                                    served.host()
                                            + TYPES
                                            + "Mcp-Session-Id: "
                                            + session
                                            + "\r\nX-MCP-Tools: echo, slow\r\nX-MCP-Tools: steps\r\n"
                                            + "X-MCP-Readonly: TRUE\r\ntraceparent: "
                                            + parent
                                            + "\r\ntracestate: a=1\r\ntracestate: b=2\r\n",
                                    callBody(1, "echo")))
                    .reply();
            http.send(
                            served.post(
                                    served.host()
                                            + TYPES
                                            + "Mcp-Session-Id: "
                                            + session
                                            + "\r\ntraceparent: "
                                            + parent
                                            + "\r\ntraceparent: "
                                            + parent
                                            + "\r\n",
                                    callBody(3, "echo")))
                    .reply();
        }
        assertThat(tools.calls.getLast().trace()).isNull();
        served.call(session, callBody(2, "echo"));

        ToolCall narrowed = tools.calls.getFirst();
        assertThat(narrowed.caller().narrowing())
                .isEqualTo(
                        new Narrowing(
                                true,
                                Set.of(
                                        new ToolName("echo"),
                                        new ToolName("slow"),
                                        new ToolName("steps"))));
        assertThat(narrowed.trace()).isEqualTo(new TraceContext(parent, "a=1,b=2"));
        ToolCall plain = tools.calls.getLast();
        assertThat(plain.caller().narrowing()).isEqualTo(Narrowing.NONE);
        assertThat(plain.trace()).isNull();
    }

    @Test
    void streams_once_progress_was_told_and_ends_with_the_answer() throws IOException {
        String session = served.initialize();
        try (RawHttp http = served.connect()) {
            http.send(
                    served.post(
                            served.host() + TYPES + "Mcp-Session-Id: " + session + "\r\n",
                            callBody(3, "steps")));
            Reply head = http.head();
            assertThat(head.header("content-type")).isEqualTo("text/event-stream");
            assertThat(http.event()).contains("notifications/progress", "half way");
            released.countDown();
            assertThat(http.event()).contains("\"id\":3,\"result\"", "done");
            assertThat(http.chunk()).isEmpty();

            http.send(
                    served.post(
                            served.host() + TYPES + "Mcp-Session-Id: " + session + "\r\n",
                            callBody(4, "echo")));
            assertThat(http.reply().body()).contains("\"id\":4,\"result\"");
        }
    }

    @Test
    void takes_a_call_back_that_another_request_cancels_and_leaves_the_connection_usable()
            throws Exception {
        String session = served.initialize();
        try (RawHttp http = served.connect()) {
            String headers = served.host() + TYPES + "Mcp-Session-Id: " + session + "\r\n";
            http.send(served.post(headers, callBody(5, "slow")));
            entered.await();

            Reply cancelled =
                    served.call(
                            session,
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":5}}");

            assertThat(cancelled.status()).isEqualTo(202);
            assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
            Reply nothing = http.reply();
            assertThat(nothing.status()).isEqualTo(200);
            assertThat(nothing.header("content-type")).isEqualTo("text/event-stream");
            assertThat(nothing.body()).isEmpty();

            http.send(served.post(headers, callBody(6, "echo")));
            assertThat(http.reply().body()).contains("\"id\":6,\"result\"");
        }
    }

    @Test
    void goes_on_with_a_call_whose_client_hung_up() throws Exception {
        String session = served.initialize();
        try (RawHttp http = served.connect()) {
            http.send(
                    served.post(
                            served.host() + TYPES + "Mcp-Session-Id: " + session + "\r\n",
                            callBody(5, "slow")));
            entered.await();
        }

        assertThat(interrupted.await(1, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void accepts_notifications_and_answers_to_nothing_without_a_body() throws IOException {
        String session = served.initialize();

        assertThat(served.call(session, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/any\"}"))
                .extracting(Reply::status, Reply::body)
                .containsExactly(202, "");
        assertThat(served.call(session, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"))
                .extracting(Reply::status, Reply::body)
                .containsExactly(202, "");
    }

    @Test
    void tells_a_listening_client_once_of_a_changed_list_and_ends_its_stream_with_the_session()
            throws IOException {
        String session = served.initialize();
        try (RawHttp http = served.connect()) {
            http.send(listening(session));
            assertThat(http.head().status()).isEqualTo(200);
            assertThat(http.chunk()).contains(":\n\n");
            tools.changed();
            assertThat(http.event()).contains("notifications/tools/list_changed");

            try (RawHttp other = served.connect()) {
                other.send(
                        "DELETE /mcp HTTP/1.1\r\n"
                                + served.host()
                                + "Mcp-Session-Id: "
                                + session
                                + "\r\n\r\n");
                assertThat(other.reply().status()).isEqualTo(204);
            }
            assertThat(http.chunk()).isEmpty();
        }
        assertThat(served.call(session, callBody(1, "echo")).status()).isEqualTo(404);
    }

    @Test
    void ends_the_stream_a_client_has_given_up_for_another() throws IOException {
        String session = served.initialize();
        try (RawHttp first = served.connect();
                RawHttp second = served.connect()) {
            first.send(listening(session)).head();
            assertThat(first.chunk()).isPresent();
            second.send(listening(session)).head();
            assertThat(second.chunk()).isPresent();

            assertThat(first.chunk()).isEmpty();
            tools.changed();
            assertThat(second.event()).contains("list_changed");
        }
    }

    @Test
    void takes_calls_back_when_their_session_is_ended() throws Exception {
        String session = served.initialize();
        Future<Reply> call = others.submit(() -> served.call(session, callBody(1, "slow")));
        entered.await();
        try (RawHttp other = served.connect()) {
            other.send(
                    "DELETE /mcp HTTP/1.1\r\n"
                            + served.host()
                            + "Mcp-Session-Id: "
                            + session
                            + "\r\n\r\n");
            assertThat(other.reply().status()).isEqualTo(204);
        }

        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(call.get().body()).isEmpty();
    }

    @Test
    void serves_batches_to_the_one_version_that_has_them() throws IOException {
        String batch = "[" + callBody(1, "echo") + "," + callBody(2, "echo") + "]";

        Reply answered = served.call(served.initialize("ana", "2025-03-26"), batch);
        Reply refused = served.call(served.initialize("ana", "2025-06-18"), batch);

        assertThat(answered.status()).isEqualTo(200);
        assertThat(answered.body())
                .startsWith("[{")
                .contains("\"id\":1", "\"id\":2")
                .endsWith("}]");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body()).contains("\"code\":-32600", "2025-03-26");
    }

    @Test
    void names_no_session_where_the_handshake_was_refused() throws Exception {
        try (RawHttp http = served.connect()) {
            http.send(
                    served.post(
                            served.host() + TYPES,
                            "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}"));
            Reply reply = http.reply();
            assertThat(reply.body()).contains("-32602");
            assertThat(reply.headers()).doesNotContainKey("mcp-session-id");
        }
        Workplace.await("the end of it", () -> served.listener.sessions() == 0);
    }

    @Test
    void makes_room_for_a_principals_new_session_by_ending_its_longest_idle_one()
            throws IOException {
        String first = served.initialize();
        String second = served.initialize();
        String third = served.initialize();
        assertThat(served.call(first, callBody(1, "echo")).status()).isEqualTo(200);

        String fourth = served.initialize();

        assertThat(served.call(second, callBody(1, "echo")).status()).isEqualTo(404);
        for (String kept : List.of(first, third, fourth)) {
            assertThat(served.call(kept, callBody(1, "echo")).status()).isEqualTo(200);
        }
    }

    @Test
    void refuses_a_session_where_all_of_the_principals_are_in_use_and_serves_others()
            throws IOException {
        try (RawHttp first = served.connect();
                RawHttp second = served.connect();
                RawHttp third = served.connect();
                RawHttp fourth = served.connect()) {
            for (RawHttp each : List.of(first, second, third)) {
                each.send(listening(served.initialize())).head();
                assertThat(each.chunk()).isPresent();
            }

            fourth.send(served.post(served.host() + TYPES, initializeBody("2025-11-25")));

            assertThat(fourth.reply().status()).isEqualTo(429);
            assertThat(served.initialize("bob", "2025-11-25")).isNotEmpty();
        }
    }

    /** A place is taken from the head on: whoever drips a body, or waits in a session that is full, holds a connection. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refuses_one_principals_requests_beyond_its_share_and_serves_others(boolean dripping)
            throws Exception {
        HttpLimits limits =
                new HttpLimits(
                        64,
                        6,
                        3,
                        5,
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(15));
        List<RawHttp> taking = new ArrayList<>();
        try (Served other = new Served(tools, limits, List.of())) {
            String session = other.initialize();
            String bobs = other.initialize("bob", "2025-11-25");
            String headers = TYPES + "Mcp-Session-Id: " + session + "\r\n";
            // A place is free again a moment after its answer, so that some of these may be
            // refused.
            for (int each = 0; statusOf(other, session) != 429; each++) {
                taking.add(other.connect());
                String request = other.post(other.host() + headers, callBody(each, "slow"));
                taking.getLast()
                        .send(dripping ? request.substring(0, request.length() - 1) : request);
            }
            try (RawHttp http = other.connect()) {
                http.send(
                        other.post(
                                other.host("bob") + TYPES + "Mcp-Session-Id: " + bobs + "\r\n",
                                callBody(1, "echo")));
                assertThat(http.reply().status()).isEqualTo(200);
            }
            released.countDown();
            int late = 0;
            for (RawHttp each : taking) {
                if (dripping) {
                    each.send("}");
                }
                late += each.reply().body().contains("late") ? 1 : 0;
            }
            assertThat(late).isBetween(1, limits.requestsOfOneMax());
            Workplace.await("room", () -> statusOf(other, session) == 200);
        } finally {
            for (RawHttp each : taking) {
                each.close();
            }
        }
    }

    private static int statusOf(Served served, String session) {
        try {
            return served.call(session, callBody(9, "echo")).status();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Test
    void ends_sessions_that_are_neither_used_nor_listened_to() throws Exception {
        HttpLimits hasty =
                new HttpLimits(
                        64,
                        8,
                        8,
                        64,
                        Duration.ofMillis(400),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(30),
                        Duration.ofMillis(100));
        try (Served other = new Served(tools, hasty, List.of());
                RawHttp listening = other.connect()) {
            String kept = other.initialize();
            listening.send(listening(kept).replace(port(served), port(other))).head();
            String idle = other.initialize();
            for (int silence = 0; silence < 8; silence++) {
                assertThat(listening.chunk()).contains(":\n\n");
            }

            assertThat(other.call(idle, callBody(1, "echo")).status()).isEqualTo(404);
            assertThat(other.call(kept, callBody(1, "echo")).status()).isEqualTo(200);
        }
    }

    @Test
    void answers_what_is_in_flight_before_it_ends_and_takes_nothing_more() throws Exception {
        String session = served.initialize();
        try (RawHttp late = served.connect();
                RawHttp listening = served.connect()) {
            listening.send(listening(session)).head();
            assertThat(listening.chunk()).isPresent();
            late.send("POST /mcp HTTP/1.1\r\n");
            Future<Reply> call = others.submit(() -> served.call(session, callBody(1, "slow")));
            entered.await();
            Future<?> drained =
                    others.submit(
                            () -> {
                                served.listener.drain(Duration.ofSeconds(20));
                                return null;
                            });
            while (isAccepting()) {
                Thread.onSpinWait();
            }
            late.send(
                    served.host()
                            + TYPES
                            + "Mcp-Session-Id: "
                            + session
                            + "\r\nContent-Length: 2\r\n\r\n{}");
            assertThat(late.reply())
                    .satisfies(reply -> assertThat(reply.status()).isEqualTo(503))
                    .satisfies(reply -> assertThat(reply.header("connection")).isEqualTo("close"));
            assertThat(drained.isDone()).isFalse();

            released.countDown();

            assertThat(call.get().body()).contains("late");
            drained.get();
            assertThat(listening.chunk()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "GET"})
    void waits_at_its_end_for_nothing_that_was_refused(String method) throws Exception {
        try (RawHttp http = served.connect()) {
            String request = served.post(served.host(), "{}").replaceFirst("POST", method);
            assertThat(http.send(request).reply().status()).isBetween(400, 499);
        }

        assertTimeoutPreemptively(
                Duration.ofSeconds(2), () -> served.listener.drain(Duration.ofSeconds(20)));
    }

    @Test
    void takes_calls_back_that_outlast_the_drain() throws Exception {
        String session = served.initialize();
        Future<Reply> call = others.submit(() -> served.call(session, callBody(1, "slow")));
        entered.await();

        served.listener.drain(Duration.ofMillis(50));

        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(call.get().body()).isEmpty();
    }

    private boolean isAccepting() {
        try (RawHttp _ = served.connect()) {
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private String listening(String session) {
        return "GET /mcp HTTP/1.1\r\n"
                + served.host()
                + "Accept: text/event-stream\r\nMcp-Session-Id: "
                + session
                + "\r\n\r\n";
    }

    private static String port(Served served) {
        return ":" + served.address.getPort();
    }
}
