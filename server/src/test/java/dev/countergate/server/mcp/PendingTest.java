package dev.countergate.server.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingTest {
    private final List<String> told = new ArrayList<>();

    private final Pending pending =
            new Pending(
                    new Message.Request("1", "tools/call", null, 0),
                    Envelope.PLAIN,
                    new Replies() {
                        @Override
                        public void send(JsonLine answer) {
                            told.add("answer");
                        }

                        @Override
                        public void none() {
                            told.add("none");
                        }

                        @Override
                        public void notice(Object key, JsonLine message) {}
                    });

    @Test
    void a_request_taken_back_before_it_began_never_begins() {
        pending.takeBack();
        assertThat(pending.begin()).isFalse();
        assertThat(Thread.interrupted()).isFalse();
        pending.end();
        assertThat(told).containsExactly("none");
    }

    @Test
    void a_request_taken_back_while_it_runs_is_interrupted_and_not_answered() {
        assertThat(pending.begin()).isTrue();
        pending.takeBack();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(pending.claimAnswer()).isFalse();
        pending.whileRunning(() -> told.add("progress"));
        pending.end();
        assertThat(told).containsExactly("none");
    }

    @Test
    void a_request_being_answered_is_never_interrupted_and_answered_once() {
        assertThat(pending.begin()).isTrue();
        assertThat(pending.claimAnswer()).isTrue();
        pending.takeBack();
        assertThat(Thread.interrupted()).isFalse();
        assertThat(pending.claimAnswer()).isFalse();
        pending.whileRunning(() -> told.add("progress"));
        pending.send(new JsonLine());
        pending.end();
        assertThat(told).containsExactly("answer");
    }
}
