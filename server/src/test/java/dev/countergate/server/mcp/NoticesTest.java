package dev.countergate.server.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.backend.CallContext.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What a session says without being asked. */
@Timeout(60)
class NoticesTest {
    private static final String LIST_CHANGED =
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}";

    private final FakeTools tools = new FakeTools();
    private final LineSessions sessions = new LineSessions(tools, "1", SessionLimits.STANDARD);

    @AfterEach
    void close() {
        sessions.close();
    }

    private static String call(String token) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"works\",\"_meta\":{\"progressToken\":"
                + token
                + "}}}";
    }

    @Test
    void reports_progress_as_it_comes() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        tools.tool(
                "works",
                (call, progress) -> {
                    progress.report(1, 4, "first\nline");
                    seen.await();
                    progress.report(2.5, 0, "");
                    return FakeTools.text("done");
                });
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(call("\"p\""));
            assertThat(peer.read())
                    .isEqualTo(
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"p\","
                                    + "\"progress\":1,\"total\":4,\"message\":\"first\\\\u{a}line\"}}");
            seen.countDown();
            assertThat(peer.read())
                    .isEqualTo(
                            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":\"p\",\"progress\":2.5}}");
            assertThat(LineSessionsTest.text(peer.answer())).isEqualTo("done");
        }
    }

    @Test
    void reports_only_further_progress_and_none_after_the_answer() throws Exception {
        CompletableFuture<Progress> kept = new CompletableFuture<>();
        tools.tool(
                "works",
                (call, progress) -> {
                    for (double done : new double[] {3, 2, 3, Double.NaN, 5, 4}) {
                        progress.report(done, 0, "");
                    }
                    kept.complete(progress);
                    return FakeTools.text("done");
                });
        try (Peer peer = Peer.initialized(sessions)) {
            peer.line(call("7"));
            List<Integer> told = new ArrayList<>();
            JsonNode next = peer.answer();
            while (!next.has("id")) {
                told.add(next.path("params").path("progress").asInt());
                next = peer.answer();
            }
            // Reports made while nobody could read may be replaced by later ones; the last is
            // always told.
            assertThat(told).isSorted().doesNotHaveDuplicates().endsWith(5);
            assertThat(told).isSubsetOf(3, 5);
            kept.get().report(9, 0, "late");
            peer.line("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}");
            assertThat(peer.read()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
        }
    }

    @Test
    void reports_nothing_to_a_client_that_gave_no_usable_token() throws Exception {
        tools.tool(
                "works",
                (call, progress) -> {
                    progress.report(1, 0, "");
                    return FakeTools.text("done");
                });
        try (Peer peer = Peer.initialized(sessions)) {
            for (String token : List.of("null", "1.5", "{}", "true")) {
                peer.line(call(token));
                assertThat(LineSessionsTest.text(peer.answer())).isEqualTo("done");
            }
        }
    }

    @Test
    void announces_a_changed_list_to_every_session_that_is_ready() throws Exception {
        try (Peer ready = Peer.initialized(sessions);
                Peer other = Peer.initialized(sessions);
                Peer early = Peer.connect(sessions)) {
            // A session is ready once it has read the notification before this.
            settle(ready);
            settle(other);
            tools.changed();
            assertThat(ready.read()).isEqualTo(LIST_CHANGED);
            assertThat(other.read()).isEqualTo(LIST_CHANGED);
            early.line(Peer.initialize("2025-11-25"));
            assertThat(early.answer().path("id").asString()).isEqualTo("init");
        }
    }

    @Test
    void lets_the_tools_go_when_closed() {
        assertThat(tools.listeners()).isOne();
        sessions.close();
        assertThat(tools.listeners()).isZero();
    }

    private static void settle(Peer peer) throws Exception {
        peer.line("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"ping\"}");
        peer.answer();
    }
}
