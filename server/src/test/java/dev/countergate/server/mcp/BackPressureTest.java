package dev.countergate.server.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that asks more than it reads hurts nobody but itself. */
@Timeout(60)
class BackPressureTest {
    private final FakeTools tools = new FakeTools();

    private LineSessions sessions(int callsMax, Duration stall) {
        return new LineSessions(
                tools,
                "1",
                new SessionLimits(4 * 1024 * 1024, callsMax, 100, stall, Duration.ofSeconds(30)));
    }

    @Test
    void works_on_a_bounded_number_of_calls_and_leaves_the_rest_unread() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch full = new CountDownLatch(3);
        CountDownLatch go = new CountDownLatch(1);
        tools.tool(
                "slow",
                (call, progress) -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    full.countDown();
                    go.await();
                    running.decrementAndGet();
                    return FakeTools.text("done");
                });
        try (LineSessions sessions = sessions(3, Duration.ofSeconds(30));
                Peer peer = Peer.initialized(sessions)) {
            for (int id = 1; id <= 20; id++) {
                peer.line(Peer.call("" + id, "slow", "{}"));
            }
            assertThat(full.await(20, TimeUnit.SECONDS)).isTrue();
            go.countDown();
            for (int each = 1; each <= 20; each++) {
                assertThat(LineSessionsTest.text(peer.answer())).isEqualTo("done");
            }
            assertThat(most).hasValue(3);
        }
    }

    @Test
    void closes_on_a_client_that_does_not_read_and_serves_the_others() throws Exception {
        String big = "x".repeat(1024 * 1024);
        CountDownLatch interrupted = new CountDownLatch(1);
        tools.tool("big", (call, progress) -> FakeTools.text(big));
        tools.tool(
                "endless",
                (call, progress) -> {
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        interrupted.countDown();
                    }
                    return FakeTools.text("never");
                });
        try (LineSessions sessions = sessions(8, Duration.ofMillis(200));
                Peer deaf = Peer.initialized(sessions);
                Peer good = Peer.initialized(sessions)) {
            deaf.line(Peer.call("0", "endless", "{}"));
            for (int id = 1; id <= 4; id++) {
                deaf.line(Peer.call("" + id, "big", "{}"));
            }
            for (int id = 1; id <= 50; id++) {
                good.line(Peer.call("" + id, "echo", "{}"));
                assertThat(LineSessionsTest.id(good.answer())).isEqualTo(id);
            }
            assertThat(deaf.ended()).isTrue();
            assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
            good.line(Peer.call("\"after\"", "echo", "{}"));
            assertThat(LineSessionsTest.text(good.answer())).isEqualTo("{}");
        }
    }

    @Test
    void does_not_close_on_a_client_that_reads_slowly() throws Exception {
        String big = "x".repeat(3 * 1024 * 1024);
        tools.tool("big", (call, progress) -> FakeTools.text(big));
        try (LineSessions sessions = sessions(8, Duration.ofSeconds(20));
                Peer peer = Peer.initialized(sessions)) {
            for (int id = 1; id <= 8; id++) {
                peer.line(Peer.call("" + id, "big", "{}"));
            }
            for (int id = 1; id <= 8; id++) {
                assertThat(LineSessionsTest.text(peer.answer())).hasSize(big.length());
            }
        }
    }

    @Test
    void takes_calls_back_when_the_client_is_gone() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        tools.tool(
                "endless",
                (call, progress) -> {
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        interrupted.countDown();
                    }
                    return FakeTools.text("never");
                });
        CountDownLatch gone = new CountDownLatch(1);
        tools.tool(
                "late",
                (call, progress) -> {
                    gone.await();
                    return FakeTools.text("to nobody");
                });
        try (LineSessions sessions = sessions(8, Duration.ofSeconds(30));
                Peer peer = Peer.initialized(sessions)) {
            peer.line(Peer.call("1", "endless", "{}"));
            peer.line(Peer.call("2", "late", "{}"));
            assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
            peer.channel.close();
            // The answer that cannot be delivered tells the session that nobody is there.
            gone.countDown();
            assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(peer.ended()).isTrue();
        }
    }

    @Test
    void refuses_an_id_still_in_use() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        tools.tool(
                "slow",
                (call, progress) -> {
                    go.await();
                    return FakeTools.text("first");
                });
        try (LineSessions sessions = sessions(8, Duration.ofSeconds(30));
                Peer peer = Peer.initialized(sessions)) {
            peer.line(Peer.call("1", "slow", "{}"));
            peer.line(Peer.call("1", "echo", "{}"));
            assertThat(peer.answer().path("error").path("code").asInt()).isEqualTo(-32600);
            // The same digits as a string are another id.
            peer.line(Peer.call("\"1\"", "echo", "{}"));
            assertThat(LineSessionsTest.text(peer.answer())).isEqualTo("{}");
            go.countDown();
            assertThat(LineSessionsTest.text(peer.answer())).isEqualTo("first");
            peer.line(Peer.call("1", "echo", "{}"));
            assertThat(LineSessionsTest.text(peer.answer())).isEqualTo("{}");
        }
    }

    @Test
    void refuses_requests_that_would_take_up_too_much_together_and_serves_the_rest()
            throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        tools.tool(
                "slow",
                (call, progress) -> {
                    go.await();
                    return FakeTools.text("done");
                });
        String large = "{\"a\":\"" + "x".repeat(4_000_000) + "\"}";
        try (LineSessions sessions = sessions(64, Duration.ofSeconds(30));
                Peer greedy = Peer.initialized(sessions);
                Peer other = Peer.initialized(sessions)) {
            for (int id = 1; id <= 8; id++) {
                greedy.line(Peer.call("" + id, "slow", large));
            }
            for (int id = 1; id <= 5; id++) {
                assertThat(greedy.answer().path("error").path("message").asString())
                        .startsWith("too much at once");
            }
            other.line(Peer.call("1", "echo", "{}"));
            assertThat(LineSessionsTest.text(other.answer())).isEqualTo("{}");
            go.countDown();
            for (int id = 1; id <= 3; id++) {
                assertThat(LineSessionsTest.text(greedy.answer())).isEqualTo("done");
            }
            other.line(Peer.call("2", "slow", large));
            assertThat(LineSessionsTest.text(other.answer())).isEqualTo("done");
        }
    }
}
