package dev.countergate.server.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class IdleWatchTest {
    private long now = 5;

    @Test
    void is_over_after_the_time_allowed_and_begins_anew_with_each_busy_moment() {
        IdleWatch watch = new IdleWatch(Duration.ofMinutes(30), () -> now);
        assertThat(after(watch, 29, false)).isFalse();
        assertThat(after(watch, 29, true)).isFalse();
        assertThat(after(watch, 29, false)).isFalse();
        assertThat(after(watch, 1, false)).isTrue();
    }

    private boolean after(IdleWatch watch, long minutes, boolean busy) {
        now += Duration.ofMinutes(minutes).toNanos();
        return watch.isOver(busy);
    }
}
