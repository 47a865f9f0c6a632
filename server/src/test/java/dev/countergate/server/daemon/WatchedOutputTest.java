package dev.countergate.server.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchedOutputTest {
    private static final Duration BOUND = Duration.ofSeconds(2);

    private final List<Boolean> stalledWhileWriting = new ArrayList<>();
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

    /** Asks at each write whether the client would be cut off if it took none of it for {@code waited}. */
    private WatchedOutput output(Duration waited) {
        WatchedOutput[] watched = new WatchedOutput[1];
        watched[0] =
                new WatchedOutput(
                        new OutputStream() {
                            @Override
                            public void write(int b) throws IOException {
                                write(new byte[] {(byte) b}, 0, 1);
                            }

                            @Override
                            public void write(byte[] bytes, int from, int count) {
                                stalledWhileWriting.add(
                                        watched[0].isStalled(
                                                System.nanoTime() + waited.toNanos(), BOUND));
                                taken.write(bytes, from, count);
                            }
                        });
        return watched[0];
    }

    @Test
    void is_stalled_only_while_one_write_waits_for_longer_than_the_bound() throws IOException {
        WatchedOutput output = output(Duration.ofSeconds(3));
        assertThat(output.isStalled(System.nanoTime() + BOUND.toNanos() * 2, BOUND)).isFalse();
        output.write(new byte[] {1});
        assertThat(stalledWhileWriting).containsExactly(true);
        assertThat(output.isStalled(System.nanoTime() + BOUND.toNanos() * 2, BOUND)).isFalse();
    }

    @Test
    void begins_to_wait_anew_with_each_piece_and_passes_every_byte() throws IOException {
        byte[] bytes = new byte[200_001];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        output(Duration.ofSeconds(1)).write(bytes);
        assertThat(stalledWhileWriting).containsExactly(false, false, false, false);
        assertThat(taken.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void waits_for_nothing_after_a_write_that_failed() {
        WatchedOutput output =
                new WatchedOutput(
                        new OutputStream() {
                            @Override
                            public void write(int b) throws IOException {
                                throw new IOException("gone");
                            }
                        });
        assertThatThrownBy(() -> output.write(1)).isInstanceOf(IOException.class);
        assertThat(output.isStalled(System.nanoTime() + BOUND.toNanos() * 2, BOUND)).isFalse();
    }
}
